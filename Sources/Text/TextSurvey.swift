import Synchronization

/// What reading a part of a text tells of it before there is a vocabulary.
struct TextSurvey: Sendable {
  let range: Range<Int>
  /// The part's scalars, in order of value, and how often each occurs.
  let occurrences: [(scalar: Unicode.Scalar, count: Int)]
  /// Where the symbols are if every scalar is one.
  let index: SymbolIndex

  /// Reads a part, checking that it is UTF-8.
  ///
  /// - Parameter visit: called with each block of it, in order.
  /// - Throws: `CorpusError.invalidUTF8`.
  init(
    _ range: Range<Int>, of corpus: Corpus, visit: @Sendable (Range<Int>) -> Void = { _ in }
  ) throws(CorpusError) {
    let total = Mutex(ScalarHistogram())
    self.range = range
    index = try corpus.scan(range, into: ScalarHistogram.init, visit: visit) { histogram in
      total.withLock { $0.add(histogram) }
    }
    occurrences = total.withLock { $0.occurrences }
  }

  /// The vocabulary of the part.
  ///
  /// - Parameter minCount: scalars rarer than this are spelt with byte symbols.
  func vocabulary(minCount: Int) -> Vocabulary {
    Vocabulary(
      ascending: occurrences.filter { $0.count >= minCount }.map(\.scalar),
      hasByteSymbols: minCount > 1)
  }

  /// Whether each of the part's scalars is a symbol.
  func isKnown(to vocabulary: Vocabulary) -> Bool {
    occurrences.allSatisfy { vocabulary.table[$0.scalar] != ScalarTable.absent }
  }
}

/// All that one reading of a corpus tells: the scalars and symbols of its parts, and its hash.
package struct CorpusSurvey: Sendable {
  private let corpus: Corpus
  private let training: TextSurvey
  /// Nil where that part is empty.
  private let validation: TextSurvey?
  private let test: TextSurvey?
  /// XXH64 of all of the text.
  package let contentHash: UInt64

  /// - Throws: `CorpusError.invalidUTF8`.
  package init(_ corpus: Corpus, _ split: Split) throws(CorpusError) {
    let hash = Mutex(ContentHash())
    func survey(_ part: Range<Int>) throws(CorpusError) -> TextSurvey {
      try TextSurvey(part, of: corpus) { block in
        hash.withLock { $0.add(block, of: corpus) }
      }
    }
    self.corpus = corpus
    training = try survey(split.training)
    validation = split.validation.isEmpty ? nil : try survey(split.validation)
    test = split.test.isEmpty ? nil : try survey(split.test)
    contentHash = hash.withLock { $0.value }
  }

  /// The vocabulary of the part that trains.
  ///
  /// - Parameter minCount: scalars rarer than this are spelt with byte symbols.
  package func vocabulary(minCount: Int) -> Vocabulary { training.vocabulary(minCount: minCount) }

  /// The parts in a vocabulary: read again only where it does not know all of their scalars.
  package func encoded(
    in vocabulary: Vocabulary
  ) throws(CorpusError) -> (training: EncodedText, validation: EncodedText?, test: EncodedText?) {
    func encoded(_ part: TextSurvey) throws(CorpusError) -> EncodedText {
      part.isKnown(to: vocabulary)
        ? EncodedText(
          corpus, byteRange: part.range, vocabulary: vocabulary, index: part.index)
        : try EncodedText(corpus, byteRange: part.range, vocabulary: vocabulary)
    }
    func encodedIfPresent(_ part: TextSurvey?) throws(CorpusError) -> EncodedText? {
      guard let part else { return nil }
      return try encoded(part)
    }
    return (try encoded(training), try encodedIfPresent(validation), try encodedIfPresent(test))
  }
}
