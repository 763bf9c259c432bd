import CharLSTM

func trainClassifier() throws {
  let texts = try LabelledTexts(paths: ["letters.csv"])  // with columns label and text
  let trainer = try ClassifierTrainer(LabelledParts(texts), preset: .quick)
  let folder = try RunFolder(path: "letters", isNew: true)
  _ = try trainer.run(in: folder)
  try trainer.calibrate(folder)
  let classifier = Classifier(try TrainedClassifier(contentsOf: folder.bestPath))
  print(classifier.report(on: texts).accuracy)
}
