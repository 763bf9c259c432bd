import Glibc
import LineEditing
import REPL

extension Screen {
  /// Results on standard output, remarks on standard error.
  static func standard(isInteractive: Bool, environment: [String: String]) -> Screen {
    let output = TerminalOutput(descriptor: STDOUT_FILENO, environment: environment)
    let remarks = TerminalOutput(descriptor: STDERR_FILENO, environment: environment)
    var buffer = StandardOutput()
    return Screen(
      output: { text in try buffer.write(text.utf8) },
      remarks: { text in
        try buffer.flush()
        standardError(text)
      },
      isTerminal: output.isTerminal, isInteractive: isInteractive,
      outputColour: output.allowsColour, remarkColour: remarks.allowsColour,
      width: { output.width })
  }
}
