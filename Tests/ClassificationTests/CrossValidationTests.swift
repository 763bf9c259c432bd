import Classification
import LabelledData
import Recurrent
import Testing
import Training

@Suite("Cross-validation")
struct CrossValidationTests {
  /// Each with a character that no other text has.
  private func texts(_ count: Int = 30) throws -> LabelledTexts {
    try LabelledTexts(
      try (0..<count).map { index in
        let own = try #require(Unicode.Scalar(0x4E00 + UInt32(index)))
        return (label: index % 3 == 0 ? "third" : "other", text: "text \(Character(own))")
      })
  }

  @Test func noTextOfAFoldHasAPartInItsTraining() throws {
    let texts = try texts()
    let validation = try CrossValidation(texts, folds: 4, validationFraction: 0.2, seed: 3)
    #expect(validation.count == 4)
    #expect(validation.folds.joined().sorted() == Array(0..<30))
    for (fold, scored) in validation.folds.enumerated() {
      let parts = validation.parts(without: fold)
      let read = parts.training + parts.validation.indices
      #expect((read + scored).sorted() == Array(0..<30))
      let classes = Set(parts.validation.indices.map { parts.texts.labelIndices[$0] })
      #expect(classes == [0, 1], "each class validates")
      let vocabulary = try parts.vocabulary()
      for index in 0..<30 {
        let own = String(decoding: texts.bytes(of: index), as: UTF8.self).unicodeScalars.last
        #expect(
          try vocabulary.scalars.contains(#require(own)) == parts.training.contains(index))
      }
    }
  }

  @Test func theSeedChoosesFoldsAndWhatValidates() throws {
    func parts(seed: UInt64) throws -> [[Int]] {
      let validation = try CrossValidation(texts(), folds: 3, seed: seed)
      return (0..<3).map { validation.parts(without: $0).validation.indices } + validation.folds
    }
    #expect(try parts(seed: 1) == parts(seed: 1))
    #expect(try parts(seed: 1) != parts(seed: 2))
  }

  @Test func foldsThatCannotBe() throws {
    for folds in [-1, 0, 1, 31] {
      #expect(throws: TrainingError.self) { try CrossValidation(texts(), folds: folds) }
    }
    #expect(throws: TrainingError.self) {
      try CrossValidation(texts(), validationFraction: 1)
    }
    // One text in each fold.
    let validation = try CrossValidation(texts(), folds: 30)
    #expect(validation.folds.allSatisfy { $0.count == 1 })
  }

  @Test func meansAndDeviations() throws {
    let texts = try LabelledTexts(
      (0..<7).map { (label: $0 == 0 ? "rare" : $0 % 2 == 0 ? "even" : "odd", text: "\($0)") })
    let validation = try CrossValidation(texts, folds: 2, validationFraction: 0)
    var result = CrossValidationResult(labels: validation.labels)
    #expect(result.mean == nil && result.deviation == nil && result.shape == nil)
    var reports: [ClassificationReport] = []
    for fold in 0..<2 {
      let parts = validation.parts(without: fold)
      var options = ClassifierOptions()
      options.optimization.epochs = 1
      let trainer = try ClassifierTrainer(parts, options: options) { $0.hiddenSize = 4 }
      _ = try trainer.run()
      let best = try #require(trainer.best)
      let report = validation.report(on: fold, by: Classifier(best))
      #expect(report.texts == validation.folds[fold].count)
      reports.append(report)
      result.add(report, after: parts, best, seconds: 1)
      if fold == 0 {
        #expect(result.deviation == nil)
        #expect(result.mean?.accuracy == report.accuracy)
      }
    }
    let losses = reports.map(\.meanNegativeLogLikelihood)
    let mean = try #require(result.mean)
    let deviation = try #require(result.deviation)
    #expect(abs(mean.meanNegativeLogLikelihood - (losses[0] + losses[1]) / 2) < 1e-12)
    // Of two numbers, by n − 1: their difference by the root of 2.
    #expect(
      abs(deviation.meanNegativeLogLikelihood - abs(losses[0] - losses[1]) / 2.0.squareRoot())
        < 1e-12)
    #expect(result.classes.map(\.label) == ["even", "odd", "rare"])
    #expect(result.classes.map(\.texts) == [3, 3, 1])
    #expect(result.classes.map(\.folds) == [2, 2, 1])
    let judge = try #require(reports.first { $0.classes[2].support > 0 })
    #expect(result.classes[2].f1 == judge.classes[2].f1 && result.classes[2].f1Deviation == nil)
    #expect(
      result.classes[0].f1 == (reports[0].classes[0].f1 + reports[1].classes[0].f1) / 2)
    #expect(result.folds.map(\.fold) == [1, 2])
    #expect(result.folds.map(\.trainingTexts) == validation.folds.map { 7 - $0.count })
  }
}
