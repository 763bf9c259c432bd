/// What Tab was pressed on.
package struct CompletionRequest: Equatable, Sendable {
  /// The whole line as it stands.
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
  /// The request for the bytes `word` of `line`; nil where the line is not valid UTF-8 or the word
  /// does not lie on its scalars.
  init?(utf8 line: some Collection<UInt8>, word: Range<Int>) {
    guard let line = String(validating: line, as: UTF8.self),
      word.upperBound <= line.utf8.count
    else { return nil }
    let lower = line.utf8.index(line.startIndex, offsetBy: word.lowerBound)
    let upper = line.utf8.index(line.startIndex, offsetBy: word.upperBound)
    let scalars = line.unicodeScalars
    guard lower.samePosition(in: scalars) != nil, upper.samePosition(in: scalars) != nil else {
      return nil
    }
    self.init(line: line, wordRange: lower..<upper)
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
