import Text

/// Where a session's lines come from: a person at a terminal, a pipe, or an array in a test.
package protocol LineSource {
  /// The next line, without its line end. Shows `prompt` first where there is a terminal.
  mutating func readLine(prompt: String) -> LineResult

  /// Keeps `entry`, which may span several lines, for the arrow keys and for later sessions. Bytes
  /// that are no UTF-8 stand in it as in a path.
  mutating func remember(_ entry: String)
}

extension LineSource {
  package mutating func remember(_ entry: String) {}
}

/// What reading a line came to.
package enum LineResult: Equatable, Sendable {
  /// A line. It holds `"\n"` where several lines were pasted or recalled as one entry.
  case line(String)

  /// A line that is not UTF-8 from `byte` on, which counts from the line's beginning.
  case malformed(bytes: [UInt8], byte: Int)

  /// An input that is in another encoding, or no text at all: there is no line in it.
  case foreign(ForeignContent)

  /// Ctrl-C: what had been typed is gone.
  case interrupted

  /// Ctrl-D on an empty line, or the end of the input.
  case endOfInput
}

extension LineResult {
  /// The line spelt by `bytes`: `malformed` where they are not valid UTF-8, `line` otherwise.
  package init(utf8 bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self = .line(text)
      return
    }
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var byte = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { byte += UTF8.width(scalar) }
    self = .malformed(bytes: Array(bytes), byte: byte)
  }
}
