/// A scalar in symbols: 0 to 4 of them, held without allocation.
public struct Spelling: RandomAccessCollection, Sendable {
  private var symbols: SIMD4<Int32> = .zero
  /// The number of symbols.
  public private(set) var endIndex = 0

  /// Always 0.
  public var startIndex: Int { 0 }

  init() {}

  init(_ symbol: Int32) {
    append(symbol)
  }

  init(bytesOf scalar: Unicode.Scalar, from firstByteSymbol: Int32) {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
      append(firstByteSymbol + Int32(byte))
    }
  }

  private mutating func append(_ symbol: Int32) {
    symbols[endIndex] = symbol
    endIndex += 1
  }

  /// The symbol at `index`, in `0..<endIndex`.
  public subscript(index: Int) -> Int32 {
    precondition(index >= 0 && index < endIndex, "index out of range")
    return symbols[index]
  }
}
