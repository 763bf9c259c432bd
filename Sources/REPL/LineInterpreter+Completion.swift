import LineEditing

extension LineInterpreter {
  /// What Tab offers: commands and, after one, what it takes.
  package func complete(_ request: CompletionRequest) -> Completion {
    let before = request.textBeforeWord.split(separator: " ")
    guard let first = before.first else {
      guard request.word.hasPrefix("/") else { return .none }
      return .words(commandNames.map { CompletionCandidate("/" + $0) })
    }
    guard first.hasPrefix("/"), let command = findSpelling(first.dropFirst())?.command else {
      return .none
    }
    switch command.argument {
    case .none, .free: return .none
    case .words(let words):
      return .words(words(self, Array(before.dropFirst())).map { CompletionCandidate($0) })
    // A name with blanks may be several words so far.
    case .file: return .fileNames
    }
  }
}
