/// The symbols a model reads and writes: numbers from 0 up to `count`, each a Unicode scalar or a
/// byte of UTF-8.
///
/// Scalars come first, in order of value; then, where the vocabulary has byte symbols, all 256
/// bytes. A scalar that is not a symbol is spelt with byte symbols, or is unknown where there are
/// none. A vocabulary without scalars is the byte vocabulary.
///
/// A symbol is never a `Character`: `"é"` and `"e\u{301}"` are equal as characters, and where one
/// character ends depends on the version of Unicode. Nothing is normalised.
public struct Vocabulary: Sendable {
  /// What a vocabulary is made of.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// The scalars of a text.
    case scalars
    /// The 256 bytes. Takes any bytes, and none is ever unknown.
    case bytes
  }

  /// What a symbol stands for.
  public enum Symbol: Hashable, Sendable {
    case scalar(Unicode.Scalar)
    case byte(UInt8)
  }

  /// The scalars that are symbols of their own, in order of value: the index is the symbol.
  public let scalars: [Unicode.Scalar]
  /// Whether 256 byte symbols follow the scalars, so that every scalar can be spelt.
  public let hasByteSymbols: Bool
  let table: ScalarTable

  /// The 256 bytes.
  public static let bytes = Vocabulary(ascending: [], hasByteSymbols: true)

  /// - Parameter scalars: no two alike, in order of value. With `byteFallback` there may be none.
  /// - Throws: `VocabularyError`.
  public init(scalars: [Unicode.Scalar], byteFallback: Bool) throws(VocabularyError) {
    guard !scalars.isEmpty || byteFallback else { throw .empty }
    for (index, (first, second)) in zip(scalars, scalars.dropFirst()).enumerated()
    where first.value >= second.value {
      throw first == second ? .duplicate(first) : .outOfOrder(second, index: index + 1)
    }
    self.init(ascending: scalars, hasByteSymbols: byteFallback)
  }

  init(ascending scalars: [Unicode.Scalar], hasByteSymbols: Bool) {
    self.scalars = scalars
    self.hasByteSymbols = hasByteSymbols
    table = ScalarTable(scalars)
  }

  /// The vocabulary of a text, by one pass over it.
  ///
  /// The pass also checks that the part is UTF-8. For `Kind.bytes` nothing is read.
  ///
  /// - Parameters:
  ///   - training: the part whose scalars are counted, between scalar boundaries and not empty,
  ///     as `Split` gives it.
  ///   - minCount: scalars rarer than this in `training` are no symbols of their own. Above 1 the
  ///     vocabulary has byte symbols to spell them with.
  /// - Throws: `CorpusError.invalidUTF8` with the first place in `training`.
  public init(
    scanning corpus: Corpus, training: Range<Int>, kind: Kind = .scalars, minCount: Int = 1
  ) throws(CorpusError) {
    guard kind == .scalars else {
      self = .bytes
      return
    }
    precondition(!training.isEmpty, "a vocabulary needs a text")
    self = try TextSurvey(training, of: corpus).vocabulary(minCount: minCount)
  }

  /// The vocabulary of texts in memory, each UTF-8 and not all of them empty.
  ///
  /// - Parameter minCount: as above.
  package init(counting texts: some Sequence<ArraySlice<UInt8>>, minCount: Int = 1) {
    var counts: [Unicode.Scalar: Int] = [:]
    for text in texts {
      for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
        counts[scalar, default: 0] += 1
      }
    }
    let scalars = counts.filter { $0.value >= minCount }.keys.sorted()
    self.init(ascending: scalars, hasByteSymbols: minCount > 1)
  }

  /// `bytes` where there are no scalars.
  public var kind: Kind { scalars.isEmpty ? .bytes : .scalars }

  /// V, the number of symbols: at least 1, at most 1,112,064 scalars and 256 bytes.
  public var count: Int { scalars.count + (hasByteSymbols ? 256 : 0) }

  /// The symbol of byte 0, meaningful where there are byte symbols.
  var firstByteSymbol: Int32 { Int32(scalars.count) }

  /// What `symbol`, which is in `0..<count`, stands for.
  public subscript(symbol: Int32) -> Symbol {
    let index = Int(symbol)
    precondition(index >= 0 && index < count, "no symbol \(symbol) in a vocabulary of \(count)")
    return index < scalars.count
      ? .scalar(scalars[index]) : .byte(UInt8(index - scalars.count))
  }

  /// `scalar` in symbols: one, or a byte symbol for each byte of its UTF-8, or none if unknown.
  public func symbols(for scalar: Unicode.Scalar) -> Spelling {
    let symbol = table[scalar]
    if symbol != ScalarTable.absent { return Spelling(symbol) }
    return hasByteSymbols ? Spelling(bytesOf: scalar, from: firstByteSymbol) : Spelling()
  }

  /// The symbol that stands for this, if there is one.
  package func symbol(for symbol: Symbol) -> Int32? {
    switch symbol {
    case .scalar(let scalar):
      let found = table[scalar]
      return found == ScalarTable.absent ? nil : found
    case .byte(let byte): return hasByteSymbols ? firstByteSymbol + Int32(byte) : nil
    }
  }

  /// How many of its symbols another has, too.
  package func symbolCount(sharedWith other: Vocabulary) -> Int {
    (0..<Int32(count)).count { other.symbol(for: self[$0]) != nil }
  }

  /// UTF-8 in symbols; what the vocabulary does not know gives none.
  package func symbols(in bytes: some Collection<UInt8>) -> [Int32] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.flatMap { symbols(for: $0) }
  }

  /// `text` in symbols, and what it holds that the vocabulary does not know.
  ///
  /// Each unknown scalar is listed once, in order of first appearance; it gives no symbol.
  public func encode(_ text: String) -> (symbols: [Int32], unknown: [Unicode.Scalar]) {
    var symbols: [Int32] = []
    symbols.reserveCapacity(text.utf8.count)
    var unknown: [Unicode.Scalar] = []
    var seen: Set<Unicode.Scalar> = []
    for scalar in text.unicodeScalars {
      let spelling = self.symbols(for: scalar)
      symbols += spelling
      if spelling.isEmpty, seen.insert(scalar).inserted { unknown.append(scalar) }
    }
    return (symbols, unknown)
  }

  /// `symbol` for people to read: see `Symbol.description`.
  public func description(of symbol: Int32) -> String {
    self[symbol].description
  }
}

extension Vocabulary: Equatable {
  /// Whether all symbols are the same, scalar by scalar.
  public static func == (first: Vocabulary, second: Vocabulary) -> Bool {
    first.hasByteSymbols == second.hasByteSymbols && first.scalars == second.scalars
  }
}

extension Vocabulary.Symbol: CustomStringConvertible {
  /// The symbol for people to read.
  ///
  /// A scalar as it is, if it can be seen by itself; a mark on a dotted circle; others, such as
  /// spaces and controls, as `U+000A`. A byte as `0x0A`.
  public var description: String {
    switch self {
    case .byte(let byte):
      return "0x" + hexadecimal(UInt32(byte), digits: 2)
    case .scalar(let scalar):
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark:
        return "\u{25CC}\(scalar)"
      case .control, .format, .surrogate, .privateUse, .unassigned,
        .spaceSeparator, .lineSeparator, .paragraphSeparator:
        return "U+" + hexadecimal(scalar.value, digits: 4)
      default:
        return String(scalar)
      }
    }
  }
}

private func hexadecimal(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
