import Checkpoints
import Classification
import LabelledData
import Recurrent
import Testing
import Text
import Training

@Suite("A classifier from labelled texts")
struct LabelledPartsTests {
  private func texts() throws -> LabelledTexts {
    try LabelledTexts(
      (0..<20).map { (label: $0 % 2 == 0 ? "even" : "odd", text: "number \($0)") })
  }

  @Test func aShareOfEachClassValidates() throws {
    let parts = try LabelledParts(texts(), validationFraction: 0.2)
    #expect(parts.training.count == 16 && parts.validation.indices.count == 4)
    #expect(try LabelledParts(texts(), validation: texts()).training.count == 20)
    #expect(try parts.vocabulary(.bytes) == .bytes)
    #expect(throws: TrainingError.self) { try parts.vocabulary(minCount: 0) }
    #expect(throws: TrainingError.self) { try LabelledParts(texts(), validationFraction: 1) }
  }

  @Test func theShapeIsAdjustedAndTheHeadBeginsAtZero() throws {
    let trainer = try ClassifierTrainer(LabelledParts(texts())) {
      $0.hiddenSize = 8
      $0.classifier?.pooling = .last
    }
    var epochs: [Int] = []
    let outcome = try trainer.run {
      if case .validation(let report) = $0 { epochs.append(report.epoch) }
    }
    #expect(outcome == .completed && epochs == Array(1...20))
    let best = try #require(trainer.best)
    #expect(best.model.configuration.hiddenSize == 8)
    #expect(best.model.configuration.classifier?.pooling == .last)
    #expect(best.summary?.data == [])
    let report = Classifier(best).report(on: try texts())
    #expect(report.texts == 20 && report.classes.map(\.label) == ["even", "odd"])
  }

  @Test func whatContradictsIsRefused() throws {
    let parts = try LabelledParts(texts())
    let vocabulary = try parts.vocabulary()
    let model = TrainedModel(
      model: try Network(
        ModelConfiguration(
          layers: 1, hiddenSize: 8, embeddingSize: 4, vocabularySize: vocabulary.count), seed: 1),
      vocabulary: vocabulary)
    func options(_ change: (inout ClassifierOptions) -> Void) -> ClassifierOptions {
      var options = ClassifierOptions()
      change(&options)
      return options
    }
    #expect(throws: TrainingError.self) {
      try ClassifierTrainer(parts, from: model) { $0.bidirectional = true }
    }
    #expect(throws: TrainingError.self) {
      try ClassifierTrainer(parts, from: model) { $0.hiddenSize = 16 }
    }
    #expect(throws: TrainingError.self) {
      try ClassifierTrainer(parts, options: options { $0.freezes = true })
    }
    #expect(throws: TrainingError.self) {
      try ClassifierTrainer(parts, options: options { $0.languageModelLoss = 1 }) {
        $0.bidirectional = true
      }
    }
    #expect(throws: TrainingError.self) {
      try ClassifierTrainer(
        LabelledParts(texts(), validationFraction: 0), options: options { $0.naiveBayes = 2 })
    }
    _ = try ClassifierTrainer(parts, from: model, options: options { $0.freezes = true })
  }

  @Test func labelsAreRanked() throws {
    let trainer = try ClassifierTrainer(LabelledParts(texts())) { $0.hiddenSize = 4 }
    _ = try trainer.run()
    let classifier = Classifier(try #require(trainer.best))
    #expect(classifier.ranked([0.2, 0.8]).map(\.label) == ["odd", "even"])
    #expect(classifier.ranked([0.5, 0.5]).map(\.label) == ["even", "odd"])
  }
}
