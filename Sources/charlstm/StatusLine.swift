import Foundation
import TerminalText

/// Says something in the program's own words on standard error, whole lines broken at blanks where a
/// terminal is narrow.
func say(_ lines: String) {
  var line = StatusLine()
  line.print(lines)
}

/// Standard error, where its last line on a terminal is one that is written over.
struct StatusLine {
  let isTerminal = isatty(STDERR_FILENO) == 1
  private var isOpen = false

  /// Shows the line in the place of the one before; to be called on a terminal alone.
  mutating func show(_ line: ProgressLine) {
    standardError("\r\u{1B}[K" + line.fitted(to: widthOfProgress()))
    isOpen = true
  }

  /// Whole lines, above the one that is written over.
  ///
  /// - Parameter wraps: whether they are the program's own words, which are broken at blanks where
  ///   the terminal is narrow.
  mutating func print(_ lines: String, wraps: Bool = true) {
    let lines =
      isTerminal && wraps
      ? wrapped(lines, width: widthOfProgress(), splitsWords: false).joined(separator: "\n") : lines
    standardError((isOpen ? "\r\u{1B}[K" : "") + lines)
    isOpen = false
  }

  /// Leaves the cursor on a line of its own.
  mutating func finish() {
    if isOpen { standardError("\n") }
    isOpen = false
  }

  /// Takes the line away.
  mutating func clear() {
    if isOpen { standardError("\r\u{1B}[K") }
    isOpen = false
  }
}
