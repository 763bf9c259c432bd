import Foundation

extension String {
  /// Control characters, but for line feed and tab, as the pictures that Unicode has for them: a
  /// terminal would obey them.
  var withControlPictures: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x0A, 0x09: result.append(scalar)
      case 0x00...0x1F: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      case 0x7F: result.append("\u{2421}")
      case 0x80...0x9F: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// `text` on one line and not longer than `limit` scalars, its beginning cut off if `fromEnd`.
func excerpt(_ text: some StringProtocol, limit: Int, fromEnd: Bool = false) -> String {
  let scalars = text.unicodeScalars
  let part =
    fromEnd ? Array(scalars.suffix(limit + 1)) : Array(scalars.prefix(limit + 1))
  var kept = String.UnicodeScalarView()
  kept.append(contentsOf: fromEnd ? part.suffix(limit) : part.prefix(limit))
  let shown = String(kept).withControlPictures
    .replacing("\n", with: "\u{23CE}").replacing("\t", with: " ")
  guard part.count > limit else { return shown }
  return fromEnd ? "…" + shown : shown + "…"
}

/// `text` in quotes, with the escapes that `unescaped` takes back.
func escaped(_ text: String) -> String {
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
  var rest = text.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    switch scalar {
    case "\"":
      isQuoted.toggle()
      word = word ?? String.UnicodeScalarView()
    case "\\":
      let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "n": "\n", "t": "\t", "r": "\r", "\"": "\"", "\\": "\\",
      ]
      guard let next = rest.popFirst(), let meant = escapes[next] else {
        throw .usage("after a backslash there must be n, t, r, \" or another backslash")
      }
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
  /// As a person would write it: 1, not 1.0.
  var shortest: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// With this many digits after the point.
  func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
