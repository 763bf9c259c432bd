import Synchronization

/// What reading a part of a text tells of it before there is a vocabulary.
struct TextSurvey: Sendable {
  let range: Range<Int>
  /// The part's scalars, in order of value, and how often each occurs.
  let occurrences: [(scalar: Unicode.Scalar, count: Int)]
  /// Where the symbols are if every scalar is one.
  let index: SymbolIndex
}

extension Corpus {
  /// Reads a part, checking that it is UTF-8.
  ///
  /// - Throws: `CorpusError.invalidUTF8`.
  func survey(_ range: Range<Int>) throws(CorpusError) -> TextSurvey {
    let total = Mutex(ScalarHistogram())
    let index = try scan(range, into: ScalarHistogram.init) { histogram in
      total.withLock { $0.add(histogram) }
    }
    return TextSurvey(
      range: range, occurrences: total.withLock { $0.occurrences }, index: index)
  }
}
