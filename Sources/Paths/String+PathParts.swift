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

  /// This path for people: bytes that are no UTF-8 stand as `\xE9`, and where a name has these very
  /// letters, or a backslash before such a byte, its backslashes are doubled. No file can be opened by it.
  package var spelledPath: String {
    var text = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    var backslashes = 0
    while let scalar = rest.popFirst() {
      if scalar.escapedByte != nil || scalar == "x" && rest.prefix(2).isByteInHexadecimal {
        text.append(contentsOf: repeatElement("\\", count: backslashes))
      }
      backslashes = scalar == "\\" ? backslashes + 1 : 0
      if let byte = scalar.escapedByte {
        text.append(contentsOf: "\\x\(String(byte, radix: 16, uppercase: true))".unicodeScalars)
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }
}

extension Substring.UnicodeScalarView {
  /// Whether it is the two digits of a byte of 0x80 or more, as `spelledPath` writes them.
  fileprivate var isByteInHexadecimal: Bool {
    guard count == 2, let first, let last else { return false }
    return "89ABCDEF".unicodeScalars.contains(first)
      && "0123456789ABCDEF".unicodeScalars.contains(last)
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
