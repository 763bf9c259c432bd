import LineEditing

extension Interpreter {
  /// What Tab offers: commands and, after one, what it takes.
  package func complete(_ request: CompletionRequest) -> Completion {
    let before = request.textBeforeWord.split(separator: " ")
    guard let first = before.first else {
      guard request.word.hasPrefix("/") else { return .none }
      return .words(Command.all.map { CompletionCandidate("/" + $0.name) })
    }
    guard first.hasPrefix("/"), let command = Command.named(first.dropFirst()) else { return .none }
    switch (command.argument, before.count) {
    case (.command, 1): return .words(Command.all.map { CompletionCandidate($0.name) })
    case (.setting, 1): return .words(Setting.all.map { CompletionCandidate($0.name) })
    case (.setting, 2):
      let setting = Setting.all.first { $0.name == before[1] }
      return .words((setting?.values ?? []).map { CompletionCandidate($0) })
    case (.branch, 1): return .words(session.branchNames.map { CompletionCandidate($0) })
    // A name with blanks may be several words so far.
    case (.file, _): return .fileNames
    default: return .none
    }
  }
}
