import CharLSTM

func writeWithout() throws {
  let trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let generator = Generator(trained.model, vocabulary: trained.vocabulary)
  let prompt = trained.vocabulary.encode("Duke: I do not").symbols
  var state = generator.start()
  generator.read(prompt, into: &state)
  let options = WritingOptions(length: 200, bans: Bans(["not know", "king"], ignoresCase: true))
  var random = Xoshiro256(seed: 1)
  let passage = try generator.write(
    from: &state, options, after: TextRead(prompt), using: &random
  ) { bytes in
    print(String(decoding: bytes, as: UTF8.self), terminator: "")
    return true
  }
  print("\n\(passage.bansAvoided) bans avoided")
}
