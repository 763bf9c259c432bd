import Synchronization

/// A part of a corpus seen through a vocabulary, as `count` symbols.
///
/// A `Cursor` reads them from any position, cyclically. The text itself stays where it is.
///
/// Where each byte is one symbol (a byte vocabulary, or ASCII without unknown scalars) a symbol's
/// position is its byte's. Otherwise an index of 8 bytes for each 16 KiB says near which byte it is.
public struct EncodedText: Sendable {
  /// The text this is a part of.
  public let corpus: Corpus
  /// The part, in bytes of the corpus.
  public let byteRange: Range<Int>
  /// Says which symbols the text is made of.
  public let vocabulary: Vocabulary
  /// How many symbols the part has, which may be 0.
  public let count: Int
  /// How many scalars of the part the vocabulary does not know: they give no symbol.
  public let unknownCount: Int
  /// Bytes of the UTF-8 of those scalars. The others are `byteRange.count` without these.
  public let unknownByteCount: Int
  /// Where symbols are found; `nil` where each byte is one.
  let index: SymbolIndex?

  /// Reads `byteRange` once, checking that it is UTF-8, unless `vocabulary` is that of bytes.
  ///
  /// - Parameter byteRange: between scalar boundaries, as `Split` gives it; may be empty.
  /// - Throws: `CorpusError.invalidUTF8`.
  public init(
    _ corpus: Corpus, byteRange: Range<Int>, vocabulary: Vocabulary
  ) throws(CorpusError) {
    precondition(
      byteRange.lowerBound >= 0 && byteRange.upperBound <= corpus.byteCount,
      "the part lies outside the text")
    self.corpus = corpus
    self.byteRange = byteRange
    self.vocabulary = vocabulary
    if vocabulary.kind == .bytes {
      count = byteRange.count
      unknownCount = 0
      unknownByteCount = 0
      index = nil
    } else {
      let (index, counter) = try vocabulary.table.withLookup { lookup throws(CorpusError) in
        let none = SymbolCounter(lookup: lookup, hasByteSymbols: vocabulary.hasByteSymbols)
        let total = Mutex(none)
        let index = try corpus.scan(
          byteRange, into: { none }, finish: { counter in total.withLock { $0.add(counter) } })
        return (index, total.withLock { $0 })
      }
      count = index.count
      unknownCount = counter.unknownCount
      unknownByteCount = counter.unknownByteCount
      self.index = counter.isASCII && index.count == byteRange.count ? nil : index
    }
  }

  /// A part whose index is known, all of it in the vocabulary: nothing is read.
  package init(
    _ corpus: Corpus, byteRange: Range<Int>, vocabulary: Vocabulary, index: SymbolIndex
  ) {
    self.corpus = corpus
    self.byteRange = byteRange
    self.vocabulary = vocabulary
    // As many scalars as bytes: all are ASCII.
    self.index = index.count == byteRange.count ? nil : index
    count = index.count
    unknownCount = 0
    unknownByteCount = 0
  }

  /// All of `corpus`.
  public init(_ corpus: Corpus, vocabulary: Vocabulary) throws(CorpusError) {
    try self.init(corpus, byteRange: 0..<corpus.byteCount, vocabulary: vocabulary)
  }
}

/// Counts symbols in a vocabulary.
private struct SymbolCounter: UTF8Sink {
  private let lookup: ScalarTable.Lookup
  private let hasByteSymbols: Bool
  private(set) var symbolCount = 0
  private(set) var unknownCount = 0
  private(set) var unknownByteCount = 0
  private(set) var isASCII = true

  init(lookup: ScalarTable.Lookup, hasByteSymbols: Bool) {
    self.lookup = lookup
    self.hasByteSymbols = hasByteSymbols
  }

  @inline(__always)
  mutating func ascii(_ word: UInt64) {
    // Symbols are not negative and `absent` is: one sign tells whether all eight are known.
    var signs: Int32 = 0
    for index in 0..<8 {
      signs |= lookup[ascii: UInt8(truncatingIfNeeded: word >> (8 * UInt64(index)))]
    }
    if signs >= 0 || hasByteSymbols {
      symbolCount += 8
    } else {
      for index in 0..<8 {
        scalar(DecodedScalar(value: UInt32(word >> (8 * UInt64(index)) & 0x7F), length: 1))
      }
    }
  }

  @inline(__always)
  mutating func scalar(_ scalar: DecodedScalar) {
    if scalar.length > 1 { isASCII = false }
    if lookup[scalar.value] != ScalarTable.absent {
      symbolCount += 1
    } else if hasByteSymbols {
      symbolCount += scalar.length
    } else {
      unknownCount += 1
      unknownByteCount += scalar.length
    }
  }

  mutating func add(_ other: SymbolCounter) {
    symbolCount += other.symbolCount
    unknownCount += other.unknownCount
    unknownByteCount += other.unknownByteCount
    isASCII = isASCII && other.isASCII
  }
}
