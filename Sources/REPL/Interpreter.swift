import Text
import Checkpoints
import Generation
import LineEditing

/// Runs lines: prompts, which the model goes on from, and commands.
///
/// Lines come from any source and output goes to a `Screen`, so the same interpreter serves a
/// terminal, a pipe and a test. No line ends the session by its content; only `/quit`, the end of
/// the input, and an output that cannot be written to do.
///
/// A class because the line editor asks for completions while the interpreter waits for its line.
package final class Interpreter {
  var resident: ResidentModel
  var session: Session
  let screen: Screen
  let surroundings: Surroundings
  /// Whether the line at hand stands on the terminal, because a person typed it there.
  private(set) var isTyped = false

  /// Whether a line said to leave.
  package private(set) var hasQuit = false

  /// What went wrong first, if anything did: it decides the exit code where nobody is watching.
  package private(set) var firstFailure: (any Error)?

  /// - Throws: what `Settings.validate` throws.
  package init(
    model: ResidentModel, settings: Settings, seed: UInt64, screen: Screen,
    surroundings: Surroundings
  ) throws {
    try settings.validate()
    resident = model
    self.screen = screen
    self.surroundings = surroundings
    session = Session(
      settings: settings, draft: Draft(at: Place(state: model.generator.start(), seed: seed)))
  }

  /// Says what is here, to a person.
  package func welcome() throws(OutputFailure) {
    try showing {
      try screen.remark(
        "\(resident.name): \(resident.shape). Type a prompt, or /help for the commands.")
    }
  }

  /// Runs one line.
  package func run(line: String) throws(OutputFailure) {
    var source = NoLines()
    try run(line, following: &source)
  }

  /// Runs lines until there are no more or one says so.
  package func run(_ source: inout some LineSource) throws(OutputFailure) {
    while !hasQuit {
      switch source.readLine(prompt: prompt) {
      case .line(let line):
        isTyped = screen.isTerminal && screen.isInteractive
        defer { isTyped = false }
        try run(line, following: &source)
      case .malformed(_, let byte):
        try report(ReplError.badData("the line is not UTF-8 from byte \(byte); it was left out"))
      case .interrupted:
        continue
      case .endOfInput:
        return
      }
    }
  }

  /// The branch at hand, where it is not the first.
  private var prompt: String {
    screen.remarkStyle.bold(
      (session.branch == Session.firstBranch ? "" : session.branch) + "> ")
  }

  private func run(
    _ line: String, following source: inout some LineSource
  ) throws(OutputFailure) {
    guard !line.isEmpty else { return }
    _ = surroundings.takeInterrupt()
    if line.utf8.first == UInt8(ascii: "/"), !line.hasPrefix("//") {
      source.remember(line)
      try attempt { try run(command: line.dropFirst()) }
    } else if let prompt = try continued(line, from: &source) {
      source.remember(prompt)
      try attempt {
        try write(onFrom: prompt.hasPrefix("//") ? String(prompt.dropFirst()) : prompt)
      }
    }
  }

  /// `line` with the lines that follow it as long as each ends with a backslash; nil where Ctrl-C
  /// took them back. Two backslashes at the end are one of the text.
  private func continued(
    _ line: String, from source: inout some LineSource
  ) throws(OutputFailure) -> String? {
    var prompt = line
    while prompt.utf8.last == UInt8(ascii: "\\") {
      prompt.unicodeScalars.removeLast()
      if prompt.utf8.last == UInt8(ascii: "\\") { return prompt }
      switch source.readLine(prompt: screen.remarkStyle.dim("… ")) {
      case .line(let next): prompt += "\n" + next
      case .malformed(_, let byte):
        try report(ReplError.badData("the line is not UTF-8 from byte \(byte); it was left out"))
        return nil
      case .interrupted: return nil
      case .endOfInput: return prompt
      }
    }
    return prompt
  }

  private func run(command line: Substring) throws {
    let name = line.prefix { !$0.isWhitespace }
    let argument = line[name.endIndex...].drop { $0.isWhitespace }
    guard let command = Command.named(name) else {
      throw ReplError.usage(
        "there is no command /\(excerpt(name, limit: 40)); "
          + (nearest(String(name), among: Command.all.map(\.name))
            .map { "did you mean /\($0)?" } ?? "/help lists them"))
    }
    guard command.takesArgument || argument.isEmpty else {
      throw ReplError.usage("/\(command.name) takes no argument")
    }
    try command.run(self, String(argument))
  }

  func quit() { hasQuit = true }

  private func attempt(_ body: () throws -> Void) throws(OutputFailure) {
    do {
      try body()
    } catch let failure as OutputFailure {
      throw failure
    } catch is Interrupted {
      try showing { try screen.remark("interrupted") }
    } catch {
      try report(error)
    }
  }

  private func report(_ error: any Error) throws(OutputFailure) {
    firstFailure = firstFailure ?? error
    try showing { try screen.error(error) }
  }

  /// `Screen` throws nothing else.
  private func showing(_ body: () throws -> Void) throws(OutputFailure) {
    do {
      try body()
    } catch {
      throw error as? OutputFailure ?? OutputFailure(cause: error)
    }
  }
}

/// What the interpreter needs of the world besides lines and a screen.
package struct Surroundings {
  /// Whether Ctrl-C was pressed since this was last asked.
  var takeInterrupt: () -> Bool
  /// Seconds since some moment.
  var now: () -> Double
  /// Waits for a number of seconds, a fraction of one.
  var sleep: (Double) -> Void
  /// Lets the person edit a text in a program of theirs; nil where there is no terminal.
  var edit: ((String) throws -> String)?

  package init(
    takeInterrupt: @escaping () -> Bool, now: @escaping () -> Double,
    sleep: @escaping (Double) -> Void, edit: ((String) throws -> String)? = nil
  ) {
    self.takeInterrupt = takeInterrupt
    self.now = now
    self.sleep = sleep
    self.edit = edit
  }
}

/// The source behind a line that stands alone.
private struct NoLines: LineSource {
  mutating func readLine(prompt: String) -> LineResult { .endOfInput }
}
