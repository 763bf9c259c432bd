import CharLSTM

func adapt() throws {
  var trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let letters = try Corpus(text: "Dear Orrell, the bridge is down and the river is up.\n")
  let text = try EncodedText(letters, vocabulary: trained.vocabulary)
  let adapted = try DynamicEvaluation().adapting(trained.model, to: text, passes: 3)
  trained.model = adapted.network
  let generator = Generator(trained.model, vocabulary: trained.vocabulary)
  var random = Xoshiro256(seed: 1)
  print(try generator.text(after: "Dear ", WritingOptions(length: 200), using: &random))
}
