import ArgumentParser
import REPL

/// What was meant by an option that a command does not have.
///
/// The parser guesses by letters alone, and takes `--lr` for `--cell`.
struct OptionGuess {
  /// What other programs call our options; of several, the first that the command has.
  private static let otherNames: [String: [String]] = [
    "bidir": ["bidirectional"], "chars": ["length"], "max-length": ["length"],
    "max-tokens": ["length"], "max-new-tokens": ["length"], "n": ["count"],
    "n-predict": ["length"], "num-samples": ["count"], "samples": ["count"],
    "iterations": ["max-steps"], "max-iters": ["max-steps"], "steps": ["max-steps"],
    "early-stopping": ["patience"], "workers": ["threads"],
    "cores": ["threads"], "num-threads": ["threads"], "jobs": ["threads"],
    "num-layers": ["layers"], "n-layers": ["layers"], "depth": ["layers"],
    "rnn-size": ["hidden-size"], "units": ["hidden-size"], "width": ["hidden-size"],
    "seq-length": ["sequence-length"], "bptt": ["sequence-length"], "rate": ["learning-rate"],
    "step-size": ["learning-rate"], "dropout": ["dropout-layers"], "type": ["cell"],
    "out": ["output"], "save": ["output"], "outdir": ["output-directory", "output"],
    "force": ["overwrite"], "continue": ["resume"], "random-seed": ["seed"],
    "start": ["prompt"], "prefix": ["prompt"], "primetext": ["prompt"], "text": ["prompt"],
    "file": ["input", "prompt-file"], "jsonl": ["json-lines"], "delimiter": ["separator"],
    "sep": ["separator"], "label": ["label-column"], "target": ["label-column"],
    "model": ["initialize-from"], "init-from": ["initialize-from"], "fp16": ["precision"],
    "dtype": ["precision"], "silent": ["quiet"],
  ]

  /// An error of the parser as it is to be printed; nil where it is not about an unknown option.
  static func message(for error: any Error, of arguments: [String]) -> String? {
    let lines = Charlstm.fullMessage(for: error).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first,
      let match = first.firstMatch(of: /^Error: Unknown option '(--([^']+))'/)
    else { return nil }
    let guess = OptionGuess(names: names(of: command(of: arguments))).guess(String(match.2))
    let hint = guess.map { ". Did you mean '--\($0)'?" } ?? ""
    return (["Error: Unknown option '\(match.1)'\(hint)"] + lines.dropFirst())
      .joined(separator: "\n")
  }

  /// The options of the command, without hyphens.
  let names: [String]

  func guess(_ given: String) -> String? {
    // The value may have been glued to it.
    let name = String(given.prefix { $0 != "=" }).lowercased().replacing("_", with: "-")
    if names.contains(name) { return name }
    if let meant = Self.otherNames[name]?.first(where: names.contains) { return meant }
    // `lr` for `learning-rate`, `bs` for `batch-size`.
    let initials = names.filter { option in
      let words = option.split(separator: "-")
      return words.count > 1 && String(words.compactMap(\.first)) == name
    }
    return initials.count == 1 ? initials[0] : nearest(name, among: names)
  }

  private static func command(of arguments: [String]) -> ParsableCommand.Type {
    var command: ParsableCommand.Type = Charlstm.self
    for word in arguments {
      guard
        let next = command.configuration.subcommands.first(where: {
          ($0.configuration.commandName ?? "\($0)".lowercased()) == word
        })
      else { break }
      command = next
    }
    return command == Charlstm.self ? Repl.self : command
  }

  /// As help shows them in its first column.
  private static func names(of command: ParsableCommand.Type) -> [String] {
    Charlstm.helpMessage(for: command, includeHidden: true).split(separator: "\n")
      .filter { $0.hasPrefix("  -") }
      .compactMap { $0.prefixMatch(of: #/  (?:-\w, )?--([a-z][a-z0-9-]*)/#).map { String($0.1) } }
  }
}
