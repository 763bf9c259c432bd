import ArgumentParser
import Foundation

/// The command line: commands, options, and how results and mistakes are shown.
@main
struct Charlstm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "charlstm",
    abstract: "Train a character-level recurrent network on plain text, and write with it.",
    discussion: """
      Results go to standard output, everything else to standard error. Exit codes are those of \
      sysexits: 64 usage, 65 bad data, 66 no input, 69 no such device, 73 cannot create, 74 input \
      or output, 75 in use, try again later; 130 after Ctrl-C.
      """,
    version: "0.1.0",
    subcommands: [
      Repl.self, Train.self, Sample.self, Evaluate.self, Inspect.self, Novelty.self, Classify.self,
      Report.self, Serve.self, Export.self, Info.self, Benchmark.self,
    ],
    defaultSubcommand: Repl.self)

  static func main() {
    // Whoever reads the output may stop (`| head`); then so does this, quietly, even where it was
    // started with the signal ignored.
    signal(SIGPIPE, SIG_DFL)
    Processes.join()
    do {
      let arguments = CommandArguments.all
      try CommandGuess.check(arguments)
      var command = try CommandArguments.command(of: arguments)
      try command.run()
      if let failure = MachineOptions.failure { throw failure }
    } catch {
      // What goes wrong after the device has failed comes from that.
      if let failure = MachineOptions.failure, !(error is ExitCode),
        ExitCode(for: error) != .temporary
      {
        exit(reporting: failure)
      }
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let message = OptionGuess.message(for: error, of: arguments) {
        standardError(message + "\n")
        Foundation.exit(ExitCode.usage.rawValue)
      }
      exit(reporting: error)
    }
  }
}
