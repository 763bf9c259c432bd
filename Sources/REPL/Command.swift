import TerminalText

/// A command: a line that begins with a slash.
///
/// `/help`, completion and the guess at a mistyped name all read an interpreter's one table.
package struct Command<Target: LineInterpreter>: Sendable {
  /// What its argument is, for completion; as the name of a file it may be any bytes, as in a path.
  enum Argument: Sendable {
    case none, free, file
    /// One of these words, which may depend on those before it.
    case words(@Sendable (Target, _ before: [Substring]) -> [String])
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
  /// What it knows, by name, for the same.
  var list: [(name: String, summary: String)] = []
  var argument = Argument.none
  /// What `/name!` does, for a command that replaces a file only where it is told so.
  var replacing: (@Sendable (Target, _ argument: String) throws -> Void)?
  let run: @Sendable (Target, _ argument: String) throws -> Void

  var takesArgument: Bool {
    if case .none = argument { false } else { true }
  }

  var takesFile: Bool {
    if case .file = argument { true } else { false }
  }

  /// `/name usage`
  var synopsis: String { usage.isEmpty ? "/\(name)" : "/\(name) \(usage)" }
}

extension Command {
  static var help: Command {
    Command(
      name: "help", usage: "[command]", summary: "list the commands, or explain one",
      argument: .words { $1.isEmpty ? $0.commandNames : [] }
    ) { try $0.help($1) }
  }

  static var quit: Command {
    Command(
      name: "quit", aliases: ["exit", "q"], summary: "leave; so does Ctrl-D"
    ) { interpreter, _ in interpreter.progress.hasQuit = true }
  }
}

extension LineInterpreter {
  /// Columns of names in lists.
  static var nameWidth: Int { 20 }

  /// Those that are listed.
  var commandNames: [String] { Self.commands.map(\.name) }

  func findCommand(_ name: some StringProtocol) -> Command<Self>? {
    Self.commands.first { $0.name == name || $0.aliases.contains(String(name)) }
  }

  /// The command that a line names, and whether it has the `!` of those that replace files.
  func findSpelling(_ name: some StringProtocol) -> (command: Command<Self>, replaces: Bool)? {
    if let command = findCommand(name) { return (command, false) }
    guard name.hasSuffix("!"), let command = findCommand(name.dropLast()),
      command.replacing != nil
    else { return nil }
    return (command, true)
  }

  /// - Throws: `ReplError`, with a guess at what was meant.
  func command(named name: some StringProtocol) throws(ReplError) -> Command<Self> {
    guard let command = findCommand(name) else {
      throw .usage(
        "there is no command /\(excerpt(name, limit: 40)); "
          + (nearest(String(name), among: commandNames).map { "did you mean /\($0)?" }
            ?? "/help lists them"))
    }
    return command
  }

  fileprivate func help(_ name: String) throws {
    guard name.isEmpty else {
      let command = try command(named: name.hasPrefix("/") ? name.dropFirst() : name[...])
      try screen.line("\(screen.outputStyle.bold(command.synopsis)): \(command.summary)")
      if !command.details.isEmpty { try screen.prose(command.details) }
      for (name, summary) in command.list {
        try screen.prose(summary, after: "  " + name.padded(to: Self.nameWidth))
      }
      return
    }
    let width = Self.commands.map(\.synopsis.count).max() ?? 0
    for command in Self.commands {
      try screen.prose(command.summary, after: command.synopsis.padded(to: width + 2))
    }
    try screen.line("")
    try screen.prose(Self.manner)
  }
}
