@preconcurrency import CReadline
import Glibc
import Paths

/// Lends a ``Completer`` to readline, for as long as a value lives.
struct CompletionBridge: ~Copyable {
  /// Needs readline's word characters set by ``setWordCharacters()``.
  init(_ completer: @escaping Completer) {
    activeCompleter = completer
    rl_attempted_completion_function = { _, start, end in
      completions(of: Int(start)..<Int(end))
    }
  }

  deinit {
    rl_attempted_completion_function = nil
    activeCompleter = nil
  }

  /// Tells readline what a word is, for as long as the process lives.
  ///
  /// Blanks alone part words, so that `0.5,0.7` is one; quotes make one word of several, and names of
  /// files that hold blanks or quotes are quoted.
  static func setWordCharacters() {
    rl_completer_word_break_characters = UnsafePointer(strdup(" \t\n"))
    rl_completer_quote_characters = UnsafePointer(strdup("\"'"))
    rl_filename_quote_characters = UnsafePointer(strdup(" \t\n\"'"))
  }
}

// Readline calls plain C functions, on the one thread that is inside `readline`.
nonisolated(unsafe) private var activeCompleter: Completer?
nonisolated(unsafe) private var remainingCandidates: ArraySlice<CompletionCandidate> = []

/// Readline's array of matches, which it frees; nil where there are none or it is to look for files.
private func completions(
  of word: Range<Int>
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
  // No falling back on the names of files unless the completer says so.
  rl_attempted_completion_over = 1
  guard let activeCompleter, let buffer = rl_line_buffer, word.upperBound <= Int(rl_end) else {
    return nil
  }
  let line = UnsafeRawBufferPointer(start: buffer, count: Int(rl_end))
  guard let request = CompletionRequest(utf8: line, word: word) else { return nil }
  switch activeCompleter(request) {
  case .fileNames:
    rl_attempted_completion_over = 0
    return nil
  case .words(let words):
    let word = String(request.word)
    let candidates = words.filter { $0.text.utf8.starts(with: word.pathBytes) }
    guard let first = candidates.first else { return nil }
    rl_completion_suppress_append = first.appendsSpace ? 0 : 1
    remainingCandidates = candidates[...]
    defer { remainingCandidates = [] }
    return rl_completion_matches(word.cPath) { _, _ in
      remainingCandidates.popFirst().flatMap { strdup($0.text) }
    }
  }
}
