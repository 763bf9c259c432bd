import Paths

/// What Tab was pressed on.
package struct CompletionRequest: Equatable, Sendable {
  /// The whole line as it stands; bytes that are no UTF-8 stand in it as in a path.
  package let line: String

  /// Where the word to complete lies; it ends at the cursor.
  ///
  /// Spaces separate words; a quoted run is one word, without its opening quote.
  package let wordRange: Range<String.Index>

  package init(line: String, wordRange: Range<String.Index>) {
    self.line = line
    self.wordRange = wordRange
  }

  /// The word to complete, up to the cursor.
  package var word: Substring { line[wordRange] }

  /// What stands on the line before the word.
  package var textBeforeWord: Substring { line[..<wordRange.lowerBound] }
}

extension CompletionRequest {
  /// The request for the bytes `word` of `line`; nil where the word does not lie on its scalars.
  init?(utf8 line: some Collection<UInt8>, word: Range<Int>) {
    guard word.upperBound <= line.count else { return nil }
    let text = String(pathBytes: line)
    func index(_ byte: Int) -> String.Index? {
      let before = String(pathBytes: line.prefix(byte)).utf8
      guard text.utf8.starts(with: before) else { return nil }
      return text.utf8.index(text.startIndex, offsetBy: before.count)
    }
    guard let lower = index(word.lowerBound), let upper = index(word.upperBound) else { return nil }
    self.init(line: text, wordRange: lower..<upper)
  }
}

/// A word that Tab may put in place of the one being typed.
package struct CompletionCandidate: Equatable, Sendable {
  package let text: String

  /// Whether a space follows once this is the only candidate left.
  package let appendsSpace: Bool

  package init(_ text: String, appendsSpace: Bool = true) {
    self.text = text
    self.appendsSpace = appendsSpace
  }
}

/// The answer to a ``CompletionRequest``.
package enum Completion: Equatable, Sendable {
  /// These words. Those that do not begin with the word at hand, byte for byte, are passed over, so
  /// that a completer may simply hand out all it knows.
  case words([CompletionCandidate])

  /// The names of files, as readline finds them: `~` and directories are followed, and a name with
  /// blanks is put into quotes (``fileName(fromArgument:)`` takes them off again).
  case fileNames

  /// Nothing.
  package static let none = Completion.words([])
}

/// Answers Tab.
///
/// Called on the thread that reads the line, while the terminal is in readline's hands: it should
/// answer quickly and print nothing.
package typealias Completer = (CompletionRequest) -> Completion
