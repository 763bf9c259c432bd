/// What a model has read before it writes, as far as bans and biases look back.
public struct TextRead: Sendable, ExpressibleByArrayLiteral {
  /// In the model's symbols: the end of the text, or all of it.
  public var symbols: [Int32]
  /// How many symbols at the end the model has written itself since it was last given anything: a
  /// passage of a corpus may have begun there.
  public var written: Int

  public init(_ symbols: [Int32], written: Int = 0) {
    self.symbols = symbols
    self.written = min(written, symbols.count)
  }

  public init(arrayLiteral symbols: Int32...) { self.init(symbols) }
}
