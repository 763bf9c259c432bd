import Text

/// The characters that a form may be written in: those that are one symbol of a model, in order of symbols.
struct FormAlphabet: Sendable {
  /// By letter.
  let scalars: [Unicode.Scalar]
  let symbols: [Int32]
  /// By symbol: its letter, -1 for bytes of longer characters.
  let letters: [Int32]

  init(_ vocabulary: Vocabulary) {
    var scalars: [Unicode.Scalar] = []
    var symbols: [Int32] = []
    var letters = [Int32](repeating: -1, count: vocabulary.count)
    for symbol in 0..<Int32(vocabulary.count) {
      let scalar: Unicode.Scalar
      switch vocabulary[symbol] {
      case .scalar(let own): scalar = own
      case .byte(let byte):
        scalar = Unicode.Scalar(byte)
        // A byte that stands for a character by itself and that no other symbol stands for.
        guard byte < 0x80, vocabulary.symbol(for: .scalar(scalar)) == nil else { continue }
      }
      letters[Int(symbol)] = Int32(scalars.count)
      scalars.append(scalar)
      symbols.append(symbol)
    }
    self.scalars = scalars
    self.symbols = symbols
    self.letters = letters
  }
}
