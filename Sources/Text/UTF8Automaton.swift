/// The state of UTF-8 being written byte by byte: which bytes may come next.
///
/// The whole stays valid (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
public struct UTF8Automaton: Hashable, Sendable {
  /// How many bytes the scalar begun still needs, 0 to 3.
  public private(set) var bytesNeeded = 0
  // What the next of them may be.
  private var next: ClosedRange<UInt8> = 0x80...0xBF

  /// At the beginning of a scalar.
  public init() {}

  /// Whether what was written so far ends with a whole scalar.
  public var isBoundary: Bool { bytesNeeded == 0 }

  /// Whether `byte` may come next.
  public func allows(_ byte: UInt8) -> Bool {
    isBoundary ? byte < 0x80 || (0xC2...0xF4).contains(byte) : next.contains(byte)
  }

  /// Whether `symbol` may come next: a scalar may only follow whole scalars.
  public func allows(_ symbol: Vocabulary.Symbol) -> Bool {
    switch symbol {
    case .scalar: isBoundary
    case .byte(let byte): allows(byte)
    }
  }

  /// Takes `byte` if it may come next; otherwise nothing changes and the result is `false`.
  @discardableResult
  public mutating func consume(_ byte: UInt8) -> Bool {
    guard allows(byte) else { return false }
    guard isBoundary else {
      bytesNeeded -= 1
      next = 0x80...0xBF
      return true
    }
    switch byte {
    case 0x00...0x7F: bytesNeeded = 0
    case 0x80...0xDF: bytesNeeded = 1
    case 0xE0...0xEF: bytesNeeded = 2
    default: bytesNeeded = 3
    }
    next =
      switch byte {
      case 0xE0: 0xA0...0xBF  // below: overlong
      case 0xED: 0x80...0x9F  // above: surrogates
      case 0xF0: 0x90...0xBF  // below: overlong
      case 0xF4: 0x80...0x8F  // above: beyond U+10FFFF
      default: 0x80...0xBF
      }
    return true
  }
}
