import LineEditing
import TerminalText

/// Where the interpreter shows things, and how.
///
/// Results go to one output, remarks and errors to another, as everywhere in `charlstm`.
package struct Screen {
  /// Takes what was asked for: text and the results of commands.
  let output: (String) throws -> Void
  /// Takes everything else.
  let remarks: (String) throws -> Void
  /// Whether results are shown on a terminal, where control characters must not pass.
  let isTerminal: Bool
  /// Whether someone types the lines, sees them and cares for remarks.
  let isInteractive: Bool
  /// Columns, at this moment.
  let width: () -> Int
  let outputStyle: Style
  let remarkStyle: Style

  package init(
    output: @escaping (String) throws -> Void, remarks: @escaping (String) throws -> Void,
    isTerminal: Bool, isInteractive: Bool, outputColour: Bool, remarkColour: Bool,
    width: @escaping () -> Int
  ) {
    self.output = { text in
      do { try output(text) } catch { throw OutputFailure(cause: error) }
    }
    self.remarks = { text in
      do { try remarks(text) } catch { throw OutputFailure(cause: error) }
    }
    self.isTerminal = isTerminal
    self.isInteractive = isInteractive
    self.width = width
    outputStyle = Style(isOn: outputColour)
    remarkStyle = Style(isOn: remarkColour)
  }

  func line(_ text: String) throws { try output(text + "\n") }

  /// Shows words of the program's own, on a terminal broken at blanks where it is narrower.
  ///
  /// - Parameters:
  ///   - beginning: stands before the first line; the others have as many blanks.
  ///   - style: of the text alone.
  func prose(
    _ text: String, after beginning: String = "", style: (String) -> String = { $0 }
  ) throws {
    let indent = columns(of: beginning)
    // A column of a few letters would be harder to read than broken words.
    guard isTerminal, width() - indent >= 16 else { return try line(beginning + style(text)) }
    for (index, part) in wrapped(text, width: width() - indent, splitsWords: false).enumerated() {
      try line((index == 0 ? beginning : String(repeating: " ", count: indent)) + style(part))
    }
  }

  /// Says something that only matters to a person at the keyboard.
  func remark(_ text: String) throws {
    guard isInteractive else { return }
    let lines = isTerminal ? wrapped(text, width: max(16, width()), splitsWords: false) : [text]
    for line in lines { try remarks(remarkStyle.dim(line) + "\n") }
  }

  /// Says something that must not pass unseen.
  func warning(_ text: String) throws {
    try remarks(text + "\n")
  }

  /// Says on one line what went wrong, even where a name in it is a megabyte of anything.
  func error(_ error: any Error) throws {
    try remarks(remarkStyle.red("Error:") + " \(excerpt("\(error)", limit: 1000))\n")
  }

  /// Text for this output: on a terminal, control characters as their pictures.
  func shown(_ text: String) -> String {
    isTerminal ? text.withControlPictures : text
  }
}

/// What was to be shown could not be: the end of the session.
package struct OutputFailure: Error {
  package let cause: any Error
}

/// Colours, or none.
struct Style {
  let isOn: Bool

  func bold(_ text: String) -> String { styled(text, "1") }
  func dim(_ text: String) -> String { styled(text, "2") }
  func red(_ text: String) -> String { styled(text, "31") }
  /// - Parameter colour: of the 256 of xterm.
  func coloured(_ text: String, _ colour: Int) -> String { styled(text, "38;5;\(colour)") }

  /// Switched on and off in one piece, so that nothing can end in between.
  private func styled(_ text: String, _ code: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
