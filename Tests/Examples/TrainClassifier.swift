import CharLSTM

func trainClassifier() throws {
  let texts = try LabelledTexts(paths: ["letters.csv"])  // with columns label and text
  let trainer = try ClassifierTrainer(LabelledParts(texts)) { $0.hiddenSize = 64 }
  let folder = try RunFolder(path: "letters", isNew: true)
  _ = try trainer.run(in: folder)
  let classifier = Classifier(try TrainedClassifier(contentsOf: folder.bestPath))
  print(classifier.report(on: texts).accuracy)
}
