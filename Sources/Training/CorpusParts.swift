import Text

/// A corpus as a run reads it: its first part trains, its last validates, both in one vocabulary.
public struct CorpusParts: Sendable {
  public let training: EncodedText
  /// Nil where the share, or the corpus, is too small.
  public let validation: EncodedText?

  /// Cuts a corpus and reads it once.
  ///
  /// - Parameters:
  ///   - validationFraction: the share of the bytes, at the end, to validate on: 0 to below 1.
  ///   - vocabulary: the one to read it in, such as that of a model to begin with; where nil, it is
  ///     made of the training part by `kind` and `minCount`.
  ///   - kind: what a symbol is.
  ///   - minCount: characters rarer than this in the training part are spelt with bytes; 1 or more.
  /// - Throws: `TrainingError.optionOutOfRange`; `CorpusError.invalidUTF8`, unless symbols are bytes.
  public init(
    _ corpus: Corpus, validationFraction: Double = 0.1, vocabulary: Vocabulary? = nil,
    kind: Vocabulary.Kind = .scalars, minCount: Int = 1
  ) throws {
    try checkValidationFraction(validationFraction)
    try checkMinCount(minCount)
    let split = Split(corpus: corpus, validationFraction: validationFraction)
    let vocabulary =
      try vocabulary
      ?? Vocabulary(scanning: corpus, training: split.training, kind: kind, minCount: minCount)
    training = try EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary)
    validation =
      split.validation.isEmpty
      ? nil : try EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary)
  }
}
