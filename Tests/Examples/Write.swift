import CharLSTM

func write() throws {
  let trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let generator = Generator(trained.model, vocabulary: trained.vocabulary)
  let options = WritingOptions(sampling: SamplingOptions(temperature: 0.6), length: 200)
  var random = Xoshiro256(seed: 1)
  print(try generator.text(after: "Duke:", options, using: &random))
}
