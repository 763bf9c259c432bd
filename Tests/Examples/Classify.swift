import CharLSTM

func classify() throws {
  let trained = try TrainedClassifier(contentsOf: "checkpoints/languages.safetensors")
  let classifier = Classifier(trained)
  for row in classifier.probabilities(of: ["Guten Morgen, wie geht es?", "Il pleut encore."]) {
    print(classifier.ranked(row)[0].label)
  }
}
