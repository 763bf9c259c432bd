import Text

/// A text as a model reads it.
struct KnownText {
  /// Without characters that the model does not know.
  let text: String
  let symbols: [Int32]

  init(text: String, symbols: [Int32]) {
    self.text = text
    self.symbols = symbols
  }

  /// A text that was known before.
  init(_ text: String, to vocabulary: Vocabulary) {
    self.init(text: text, symbols: vocabulary.encode(text).symbols)
  }

  static let empty = KnownText(text: "", symbols: [])
}
