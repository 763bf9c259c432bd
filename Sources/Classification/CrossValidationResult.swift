import Recurrent

/// What the folds of a cross-validation gave, as far as it has come.
package struct CrossValidationResult: Sendable {
  /// What a classifier that was trained on the other folds made of one.
  package struct Fold: Sendable, Encodable {
    /// From 1 on.
    package let fold: Int
    package let texts: Int
    package let trainingTexts: Int
    package let validationTexts: Int
    package let scores: Scores
    /// Epochs behind the best classifier, and optimizer steps.
    package let bestEpoch: Double
    package let bestStep: Int
    /// Of training and scoring together.
    package let seconds: Double

    package func encode(to encoder: any Encoder) throws {
      try scores.encode(to: encoder)
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(fold, forKey: .fold)
      try fields.encode(texts, forKey: .texts)
      try fields.encode(trainingTexts, forKey: .trainingTexts)
      try fields.encode(validationTexts, forKey: .validationTexts)
      try fields.encode(bestEpoch, forKey: .bestEpoch)
      try fields.encode(bestStep, forKey: .bestStep)
      try fields.encode(seconds, forKey: .seconds)
    }

    private enum CodingKeys: String, CodingKey {
      case fold, texts, seconds
      case trainingTexts = "training_texts"
      case validationTexts = "validation_texts"
      case bestEpoch = "best_epoch"
      case bestStep = "best_step"
    }
  }

  /// Of a fold, or over folds.
  package struct Scores: Sendable, Encodable, Equatable {
    package let accuracy: Double
    package let macroF1: Double
    /// In nats.
    package let meanNegativeLogLikelihood: Double

    /// Under the names of `ClassificationReport`.
    private enum CodingKeys: String, CodingKey {
      case accuracy
      case macroF1 = "macro_f1"
      case meanNegativeLogLikelihood = "mean_negative_log_likelihood"
    }
  }

  /// How well one class was told from the others, over the folds that have texts of it.
  package struct Class: Sendable, Encodable, Equatable {
    package let label: String
    /// In these folds.
    package let texts: Int
    package let folds: Int
    /// The mean; nil where there is no such fold yet.
    package let f1: Double?
    /// Nil where there are not two such folds.
    package let f1Deviation: Double?

    private enum CodingKeys: String, CodingKey {
      case label, texts, folds, f1
      case f1Deviation = "f1_deviation"
    }
  }

  package private(set) var folds: [Fold] = []
  /// Of the latest network; nil before the first fold.
  package private(set) var shape: ModelConfiguration?
  private let labels: [String]
  /// [classes]: texts in the folds so far, and the F1 of each fold that has some.
  private var found: [(texts: Int, f1: [Double])]

  package init(labels: [String]) {
    self.labels = labels
    found = labels.map { _ in (0, []) }
  }

  /// - Parameters:
  ///   - report: on the fold that comes next.
  ///   - parts: what the classifier was trained on.
  ///   - classifier: what came of that.
  package mutating func add(
    _ report: ClassificationReport, after parts: LabelledParts, _ classifier: TrainedClassifier,
    seconds: Double
  ) {
    shape = classifier.model.configuration
    let summary = classifier.summary
    folds.append(
      Fold(
        fold: folds.count + 1, texts: report.texts, trainingTexts: parts.training.count,
        validationTexts: parts.validation.indices.count,
        scores: Scores(
          accuracy: report.accuracy, macroF1: report.macroF1,
          meanNegativeLogLikelihood: report.meanNegativeLogLikelihood),
        bestEpoch: summary?.epochs ?? 0, bestStep: summary?.steps ?? 0, seconds: seconds))
    for (index, values) in report.classes.enumerated() where values.support > 0 {
      found[index].texts += values.support
      found[index].f1.append(values.f1)
    }
  }

  /// Nil before the first fold.
  package var mean: Scores? { scores(\.mean) }

  /// The standard deviations between folds, by n − 1; nil before the second.
  package var deviation: Scores? { scores(\.deviation) }

  package var classes: [Class] {
    zip(labels, found).map { label, found in
      Class(
        label: label, texts: found.texts, folds: found.f1.count, f1: found.f1.mean,
        f1Deviation: found.f1.deviation)
    }
  }

  private func scores(_ figure: ([Double]) -> Double?) -> Scores? {
    func over(_ score: (Scores) -> Double) -> Double? { figure(folds.map { score($0.scores) }) }
    guard let accuracy = over(\.accuracy), let macroF1 = over(\.macroF1),
      let loss = over(\.meanNegativeLogLikelihood)
    else { return nil }
    return Scores(accuracy: accuracy, macroF1: macroF1, meanNegativeLogLikelihood: loss)
  }
}

extension [Double] {
  fileprivate var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }

  /// That of a sample, by n − 1.
  fileprivate var deviation: Double? {
    guard count > 1, let mean else { return nil }
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }
}
