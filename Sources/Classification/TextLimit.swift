/// How much of a text a classifier reads.
public struct TextLimit: Codable, Equatable, Sendable {
  /// What is read of a text that is longer.
  public enum Kept: String, Codable, Sendable, CaseIterable {
    case head
    case tail
    /// The first half and the last half of as many symbols.
    case both
  }

  /// In symbols.
  public var length: Int
  public var kept: Kept

  public init(length: Int = 1024, kept: Kept = .head) {
    self.length = length
    self.kept = kept
  }

  /// The symbols that are read.
  package func callAsFunction<Symbol>(_ symbols: [Symbol]) -> [Symbol] {
    guard symbols.count > length else { return symbols }
    return switch kept {
    case .head: Array(symbols.prefix(length))
    case .tail: Array(symbols.suffix(length))
    case .both: Array(symbols.prefix((length + 1) / 2) + symbols.suffix(length / 2))
    }
  }
}
