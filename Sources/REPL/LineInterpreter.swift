import LineEditing
import Paths
import Recurrent
import TerminalText
import Text

/// Runs lines: commands, and texts, which are what it is for.
///
/// Lines come from any source and output goes to a `Screen`, so the same interpreter serves a
/// terminal, a pipe and a test. No line ends the session by its content; only `/quit`, the end of
/// the input, an output that cannot be written to, and a device that fails do.
///
/// A class because the line editor asks for completions while the interpreter waits for its line.
package protocol LineInterpreter: AnyObject, SendableMetatype {
  static var commands: [Command<Self>] { get }
  /// What `/help` says of lines that are no commands.
  static var manner: String { get }

  var screen: Screen { get }
  var surroundings: Surroundings { get }
  var progress: RunProgress { get set }
  /// What the model is on.
  var device: Device { get }
  /// What is here, for a person who begins.
  var greeting: String { get }
  /// Stands before the prompt's `>`.
  var promptPrefix: String { get }

  /// Runs a line that is no command.
  func run(text: String) throws

  /// Called after each line.
  func lineEnded() throws
}

/// How the lines of a session have gone so far.
package struct RunProgress {
  /// Whether the line at hand stands on the terminal, because a person typed it there.
  var isTyped = false

  /// Names of commands that were typed without their slash, and answered.
  var namesTyped: Set<String> = []

  /// Whether a line said to leave.
  package internal(set) var hasQuit = false

  /// What went wrong first, if anything did: it decides the exit code where nobody is watching.
  package internal(set) var firstFailure: (any Error)?
}

extension LineInterpreter {
  package func lineEnded() throws {}

  /// Says what is here, to a person.
  package func welcome() throws(OutputFailure) {
    try showing { try screen.remark(greeting) }
  }

  /// Runs one line.
  package func run(line: String) throws(OutputFailure) {
    try run(line: Array(line.utf8))
  }

  /// Runs one line, which need not be UTF-8.
  package func run(line bytes: [UInt8]) throws(OutputFailure) {
    var source = NoLines()
    try run(LineResult(utf8: bytes), following: &source)
  }

  /// Runs lines until there are no more or one says so.
  package func run(_ source: inout some LineSource) throws(OutputFailure) {
    while !progress.hasQuit {
      let result = source.readLine(prompt: prompt)
      if case .endOfInput = result { return }
      if case .foreign(let content) = result {
        return try report(ReplError.badData(content.description(of: nil)))
      }
      progress.isTyped = screen.isTerminal && screen.isInteractive
      defer { progress.isTyped = false }
      try run(result, following: &source)
    }
  }

  private func run(
    _ result: LineResult, following source: inout some LineSource
  ) throws(OutputFailure) {
    switch result {
    case .line(let line):
      try run(line, following: &source)
    case .malformed(let bytes, let byte):
      let line = String(pathBytes: bytes)
      guard namesFile(line) else { return try report(Self.notUTF8(from: byte)) }
      _ = surroundings.takeInterrupt()
      source.remember(line)
      try attempt { try run(command: line.dropFirst()) }
    case .interrupted, .foreign, .endOfInput:
      return
    }
    try showing { try lineEnded() }
  }

  /// Whether a line is a command with the name of a file, which need not be UTF-8.
  private func namesFile(_ line: String) -> Bool {
    guard isCommand(line) else { return false }
    let name = line.dropFirst().prefix { !$0.isWhitespace }
    return findSpelling(name)?.command.takesFile ?? false
  }

  private func isCommand(_ line: String) -> Bool {
    line.utf8.first == UInt8(ascii: "/") && !line.hasPrefix("//")
  }

  private static func notUTF8(from byte: Int) -> ReplError {
    .badData("the line is not UTF-8 from byte \(byte); it was left out")
  }

  private var prompt: String { screen.remarkStyle.bold(promptPrefix + "> ") }

  private func run(
    _ line: String, following source: inout some LineSource
  ) throws(OutputFailure) {
    guard !line.isEmpty else { return }
    _ = surroundings.takeInterrupt()
    let path = String(pathBytes: line.utf8)
    if line.hasPrefix(Self.quotes) {
      guard let prompt = try block(line, from: &source) else { return }
      source.remember(Self.quotes + prompt + Self.quotes)
      try attempt { try run(text: prompt) }
    } else if isCommand(line) {
      source.remember(path)
      try attempt { try run(command: path.dropFirst()) }
    } else if try isCommandName(line) {
      source.remember(path)
    } else if let prompt = try continued(line, from: &source) {
      source.remember(String(pathBytes: prompt.utf8))
      try attempt {
        try run(text: prompt.hasPrefix("//") ? String(prompt.dropFirst()) : prompt)
      }
    }
  }

