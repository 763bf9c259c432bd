import LabelledData
import Recurrent
import Text
import Training

/// Labelled texts, and which texts train and which validate.
public struct LabelledParts: Sendable {
  package let texts: LabelledTexts
  /// Which of `texts` train.
  package let training: [Int]
  /// With the labels of `texts`.
  package let validation: (texts: LabelledTexts, indices: [Int])

  /// Draws a part of the texts to validate on.
  ///
  /// - Parameters:
  ///   - validationFraction: the share of each class to validate on, rounded, 0 to below 1. Unless
  ///     it is 0, a class of two texts or more has some in each part; a class of one text trains.
  ///   - seed: chooses the texts.
  /// - Throws: `TrainingError.optionOutOfRange`.
  public init(
    _ texts: LabelledTexts, validationFraction: Double = 0.1, seed: UInt64 = 1
  ) throws(TrainingError) {
    try checkValidationFraction(validationFraction)
    var random = Xoshiro256(seed: seed, stream: [RandomStream.split])
    let split = texts.stratifiedSplit(fraction: validationFraction, using: &random)
    self.texts = texts
    training = split.training
    validation = (texts, split.validation)
  }

  /// Trains on all texts and validates on others.
  ///
  /// - Parameter validation: with the same labels, as they are if it was read with `labels`.
  public init(_ texts: LabelledTexts, validation: LabelledTexts) {
    precondition(texts.labels == validation.labels, "texts of other classes")
    self.texts = texts
    training = Array(0..<texts.count)
    self.validation = (validation, Array(0..<validation.count))
  }

  /// Trains on some of the texts and validates on others of them.
  init(_ texts: LabelledTexts, training: [Int], validation: [Int]) {
    self.texts = texts
    self.training = training
    self.validation = (texts, validation)
  }

  /// The vocabulary of the texts that train.
  ///
  /// - Parameters:
  ///   - kind: what a symbol is.
  ///   - minCount: characters rarer than this are spelt with bytes; 1 or more.
  /// - Throws: `TrainingError.optionOutOfRange`.
  public func vocabulary(
    _ kind: Vocabulary.Kind = .scalars, minCount: Int = 1
  ) throws(TrainingError) -> Vocabulary {
    try checkMinCount(minCount)
    return kind == .bytes
      ? .bytes
      : Vocabulary(counting: training.lazy.map { texts.bytes(of: $0) }, minCount: minCount)
  }
}
