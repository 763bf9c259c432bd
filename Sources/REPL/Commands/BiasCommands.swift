import Generation
import Paths
import TerminalText
import Text

extension Interpreter {
  static let biasCommands: [Command<Interpreter>] = [
    Command(
      name: "bias", usage: "[TEXT NATS|off]",
      summary: "make TEXT likelier by NATS, below 0 less likely, or list what is",
      details: """
        A text of one character gains NATS each time, a longer one its share with each character that \
        goes on with it. TEXT is one word, or stands in quotes; \\n and \\t stand for characters. off for \
        NATS takes it away. It is saved with the session.
        """,
      argument: .words { interpreter, before in
        let texts = interpreter.session.settings.writing.biases.map { escaped($0.text) }
        return before.isEmpty ? texts + ["off"] : before.count == 1 ? ["off"] : []
      }
    ) { try $0.setBias($1) },
    Command(
      name: "avoid-copying", usage: "[CORPUS N|off]",
      summary: "never write N characters in a row that stand in CORPUS",
      details: """
        CORPUS is a text file or a folder of them. Where a passage of it would be complete, the least \
        probable of its characters is drawn again. What is typed does not count. It holds until the REPL \
        is left.
        """,
      argument: .file
    ) { try $0.avoidCopying($1) },
  ]

  private func setBias(_ argument: String) throws {
    let words = try unescapedWords(argument)
    var settings = session.settings
    switch words.count {
    case 0: return try listBiases()
    case 1 where words[0] == "off": settings.writing.biases = []
    case 2:
      settings.writing.biases.removeAll { $0.text == words[0] }
      if words[1] != "off" {
        guard let nats = Double(words[1]) else {
          throw ReplError.usage(
            "/bias needs a number after the text, or off, got \(excerpt(words[1], limit: 40))")
        }
        settings.writing.biases.append(Bias(words[0], nats))
      } else if settings == session.settings {
        throw ReplError.usage(
          "\(excerpt(escaped(words[0]), limit: 40)) has no bias; /bias lists what has")
      }
    default:
      throw ReplError.usage("/bias needs a text, in quotes where it has blanks, and a number")
    }
    try settings.validate()
    session.settings = settings
    if screen.isInteractive { try listBiases() }
  }

  private func listBiases() throws {
    let biases = session.settings.writing.biases
    guard !biases.isEmpty else { return try screen.remark("nothing has a bias") }
    try screen.line(biases.list)
  }

  private func avoidCopying(_ argument: String) throws {
    let argument = argument.trimmingBlanks
    if argument == "off" {
      copyLimit = nil
    } else if !argument.isEmpty {
      let end = argument.lastIndex { $0 == " " || $0 == "\t" } ?? argument.startIndex
      let path = String(argument[..<end]).trimmingBlanks
      guard !path.isEmpty, let length = Int(argument[end...].trimmingBlanks), length >= 1 else {
        throw ReplError.usage("/avoid-copying needs a corpus and a number of characters")
      }
      copyLimit = CopyLimit(
        path: path, passages: try PassageSet(of: Corpus(paths: [path]), length: length))
    }
    guard argument.isEmpty || screen.isInteractive else { return }
    try screen.remark(copyLimit?.description ?? "what is written may stand anywhere")
  }
}

/// A corpus of which no passage is to be written.
struct CopyLimit {
  let path: String
  let passages: PassageSet

  var description: String {
    "never \(counted(passages.length, "character")) in a row of \(path: path)"
  }
}

extension [Bias] {
  /// All on one line.
  var list: String { map { "\(escaped($0.text)) \($0.nats.shortest)" }.joined(separator: " · ") }
}
