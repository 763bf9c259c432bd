import Foundation
import Text

/// The strings in `text`, separated by spaces; quotes keep spaces together, and `\n`, `\t`, `\r`,
/// `\"` and `\\` are what they are elsewhere.
///
/// - Throws: `ReplError` for a quote that does not end and an escape that is none.
func unescapedWords(_ text: String) throws(ReplError) -> [String] {
  var words: [String] = []
  var word: String.UnicodeScalarView?
  var isQuoted = false
  var rest = text[...].unicodeScalars
  while let scalar = rest.popFirst() {
    switch scalar {
    case "\"":
      isQuoted.toggle()
      word = word ?? String.UnicodeScalarView()
    case "\\":
      guard let meant = takeEscape(&rest) else { throw .usage(escapeRule) }
      word = word ?? String.UnicodeScalarView()
      word?.append(meant)
    case " " where !isQuoted, "\t" where !isQuoted:
      if let word { words.append(String(word)) }
      word = nil
    default:
      word = word ?? String.UnicodeScalarView()
      word?.append(scalar)
    }
  }
  guard !isQuoted else { throw .usage("a quote has no end") }
  if let word { words.append(String(word)) }
  return words
}

extension Double {
  /// With this many digits after the point.
  func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
