import LabelledData
import Recurrent
import Training

/// Labelled texts in folds, each of which judges a classifier that was trained on the others.
///
/// ```swift
/// let folds = try CrossValidation(texts, folds: 5)
/// for fold in 0..<folds.count {
///   let trainer = try ClassifierTrainer(folds.parts(without: fold))
///   _ = try trainer.run()
///   if let best = trainer.best { print(folds.report(on: fold, by: Classifier(best)).accuracy) }
/// }
/// ```
///
/// Nothing is chosen by a fold that is scored: what validates, and thereby chooses the best epoch and
/// ends the training, is a part of the other folds.
public struct CrossValidation: Sendable {
  package let texts: LabelledTexts
  /// [folds]: which of the texts are in each, ascending.
  package let folds: [[Int]]
  private let validationFraction: Double
  private let seed: UInt64

  /// Deals the texts into folds, those of each class as evenly as can be.
  ///
  /// - Parameters:
  ///   - folds: 2 to the number of texts.
  ///   - validationFraction: the share of each class to validate on, of what is not in the fold; as
  ///     that of ``LabelledParts``.
  ///   - seed: chooses the folds and what validates.
  /// - Throws: `TrainingError.optionOutOfRange`.
  public init(
    _ texts: LabelledTexts, folds: Int = 5, validationFraction: Double = 0.1, seed: UInt64 = 1
  ) throws(TrainingError) {
    try Self.check(folds: folds)
    try checkValidationFraction(validationFraction)
    guard folds <= texts.count else {
      throw .optionOutOfRange(
        name: "folds", value: "\(folds)", range: "2 to the number of texts, \(texts.count)")
    }
    var random = Xoshiro256(seed: seed, stream: [RandomStream.folds])
    self.texts = texts
    self.folds = texts.folds(folds, using: &random)
    self.validationFraction = validationFraction
    self.seed = seed
  }

  /// Refuses what is too few for any texts.
  ///
  /// - Throws: `TrainingError.optionOutOfRange`.
  package static func check(folds: Int) throws(TrainingError) {
    guard folds >= 2 else {
      throw .optionOutOfRange(name: "folds", value: "\(folds)", range: "2 or more")
    }
  }

  package var labels: [String] { texts.labels }

  /// How many folds there are.
  public var count: Int { folds.count }

  /// The texts of all folds but one, divided into those that train and those that validate.
  ///
  /// - Parameter fold: from 0 on.
  public func parts(without fold: Int) -> LabelledParts {
    var isLeft = [Bool](repeating: true, count: texts.count)
    for index in folds[fold] { isLeft[index] = false }
    var random = Xoshiro256(seed: seed, stream: [RandomStream.split, UInt64(fold)])
    let split = texts.stratifiedSplit(
      fraction: validationFraction, of: isLeft.indices.filter { isLeft[$0] }, using: &random)
    return LabelledParts(texts, training: split.training, validation: split.validation)
  }

  /// How well a classifier tells the classes of a fold's texts.
  ///
  /// - Parameters:
  ///   - fold: from 0 on.
  ///   - classifier: with the texts' labels.
  public func report(on fold: Int, by classifier: Classifier) -> ClassificationReport {
    precondition(texts.labels == classifier.labels, "texts of other classes")
    return classificationReport(of: texts, folds[fold], with: classifier, topK: 1)
  }
}
