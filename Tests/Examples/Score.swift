import CharLSTM

func score() throws {
  let trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let corpus = try Corpus(text: "I know the bridge, my lord, and I know the river under it.")
  let text = try EncodedText(corpus, vocabulary: trained.vocabulary)
  let score = try TextScorer(trained.model).score(text)
  print(score.natsPerCharacter, "nats,", score.bitsPerCharacter, "bits per character")
}
