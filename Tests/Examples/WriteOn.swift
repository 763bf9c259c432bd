import CharLSTM

func writeOn() throws {
  let trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let generator = Generator(trained.model, vocabulary: trained.vocabulary)
  var state = generator.start()  // a value: copy it to branch, put it back to undo
  generator.read(trained.vocabulary.encode("Duke:").symbols, into: &state)
  var random = Xoshiro256(seed: 1)
  _ = try generator.write(from: &state, WritingOptions(length: 200), using: &random) { bytes in
    print(String(decoding: bytes, as: UTF8.self), terminator: "")
    return true  // false stops
  }
}
