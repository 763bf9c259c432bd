import TerminalText

extension String {
  /// What comes last in this path, without the slashes behind it; the path itself where it is
  /// nothing but slashes.
  ///
  /// By bytes: to Swift, a slash and a combining mark behind it are one character.
  package var lastPathName: String {
    let slash = UInt8(ascii: "/")
    guard let last = utf8.lastIndex(where: { $0 != slash }) else { return self }
    let start = utf8[..<last].lastIndex(of: slash).map { utf8.index(after: $0) } ?? startIndex
    return String(Substring(utf8[start...last]))
  }

  /// This path for people: bytes that are no UTF-8 stand as `\xE9`. No file can be opened by it.
  package var spelledPath: String {
    var text = ""
    for scalar in unicodeScalars {
      if let byte = scalar.escapedByte {
        text += "\\x" + String(byte, radix: 16, uppercase: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// A path on one line, safe to print on a terminal.
package func printable(path: String) -> String { printable(path.spelledPath) }

extension DefaultStringInterpolation {
  /// The path as people may read it on one line: `"cannot open \(path: path)"`.
  package mutating func appendInterpolation(path: String) {
    appendLiteral(printable(path: path))
  }
}
