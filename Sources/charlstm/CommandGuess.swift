import ArgumentParser
import Foundation
import REPL

/// The first words of a command line, which should name a command.
///
/// Without a command the parser takes a word for the model of `repl`, and a mistyped command ends in
/// an error about something else.
enum CommandGuess {
  /// What other programs call our commands.
  private static let otherNames = [
    "generate": "sample", "gen": "sample", "write": "sample", "complete": "sample",
    "chat": "repl", "interactive": "repl", "shell": "repl", "talk": "repl",
    "fit": "train", "learn": "train", "finetune": "train", "fine-tune": "train",
    "eval": "evaluate", "test": "evaluate", "score": "evaluate", "perplexity": "evaluate",
    "predict": "classify predict", "bench": "benchmark", "inspect": "info", "show": "info",
    "plot": "report", "curves": "report", "metrics": "report",
  ]

  /// - Throws: `Failure` where a word is neither a command nor looks like the name of a model.
  static func check(_ arguments: [String]) throws {
    guard let word = arguments.first, isWord(word) else { return }
    let names = Charlstm.configuration.subcommands.map { "\($0)".lowercased() }
    let commands = names + ["help"]
    if word == "classify" { return try checkClassify(arguments.dropFirst().first) }
    guard !commands.contains(word), access(word, F_OK) != 0 else { return }
    let meant = otherNames[word] ?? nearest(word, among: commands)
    throw Failure.usage(
      "there is neither a command nor a model file \(word); "
        + (meant.map { "did you mean \($0)?" } ?? "charlstm --help lists the commands"))
  }

  private static func checkClassify(_ word: String?) throws {
    let commands = Classify.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word, isWord(word), !commands.contains(word) else { return }
    throw Failure.usage(
      "there is no command classify \(word); "
        + (nearest(word, among: commands).map { "did you mean classify \($0)?" }
          ?? "charlstm classify --help lists them"))
  }

  /// Not an option, nor a path.
  private static func isWord(_ argument: String) -> Bool {
    !argument.isEmpty && argument.utf8.count <= 32
      && argument.unicodeScalars.allSatisfy {
        CharacterSet.lowercaseLetters.contains($0) && $0.isASCII || $0 == "-" || $0 == "_"
      } && argument.first != "-"
  }
}
