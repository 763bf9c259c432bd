import Text

/// A command: a line that begins with a slash.
///
/// `/help`, completion and the guess at a mistyped name all read the one table.
struct Command: Sendable {
  /// What its argument is, for completion.
  enum Argument {
    case none, free, command, setting, branch, file
  }

  let name: String
  /// Other names, which are not listed.
  var aliases: [String] = []
  /// As help shows it: `[name [value]]`.
  var usage = ""
  /// One line.
  let summary: String
  /// More, for `/help name`.
  var details = ""
  var argument = Argument.none
  let run: @Sendable (Interpreter, _ argument: String) throws -> Void

  var takesArgument: Bool {
    if case .none = argument { false } else { true }
  }

  /// `/name usage`
  var synopsis: String { usage.isEmpty ? "/\(name)" : "/\(name) \(usage)" }

  static let all: [Command] =
    [.help, .set, .show] + textCommands + branchCommands + experimentCommands + fileCommands
    + [.info, .quit]

  static func named(_ name: some StringProtocol) -> Command? {
    all.first { $0.name == name || $0.aliases.contains(String(name)) }
  }
}

extension Command {
  static let help = Command(
    name: "help", usage: "[command]", summary: "list the commands, or explain one",
    argument: .command
  ) { interpreter, argument in
    let screen = interpreter.screen
    guard !argument.isEmpty else {
      let width = all.map(\.synopsis.count).max() ?? 0
      for command in all {
        try screen.line(command.synopsis.padded(to: width + 2) + command.summary)
      }
      try screen.line("")
      try screen.line(
        "Anything else is a prompt, and the model goes on from it. A backslash at the")
      try screen.line("end of a line continues the prompt on the next; // begins a prompt with /.")
      try screen.line("Ctrl-C stops the writing and clears the line, Ctrl-D leaves.")
      return
    }
    let name = argument.hasPrefix("/") ? String(argument.dropFirst()) : argument
    guard let command = named(name) else {
      throw ReplError.usage(
        "there is no command /\(excerpt(name, limit: 40)); "
          + (nearest(name, among: all.map(\.name)).map { "did you mean /\($0)?" }
            ?? "/help lists them"))
    }
    try screen.line("\(screen.outputStyle.bold(command.synopsis)): \(command.summary)")
    if !command.details.isEmpty { try screen.line(command.details) }
  }

  static let quit = Command(
    name: "quit", aliases: ["exit", "q"], summary: "leave; so does Ctrl-D"
  ) { interpreter, _ in interpreter.quit() }
}
