import Glibc

/// Lines from a pipe or a file: no prompt, no editing, no history.
///
/// A line ends with `"\n"` or `"\r\n"`; the last one may end with the input. Every byte is looked
/// at once, so that a line of any length costs time in proportion to it. Ctrl-C ends the wait for
/// a line only while an ``InterruptFlag`` lives; otherwise it ends the process, as usual.
package struct PlainReader: LineSource {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Where in `buffer` the next line begins; what lies before it has been handed out.
  private var lineStart = 0

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
        let hasReturn = newline > lineStart && buffer[newline - 1] == UInt8(ascii: "\r")
        return LineResult(utf8: buffer[lineStart..<(hasReturn ? newline - 1 : newline)])
      }
      buffer.removeSubrange(..<lineStart)
      lineStart = 0
      searched = buffer.count
      switch fill() {
      case .more:
        continue
      case .interrupted:
        buffer.removeAll(keepingCapacity: true)
        return .interrupted
      case .end:
        guard !buffer.isEmpty else { return .endOfInput }
        defer { buffer = [] }
        return LineResult(utf8: buffer)
      }
    }
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
