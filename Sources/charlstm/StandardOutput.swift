import Foundation

/// Standard output: whole pieces, and an error where they cannot be written.
///
/// On a terminal each piece is shown at once; elsewhere pieces are gathered to lines or a few
/// kilobytes.
struct StandardOutput {
  private var buffer: [UInt8] = []
  private let isTerminal = isatty(STDOUT_FILENO) == 1

  mutating func write(_ bytes: some Sequence<UInt8>) throws {
    buffer += bytes
    if isTerminal || buffer.last == UInt8(ascii: "\n") || buffer.count >= 4096 { try flush() }
  }

  mutating func write(line: String) throws {
    try write(Array(line.utf8) + [UInt8(ascii: "\n")])
  }

  mutating func flush() throws {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes {
        Foundation.write(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, buffer.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw Failure(
          description: "cannot write to standard output: \(String(cString: strerror(errno)))",
          code: .inputOutput)
      }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Columns of the terminal on standard output; 80 elsewhere.
func widthOfOutput() -> Int {
  var size = winsize()
  guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
  return Int(size.ws_col)
}
