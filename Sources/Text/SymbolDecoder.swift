/// Turns symbols into UTF-8 as they come.
///
/// Bytes of a scalar are held back until it is whole, so that what has been written is valid UTF-8 at any moment.
public struct SymbolDecoder: Sendable {
  /// Says what the symbols stand for.
  public let vocabulary: Vocabulary
  /// The state after the symbols so far: says which byte symbols may come next.
  public private(set) var automaton = UTF8Automaton()
  // The first `heldCount` are a scalar begun.
  private var held: SIMD4<UInt8> = .zero
  private var heldCount = 0

  /// A decoder at the beginning of a text.
  public init(vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
  }

  /// Appends to `output` the scalar that `symbol` is or completes.
  ///
  /// A symbol that the automaton does not allow is taken all the same, as a text of bytes may hold
  /// anything: U+FFFD stands for each sequence broken off and each byte that begins none.
  public mutating func append(_ symbol: Int32, to output: inout [UInt8]) {
    switch vocabulary[symbol] {
    case .scalar(let scalar):
      breakOff(in: &output)
      output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    case .byte(let byte):
      if !automaton.allows(byte) { breakOff(in: &output) }
      guard automaton.consume(byte) else {
        output += UTF8.encodedReplacementCharacter
        return
      }
      held[heldCount] = byte
      heldCount += 1
      if automaton.isBoundary {
        for index in 0..<heldCount { output.append(held[index]) }
        heldCount = 0
      }
    }
  }

  /// The bytes of a scalar begun and not yet whole, at most three.
  package var pending: [UInt8] { (0..<heldCount).map { held[$0] } }

  /// Ends the text: a scalar begun and not completed becomes U+FFFD.
  public mutating func finish(_ output: inout [UInt8]) {
    breakOff(in: &output)
  }

  private mutating func breakOff(in output: inout [UInt8]) {
    guard heldCount > 0 else { return }
    output += UTF8.encodedReplacementCharacter
    heldCount = 0
    automaton = UTF8Automaton()
  }
}
