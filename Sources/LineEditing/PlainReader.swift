import Glibc
import Text

/// Lines from a pipe or a file: no prompt, no editing, no history.
///
/// A line ends with `"\n"` or `"\r\n"`, or with `"\r"` in an input without `"\n"`; the last one may
/// end with the input. A byte order mark at the beginning is not part of the first. What the beginning
/// shows to be another encoding, or no text, gives no line. Every byte is looked at once, so that a
/// line of any length costs time in proportion to it. Ctrl-C ends the wait for a line only while an
/// ``InterruptFlag`` lives; otherwise it ends the process, as usual.
package struct PlainReader: LineSource {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Where in `buffer` the next line begins; what lies before it has been handed out.
  private var lineStart = 0
  /// Whether nothing has been handed out.
  private var isBeginning = true
  private var hasSeenLineFeed = false

  /// Reads from `descriptor`, which stays the caller's to close.
  ///
  /// Bytes past the line handed out may already have been read from it.
  package init(descriptor: Int32 = STDIN_FILENO) {
    self.descriptor = descriptor
  }

  package mutating func readLine(prompt: String = "") -> LineResult {
    var searched = lineStart
    while true {
      if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { lineStart = newline + 1 }
        hasSeenLineFeed = true
        skipByteOrderMark()
        let hasReturn = newline > lineStart && buffer[newline - 1] == UInt8(ascii: "\r")
        return LineResult(utf8: buffer[lineStart..<(hasReturn ? newline - 1 : newline)])
      }
      buffer.removeSubrange(..<lineStart)
      lineStart = 0
      searched = buffer.count
      switch fill() {
      case .more:
        // In UTF-16, what looks like a line feed may be half of another character.
        if isBeginning, let content = buffer.withUnsafeBytes({ ForeignContent(head: $0) }) {
          buffer = []
          return .foreign(content)
        }
      case .interrupted:
        buffer.removeAll(keepingCapacity: true)
        return .interrupted
      case .end:
        skipByteOrderMark()
        guard lineStart < buffer.count else { return .endOfInput }
        // The line ends of the Macintosh of old.
        if !hasSeenLineFeed, buffer.dropLast().contains(UInt8(ascii: "\r")) {
          for index in buffer.indices where buffer[index] == UInt8(ascii: "\r") {
            buffer[index] = UInt8(ascii: "\n")
          }
          searched = lineStart
          continue
        }
        defer {
          buffer = []
          lineStart = 0
        }
        let rest = buffer[lineStart...]
        return LineResult(utf8: rest.last == UInt8(ascii: "\r") ? rest.dropLast() : rest)
      }
    }
  }

  /// A mark at the beginning is the file's, not the first line's.
  private mutating func skipByteOrderMark() {
    guard isBeginning else { return }
    isBeginning = false
    if buffer[lineStart...].starts(with: byteOrderMark) { lineStart += byteOrderMark.count }
  }

  private enum Arrival {
    case more, interrupted, end
  }

  /// Waits for bytes and appends them to `buffer`; a read error counts as the end.
  private mutating func fill() -> Arrival {
    let capacity = 65_536
    while true {
      guard waitForInput(on: descriptor, unless: { InterruptFlag.isRaised }) else {
        if InterruptFlag.take() { return .interrupted }
        continue
      }
      let (count, code) = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) {
        bytes in
        let count = read(descriptor, bytes.baseAddress, capacity)
        let code = errno
        if count > 0 {
          buffer.append(contentsOf: UnsafeMutableBufferPointer(rebasing: bytes[..<count]))
        }
        return (count, code)
      }
      if count > 0 { return .more }
      if count < 0, code == EINTR || code == EAGAIN { continue }
      return .end
    }
  }
}
