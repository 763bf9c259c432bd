import ArgumentParser
import Foundation
import TerminalText

/// The command line: commands, options, and how results and mistakes are shown.
@main
struct Charlstm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "charlstm",
    abstract: "Train a character-level recurrent network on plain text, and write with it.",
    discussion: """
      Results go to standard output, everything else to standard error. Exit codes are those of \
      sysexits: 64 usage, 65 bad data, 66 no input, 73 cannot create, 74 input or output, 75 in \
      use, try again later; 130 after Ctrl-C.
      """,
    version: "0.1.0",
    subcommands: [
      Repl.self, Train.self, Sample.self, Evaluate.self, Novelty.self, Classify.self, Info.self,
      Benchmark.self,
    ],
    defaultSubcommand: Repl.self)

  static func main() {
    // Whoever reads the output may stop (`| head`); then so does this, quietly, even where it was
    // started with the signal ignored.
    signal(SIGPIPE, SIG_DFL)
    do {
      try checkArguments()
      let arguments = Array(CommandLine.arguments.dropFirst())
      try CommandGuess.check(arguments)
      var command = try parseAsRoot(HelpScope.parsed(arguments))
      try command.run()
    } catch {
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let message = OptionGuess.message(for: error, of: arguments) {
        standardError(message + "\n")
        Foundation.exit(ExitCode.usage.rawValue)
      }
      exit(reporting: error)
    }
  }

  /// Refuses what Swift would change as it makes strings of arguments: names that differ would be
  /// those of one file.
  private static func checkArguments() throws {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index] else { return }
      let bytes = UnsafeRawBufferPointer(start: argument, count: strlen(argument))
      guard String(validating: bytes, as: UTF8.self) == nil else { continue }
      throw Failure.usage(
        "argument \(index) is not UTF-8: \(quoted(spelledName(bytes))); convert it, and reach a file "
          + "of such a name by a link or its folder")
    }
  }
}
