/// From scalars to symbols: a table of two levels, with pages of 256 scalars.
///
/// Only pages in use are stored. A look-up is two loads, or one for scalars below U+0100, whose
/// page always comes first.
struct ScalarTable: Sendable {
  /// What a scalar that is not in the table gives.
  static let absent: Int32 = -1

  // [0x110000 / 256]: where each page of scalars begins in `symbols`
  private var pages: [Int32]
  // [pages in use, 256]
  private var symbols: [Int32]

  /// The scalar at each index gets that index as its symbol.
  init(_ scalars: [Unicode.Scalar]) {
    // Page 0 serves the scalars below U+0100, page 1 all pages without a symbol.
    pages = Array(repeating: 256, count: 0x110000 >> 8)
    pages[0] = 0
    symbols = Array(repeating: Self.absent, count: 512)
    for (symbol, scalar) in scalars.enumerated() {
      let page = Int(scalar.value >> 8)
      if pages[page] == 256 {
        pages[page] = Int32(symbols.count)
        symbols += repeatElement(Self.absent, count: 256)
      }
      symbols[Int(pages[page]) + Int(scalar.value & 0xFF)] = Int32(symbol)
    }
  }

  subscript(scalar: Unicode.Scalar) -> Int32 {
    withLookup { $0[scalar.value] }
  }

  /// The table for a loop's use. Nothing is written through it.
  struct Lookup: @unchecked Sendable {
    fileprivate let pages: UnsafePointer<Int32>
    fileprivate let symbols: UnsafePointer<Int32>

    /// `value` is at most 0x10FFFF.
    @inline(__always)
    subscript(value: UInt32) -> Int32 {
      symbols[Int(pages[Int(value >> 8)]) + Int(value & 0xFF)]
    }

    @inline(__always)
    subscript(ascii byte: UInt8) -> Int32 {
      symbols[Int(byte)]
    }
  }

  @inline(__always)
  func withLookup<Result, Failure: Error>(
    _ body: (Lookup) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try pages.withUnsafeBufferPointer { pages throws(Failure) in
      try symbols.withUnsafeBufferPointer { symbols throws(Failure) in
        guard let pages = pages.baseAddress, let symbols = symbols.baseAddress else {
          preconditionFailure("both levels always have pages")
        }
        return try body(Lookup(pages: pages, symbols: symbols))
      }
    }
  }
}
