import Generation
import TerminalText
import Text

extension Interpreter {
  static let banCommands: [Command<Interpreter>] = [
    Command(
      name: "ban", usage: "[PHRASE]",
      summary: "never write PHRASE or /PATTERN/, or list what is banned",
      details: """
        Where PHRASE would be complete, the text goes back to where it began and is drawn again from \
        there without that character. What has been written or typed stays as it is. Blanks around \
        PHRASE count where it stands in quotes, /ban " the"; \\n and \\t stand for characters. Between \
        slashes stands a regular expression, /ban /[0-9]+/. \
        /set ban-ignoring-case on makes upper and lower case the same.
        """,
      argument: .free
    ) { try $0.ban($1) },
    Command(
      name: "unban", usage: "PHRASE|all", summary: "let PHRASE be written again, or all phrases",
      argument: .words { interpreter, before in
        let bans = interpreter.session.settings.writing.bans
        return before.isEmpty ? bans.phrases.map(spelling) + bans.patternSpellings + ["all"] : []
      }
    ) { try $0.unban($1) },
  ]

  private func ban(_ argument: String) throws {
    guard !argument.trimmingBlanks.isEmpty else { return try listBans() }
    var settings = session.settings
    try settings.writing.bans.add(argument.trimmingBlanks, phrase: phrase)
    try settings.validate()
    session.settings = settings
    if screen.isInteractive { try listBans() }
  }

  private func unban(_ argument: String) throws {
    let argument = argument.trimmingBlanks
    guard !argument.isEmpty else { throw ReplError.usage("/unban needs a phrase, or all") }
    if argument == "all" {
      session.settings.writing.bans.phrases = []
      session.settings.writing.bans.patterns = []
    } else if let pattern = Bans.pattern(argument),
      let index = session.settings.writing.bans.patterns.firstIndex(of: pattern)
    {
      session.settings.writing.bans.patterns.remove(at: index)
    } else {
      let phrase = try phrase(argument)
      let bans = session.settings.writing.bans.phrases
      guard bans.contains(phrase) else {
        throw ReplError.usage(
          "\(excerpt(escaped(phrase), limit: 40)) is not banned; /ban lists what is")
      }
      session.settings.writing.bans.phrases = bans.filter { $0 != phrase }
    }
    if screen.isInteractive { try listBans() }
  }

  /// In quotes or as it stands.
  private func phrase(_ argument: String) throws(ReplError) -> String {
    let argument = argument.trimmingBlanks
    guard argument.hasPrefix("\"") else {
      guard let phrase = unescaped(argument) else { throw .usage(escapeRule) }
      return phrase
    }
    let words = try unescapedWords(argument)
    guard let phrase = words.first, words.count == 1 else {
      throw .usage("a phrase in quotes is all there is on the line")
    }
    return phrase
  }

  private func listBans() throws {
    let bans = session.settings.writing.bans
    guard !bans.isEmpty else { return try screen.remark("nothing is banned") }
    try screen.line(bans.list)
  }
}

/// As it is typed: in quotes where it has to be.
private func spelling(_ phrase: String) -> String {
  let isPlain = escapedSpelling(of: phrase) == phrase && phrase.trimmingBlanks == phrase
  return isPlain && phrase != "all" && !phrase.isEmpty ? phrase : escaped(phrase)
}

extension Bans {
  /// All on one line.
  var list: String {
    (phrases.map(escaped) + patternSpellings).joined(separator: " ")
      + (ignoresCase ? ", ignoring case" : "")
  }
}
