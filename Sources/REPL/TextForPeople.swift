import Foundation
import Text

/// `text` in quotes, with the escapes that `unescaped` takes back.
package func escaped(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    default: result += String(scalar).withControlPictures
    }
  }
  return result + "\""
}

/// The strings in `text`, parted by blanks; quotes hold blanks together, and `\n`, `\t`, `\r`,
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

/// `scalar` as one that can be seen and does nothing to a terminal.
func picture(of scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\n": "\u{23CE}"
  case "\t": "\u{2409}"
  default: String(scalar).withControlPictures
  }
}

extension Double {
  /// With this many digits after the point.
  func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
