import LineEditing
import TerminalText

/// A number of 1 or more; nil where there is none.
func wholeNumber(_ text: String, of command: String) throws(ReplError) -> Int? {
  let text = text.trimmingBlanks
  guard !text.isEmpty else { return nil }
  guard let number = Int(text), number >= 1 else {
    throw .usage(
      "\(command) takes a whole number of 1 or more, got \(excerpt(text, limit: 40))")
  }
  return number
}

/// The path of a file.
func file(_ argument: String, for command: String) throws(ReplError) -> String {
  let path = fileName(fromArgument: argument)
  guard !path.isEmpty else { throw .usage("\(command) needs the name of a file") }
  return path
}

extension Substring {
  /// Without ASCII's blanks and line ends before it: others may begin a file's name.
  var trimmingLeadingBlanks: String {
    String(Substring(utf8.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }))
  }
}

extension StringProtocol {
  /// Without blanks and line ends around it.
  var trimmingBlanks: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
