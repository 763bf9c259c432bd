import Text

/// A corpus as a run reads it, all of its files as one text: its first part trains, the next validates,
/// and the last tests, in one vocabulary.
public struct CorpusParts: Sendable {
  public let training: EncodedText
  /// Nil where the share, or the corpus, is too small.
  public let validation: EncodedText?
  /// What nothing is chosen on; nil where none is asked for, or the corpus is too small.
  public let test: EncodedText?
  let identity: CorpusIdentity

  /// Cuts a corpus and reads it once.
  ///
  /// - Parameters:
  ///   - validationFraction: the share of the bytes, behind those that train, to validate on: 0 to
  ///     below 1.
  ///   - testFraction: the share of the bytes, at the end, to test on: 0 or more, and with the other
  ///     below 1.
  ///   - vocabulary: the one to read it in, such as that of a model to begin with; where nil, it is
  ///     made of the training part by `kind` and `minCount`.
  ///   - kind: what a symbol is.
  ///   - minCount: characters rarer than this in the training part are spelt with bytes; 1 or more.
  /// - Throws: `TrainingError.optionOutOfRange`; `CorpusError.invalidUTF8`, unless symbols are bytes.
  public init(
    _ corpus: Corpus, validationFraction: Double = 0.1, testFraction: Double = 0,
    vocabulary: Vocabulary? = nil, kind: Vocabulary.Kind = .scalars, minCount: Int = 1
  ) throws {
    try checkValidationFraction(validationFraction)
    try checkTestFraction(testFraction, beside: validationFraction)
    try checkMinCount(minCount)
    try self.init(
      corpus,
      Split(
        corpus: corpus, validationFraction: validationFraction, testFraction: testFraction),
      vocabulary: vocabulary, kind: kind, minCount: minCount)
  }

  /// - Throws: `CorpusError.invalidUTF8`, unless symbols are bytes.
  init(
    _ corpus: Corpus, _ split: Split, vocabulary: Vocabulary?, kind: Vocabulary.Kind = .scalars,
    minCount: Int = 1
  ) throws(CorpusError) {
    let hash: UInt64
    if vocabulary?.kind ?? kind == .bytes {
      training = try EncodedText(corpus, byteRange: split.training, vocabulary: .bytes)
      validation =
        split.validation.isEmpty
        ? nil : try EncodedText(corpus, byteRange: split.validation, vocabulary: .bytes)
      test =
        split.test.isEmpty
        ? nil : try EncodedText(corpus, byteRange: split.test, vocabulary: .bytes)
      hash = corpus.contentHash()
    } else {
      let survey = try CorpusSurvey(corpus, split)
      (training, validation, test) = try survey.encoded(
        in: vocabulary ?? survey.vocabulary(minCount: minCount))
      hash = survey.contentHash
    }
    identity = CorpusIdentity(
      of: corpus, trainingBytes: split.training.count, testBytes: split.test.count,
      contentHash: hash)
  }
}
