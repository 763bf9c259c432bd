import TerminalText
import Text

/// The characters of texts that a model does not know, so that they are not left out in silence:
/// each once, with how often it came.
struct UnknownCharacters {
  /// Who does not know them.
  private let reader: String
  private let vocabulary: Vocabulary
  private var counts: [Unicode.Scalar: Int] = [:]
  /// In the order in which they came.
  private var found: [Unicode.Scalar] = []

  init(to reader: String, with vocabulary: Vocabulary) {
    self.reader = reader
    self.vocabulary = vocabulary
  }

  mutating func note(in text: String) {
    for scalar in text.unicodeScalars where vocabulary.symbols(for: scalar).isEmpty {
      if counts[scalar] == nil { found.append(scalar) }
      counts[scalar, default: 0] += 1
    }
  }

  /// - Parameter texts: what they are of, where that is not plain.
  func tell(of texts: String? = nil) {
    guard !found.isEmpty else { return }
    let shown = found.prefix(20).map { scalar in
      let count = counts[scalar, default: 0]
      return Vocabulary.Symbol.scalar(scalar).description + (count > 1 ? " (\(count))" : "")
    }
    let more = found.count > shown.count ? " and \(found.count - shown.count) more" : ""
    standardError(
      "The \(reader) does not know these characters\(texts.map { " of \($0)" } ?? ""), "
        + "which are left out: "
        + shown.joined(separator: " ") + more + "\n")
  }
}

extension EncodedText {
  /// Says how many characters a model does not know.
  func sayUnknownCharacters() {
    guard unknownCount > 0 else { return }
    standardError(
      "The model does not know "
        + counted(
          unknownCount, "character of the text, which is",
          plural: "characters of the text, which are") + " left out.\n")
  }
}
