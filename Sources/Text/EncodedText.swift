/// A part of a corpus seen through a vocabulary, as `count` symbols.
///
/// A `Cursor` reads them from any position, cyclically. The text itself stays where it is.
///
/// Where each byte is one symbol (a byte vocabulary, or ASCII without unknown scalars) a symbol's
/// position is its byte's. Otherwise one position in 4096 is kept in an index of 8 bytes each,
/// which comes to 7 MB for 10 GB of Burmese.
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
  /// Where each symbol whose position is a multiple of `indexInterval` is found.
  ///
  /// Empty where each byte is one symbol.
  let index: [SymbolPlace]
  let eachByteIsOneSymbol: Bool

  static let indexInterval = 4096

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
      index = []
      eachByteIsOneSymbol = true
    } else {
      let indexer = try vocabulary.table.withLookup { lookup throws(CorpusError) in
        var indexer = SymbolIndexer(
          lookup: lookup, hasByteSymbols: vocabulary.hasByteSymbols, offset: byteRange.lowerBound)
        try corpus.scan(byteRange, into: &indexer)
        return indexer
      }
      count = indexer.count
      unknownCount = indexer.unknownCount
      eachByteIsOneSymbol = indexer.eachByteIsOneSymbol
      index = indexer.places
    }
  }

  /// All of `corpus`.
  public init(_ corpus: Corpus, vocabulary: Vocabulary) throws(CorpusError) {
    try self.init(corpus, byteRange: 0..<corpus.byteCount, vocabulary: vocabulary)
  }
}

/// Where a symbol is found: the byte offset of its scalar in the corpus, and how many of the
/// scalar's symbols come before it, 0 to 3.
struct SymbolPlace: Sendable {
  private let packed: Int

  init(offset: Int, skip: Int) {
    packed = offset << 2 | skip
  }

  var offset: Int { packed >> 2 }
  var skip: Int { packed & 3 }
}

/// Counts symbols and notes the place of every 4096th, unless each byte is one symbol.
private struct SymbolIndexer: UTF8Sink {
  private let lookup: ScalarTable.Lookup
  private let hasByteSymbols: Bool
  private var offset: Int
  private(set) var count = 0
  private(set) var unknownCount = 0
  /// So far.
  private(set) var eachByteIsOneSymbol = true
  private(set) var places: [SymbolPlace] = []
  /// The position of the next symbol to note.
  private var nextNoted = Int.max

  init(lookup: ScalarTable.Lookup, hasByteSymbols: Bool, offset: Int) {
    self.lookup = lookup
    self.hasByteSymbols = hasByteSymbols
    self.offset = offset
  }

  @inline(__always)
  mutating func ascii(_ word: UInt64) {
    // Symbols are not negative and `absent` is: one sign tells whether all eight are known.
    var signs: Int32 = 0
    for index in 0..<8 {
      signs |= lookup[ascii: UInt8(truncatingIfNeeded: word >> (8 * UInt64(index)))]
    }
    if signs >= 0 || hasByteSymbols, nextNoted - count >= 8 {
      count += 8
      offset += 8
    } else {
      for index in 0..<8 {
        scalar(DecodedScalar(value: UInt32(word >> (8 * UInt64(index)) & 0x7F), length: 1))
      }
    }
  }

  @inline(__always)
  mutating func scalar(_ scalar: DecodedScalar) {
    let symbols =
      lookup[scalar.value] != ScalarTable.absent ? 1 : hasByteSymbols ? scalar.length : 0
    if symbols == 0 { unknownCount += 1 }
    if eachByteIsOneSymbol, scalar.length > 1 || symbols == 0 { beginIndex() }
    if nextNoted - count < symbols {
      places.append(SymbolPlace(offset: offset, skip: nextNoted - count))
      nextNoted += EncodedText.indexInterval
    }
    count += symbols
    offset += scalar.length
  }

  /// Makes up for the symbols so far, each of which was one byte.
  @inline(never)
  private mutating func beginIndex() {
    eachByteIsOneSymbol = false
    let start = offset - count
    nextNoted = 0
    while nextNoted < count {
      places.append(SymbolPlace(offset: start + nextNoted, skip: 0))
      nextNoted += EncodedText.indexInterval
    }
  }
}