  /// Whether a person typed the bare name of a way out or of help, which other programs take; asked
  /// once, as the word may be meant.
  private func isCommandName(_ line: String) throws(OutputFailure) -> Bool {
    guard progress.isTyped, ["help", "quit", "exit"].contains(line),
      progress.namesTyped.insert(line).inserted
    else { return false }
    try showing {
      try screen.remark("Did you mean /\(line)? Type \(line) again to take it as text.")
    }
    return true
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
        try report(Self.notUTF8(from: byte))
        return nil
      case .interrupted, .foreign: return nil
      case .endOfInput: return prompt
      }
    }
    return prompt
  }

  /// Stands before and after a prompt of several lines.
  private static var quotes: String { "\"\"\"" }

  /// The text between `line`, which begins with quotes, and the line that ends with them, every line
  /// feed but those beside the quotes with it; nil where there is none.
  private func block(
    _ line: String, from source: inout some LineSource
  ) throws(OutputFailure) -> String? {
    var text = String(line.dropFirst(Self.quotes.count))
    while !text.hasSuffix(Self.quotes) {
      switch source.readLine(prompt: screen.remarkStyle.dim("… ")) {
      case .line(let next): text += "\n" + next
      case .malformed(_, let byte):
        try report(Self.notUTF8(from: byte))
        return nil
      case .interrupted, .foreign: return nil
      case .endOfInput:
        try report(ReplError.usage("the block has no end; \(Self.quotes) ends it"))
        return nil
      }
    }
    var scalars = text.unicodeScalars.dropLast(Self.quotes.count)
    if scalars.first == "\n" { scalars.removeFirst() }
    if scalars.last == "\n" { scalars.removeLast() }
    guard !scalars.isEmpty else { return nil }
    return String(scalars)
  }

  /// - Parameter line: without its slash; bytes that are no UTF-8, which only the name of a file has,
  ///   stand in it as in a path.
  private func run(command line: Substring) throws {
    let name = line.prefix { !$0.isWhitespace }
    let spelling = findSpelling(name)
    let rest = line[name.endIndex...]
    let argument =
      spelling?.command.takesFile ?? false
      ? rest.trimmingLeadingBlanks
      : String(decoding: String(rest.drop { $0.isWhitespace }).pathBytes, as: UTF8.self)
    if let spelling, spelling.replaces, let replace = spelling.command.replacing {
      return try replace(self, argument)
    }
    let command = try command(named: name)
    guard command.takesArgument || argument.isEmpty else {
      throw ReplError.usage("/\(command.name) takes no argument")
    }
    try command.run(self, argument)
  }

  /// What a model knows of `text`; names the characters that are left out.
  ///
  /// - Throws: `ReplError` where nothing is left.
  func known(_ text: String, to vocabulary: Vocabulary) throws -> KnownText {
    let (symbols, unknown) = vocabulary.encode(text)
    guard !unknown.isEmpty else { return KnownText(text: text, symbols: symbols) }
    let shown = unknown.prefix(20).map { "\(Vocabulary.Symbol.scalar($0))" }
    let more = unknown.count > 20 ? " and \((unknown.count - 20).grouped) more" : ""
    try screen.warning(
      "The model does not know these characters, which are left out: "
        + shown.joined(separator: " ") + more)
    let left = Set(unknown)
    var known = String.UnicodeScalarView()
    known.append(contentsOf: text.unicodeScalars.filter { !left.contains($0) })
    guard !known.isEmpty else {
      throw ReplError.badData("the model knows no character of this")
    }
    return KnownText(text: String(known), symbols: symbols)
  }

  private func attempt(_ body: () throws -> Void) throws(OutputFailure) {
    do {
      try checkDevice()
      try body()
      try checkDevice()
    } catch let failure as OutputFailure {
      throw failure
    } catch is Interrupted {
      try showing { try screen.remark("interrupted") }
    } catch {
      // Whatever went wrong after it comes from it.
      let failure = device.backend.failure
      if failure != nil { progress.hasQuit = true }
      try report(failure ?? error)
    }
  }

  private func checkDevice() throws(DeviceError) {
    if let failure = device.backend.failure { throw failure }
  }

  private func report(_ error: any Error) throws(OutputFailure) {
    progress.firstFailure = progress.firstFailure ?? error
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

/// The source behind a line that stands alone.
private struct NoLines: LineSource {
  mutating func readLine(prompt: String) -> LineResult { .endOfInput }
}
