import Text

/// The n-grams of a text's symbols, whatever their case, each as a hash.
struct NgramWalk: Equatable, Sendable {
  /// By symbol: that of the same character in lower case.
  private let folded: [Int32]
  /// The length of the longest n-gram; those of all lengths from 1 on are walked.
  let longest: Int
  /// Whether the end of a text is a symbol of its own, as its beginning is.
  private let marksEnd: Bool

  static let longestLimit = 16

  /// - Parameter longest: 1 to `longestLimit`.
  init(longest: Int, marksEnd: Bool, vocabulary: Vocabulary) {
    precondition((1...Self.longestLimit).contains(longest))
    self.longest = longest
    self.marksEnd = marksEnd
    folded = vocabulary.lowercaseSymbols
  }

  /// Calls `body` with the hash of each n-gram. The beginning of a text, and its end where that is
  /// marked, are symbols of their own, in n-grams with at least one other.
  func forEach(in symbols: [Int32], _ body: (UInt64) -> Void) {
    let ends = symbols.count + (marksEnd && !symbols.isEmpty ? 1 : 0)
    for end in 0..<ends {
      // Backward from the last symbol, so that one walk gives the n-grams of all lengths.
      var hash: UInt64 = 0
      for length in 1...longest where length <= end + 2 {
        hash = mixed(hash &+ value(at: end - length + 1, of: symbols))
        if length > 1 || end < symbols.count { body(hash) }
      }
    }
  }

  private func value(at place: Int, of symbols: [Int32]) -> UInt64 {
    if place < 0 { return 0 }
    return place < symbols.count ? UInt64(folded[Int(symbols[place])]) + 1 : .max
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014). Part of the file format: a model's n-grams are known by
/// it.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

extension Vocabulary {
  /// By symbol: that of the same character in lower case, if there is one, or else itself.
  fileprivate var lowercaseSymbols: [Int32] {
    (0..<Int32(count)).map { symbol in
      switch self[symbol] {
      case .scalar(let scalar):
        let lowercase = scalar.properties.lowercaseMapping.unicodeScalars
        guard lowercase.count == 1, let only = lowercase.first else { return symbol }
        return self.symbol(for: .scalar(only)) ?? symbol
      case .byte(let byte):
        let isUppercase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        return isUppercase ? symbol + 32 : symbol
      }
    }
  }
}
