import Glibc

/// What can be shown on an output: whether it is a terminal, how wide, and in colour or not.
package struct TerminalOutput: Sendable {
  private let descriptor: Int32
  private let columns: Int?

  /// Whether a person sees this output as it is written.
  package let isTerminal: Bool

  /// Whether escape sequences for colours may be written: to a terminal that is not `dumb`, unless
  /// `NO_COLOR` is set to anything but nothing (no-color.org).
  package let allowsColour: Bool

  /// Asks about `descriptor`, such as `STDOUT_FILENO` or `STDERR_FILENO`.
  package init(descriptor: Int32, environment: [String: String]) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    let terminal = environment["TERM", default: ""]
    let refusesColour = !environment["NO_COLOR", default: ""].isEmpty
    allowsColour = isTerminal && !refusesColour && !terminal.isEmpty && terminal != "dumb"
    columns = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Columns at this moment, at least 1: what the terminal says, else `COLUMNS`, else 80.
  package var width: Int {
    var size = winsize()
    if isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return columns ?? 80
  }
}
