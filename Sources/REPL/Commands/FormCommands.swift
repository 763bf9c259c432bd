import Form
import Generation
import Recurrent
import TerminalText
import Text

extension Interpreter {
  static let formCommands: [Command<Interpreter>] = [
    Command(
      name: "form", usage: "[NAME VALUE|off]",
      summary: "what is written keeps to a form, or show it",
      details: """
        NAME is match (a regular expression), lines, line-length (20-40), acrostic, syllables (5-7-5), \
        rhyme (AABB), contain (a word, more with each /form contain) or ends-with; its VALUE off takes it \
        away. The setting length is \
        the most characters; of the other settings temperature counts.
        """,
      argument: .words { _, before in
        before.isEmpty ? Interpreter.formNames + ["off"] : before.count == 1 ? ["off"] : []
      }
    ) { try $0.setForm($1) },
    Command(
      name: "infill", usage: "TEXT", summary: "write on so that it leads into TEXT",
      details: """
        TEXT is added to what is written. Blanks at its beginning count where it stands in quotes, \
        /infill " the end"; \\n and \\t stand for characters. The setting length is the most characters \
        between.
        """,
      argument: .free
    ) { interpreter, argument in
      let following = try interpreter.followingText(argument)
      try interpreter.writeFormed(
        .empty, after: interpreter.session.draft, seed: interpreter.session.draft.seed,
        following: following)
    },
  ]

  private static let formNames = [
    "match", "lines", "line-length", "acrostic", "syllables", "rhyme", "contain", "ends-with",
  ]

  /// Texts side by side from which one is drawn.
  private static let particles = 64

  private func followingText(_ argument: String) throws -> String {
    let argument = argument.trimmingBlanks
    guard !argument.isEmpty else { throw ReplError.usage("/infill needs the text that follows") }
    guard argument.hasPrefix("\"") else {
      guard let text = unescaped(argument) else { throw ReplError.usage(escapeRule) }
      return text
    }
    let words = try unescapedWords(argument)
    guard let text = words.first, words.count == 1 else {
      throw ReplError.usage("a text in quotes is all there is on the line")
    }
    return text
  }

  private func setForm(_ argument: String) throws {
    let argument = argument.trimmingBlanks
    guard !argument.isEmpty else { return try showForm() }
    var form = session.form
    if argument == "off" {
      form = Form()
    } else {
      let parts = argument.split(separator: " ", maxSplits: 1)
      let value = parts.count > 1 ? String(parts[1]).trimmingBlanks : ""
      try form.set(String(parts[0]), value, names: Self.formNames)
    }
    do { try form.validate() } catch { throw ReplError.usage(error.description) }
    session.form = form
    if screen.isInteractive { try showForm() }
  }

  private func showForm() throws {
    guard !session.form.isEmpty else { return try screen.remark("no form") }
    try screen.line(session.form.list)
  }

  /// Goes on from `known` at the end of `draft` in the session's form.
  ///
  /// - Throws: `Interrupted` while nothing is written yet: then nothing has changed. Ctrl-C later ends the
  ///   text as it is.
  func writeFormed(
    _ known: KnownText, after draft: Draft, seed: UInt64, length: Int? = nil,
    following: String? = nil
  ) throws {
    guard session.settings.bestOf == nil else {
      throw ReplError.usage("/best-of does not go with a form; take it back with /best-of off")
    }
    var draft = draft
    var state = try state(after: known, in: draft)
    let start = surroundings.now()
    var random = Xoshiro256(seed: seed, stream: [0])
    var isInterrupted = false
    func goesOn() -> Bool {
      isInterrupted = isInterrupted || surroundings.takeInterrupt()
      return !isInterrupted
    }
    let request = FormRequest(
      session.form, length: length ?? session.settings.writing.length, following: following,
      temperature: session.settings.writing.sampling.temperature)
    let writer = resident.formWriter(particles: Self.particles)
    let formed: FormedText
    do throws(FormError) {
      formed = try writer.text(request, from: state, using: &random, goesOn: goesOn)
    } catch {
      throw ReplError.usage(error.description)
    }
    guard !isInterrupted || !formed.symbols.isEmpty else { throw Interrupted() }
    let seconds = surroundings.now() - start
    // A beginning does not lead there.
    let end = formed.isWhole ? following ?? "" : ""
    let text = formed.text + end
    try resident.read(
      formed.symbols + resident.generator.vocabulary.encode(end).symbols, into: &state)
    let shown = (progress.isTyped ? "" : known.text) + text
    try screen.output(screen.shown(shown))
    if !shown.isEmpty, !shown.endsLine { try screen.output("\n") }
    draft.append(
      Exchange(
        prompt: known.text, text: text, stop: nil, length: length, seed: seed,
        seedBefore: draft.seed, following: following),
      endingAt: Position(state: state, seed: seed &+ 1))
    session.draft = draft
    try screen.remark(
      summary(formed, seconds: seconds, seed: seed) + (isInterrupted ? " · interrupted" : ""))
  }

  private func summary(_ formed: FormedText, seconds: Double, seed: UInt64) -> String {
    var parts = [counted(formed.characters, "character")]
    if seconds > 0 { parts.append("\(Int(Double(formed.characters) / seconds).grouped)/s") }
    parts.append("seed \(seed)")
    parts.append("\(formed.meanSurprisal.fixed(2)) nats a character")
    if let size = formed.effectiveSampleSize, formed.isWhole {
      parts.append("effective sample size \(size.fixed(1)) of \(Self.particles)")
    }
    return parts.joined(separator: " · ")
  }
}

extension Form {
  /// Takes a rule as it is typed; `off` takes it away.
  fileprivate mutating func set(_ name: String, _ value: String, names: [String]) throws {
    let isOff = value == "off"
    func number(_ text: some StringProtocol) throws -> Int {
      guard let number = Int(text) else {
        throw ReplError.usage("\(name) needs numbers, got \(value.isEmpty ? "nothing" : value)")
      }
      return number
    }
    func text() throws -> String {
      guard let text = unescaped(value), !text.isEmpty else {
        throw ReplError.usage(value.isEmpty ? "/form \(name) needs a value" : escapeRule)
      }
      return text
    }
    switch name {
    case "match":
      guard !value.isEmpty else { throw ReplError.usage("/form match needs a value") }
      match = isOff ? nil : value
    case "lines": lines = isOff ? nil : try number(value)
    case "line-length":
      let ends = try value.split(separator: "-").map { isOff ? 0 : try number($0) }
      guard let first = ends.first, let last = ends.last, first <= last, ends.count <= 2 else {
        throw ReplError.usage("line-length needs a number or a range such as 20-40")
      }
      lineLength = isOff ? nil : first...last
    case "acrostic": acrostic = isOff ? nil : try text()
    case "syllables":
      syllables = isOff ? [] : try value.split(separator: "-").map { try number($0) }
    case "rhyme": rhyme = isOff ? nil : try text()
    case "contain": contained = isOff ? [] : contained + [try text()]
    case "ends-with": ending = isOff ? nil : try text()
    default:
      throw ReplError.usage(
        "a form has no \(excerpt(escaped(name), limit: 40)); it has "
          + names.joined(separator: ", "))
    }
  }

  /// All on one line.
  fileprivate var list: String {
    let all: [(String, String?)] = [
      ("match", match), ("lines", lines.map { "\($0)" }),
      ("line-length", lineLength.map { "\($0.lowerBound)-\($0.upperBound)" }),
      ("acrostic", acrostic.map(escaped)),
      ("syllables", syllables.isEmpty ? nil : syllables.map { "\($0)" }.joined(separator: "-")),
      ("rhyme", rhyme),
      ("contain", contained.isEmpty ? nil : contained.map(escaped).joined(separator: " ")),
      ("ends-with", ending.map(escaped)),
    ]
    return all.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: " · ")
  }
}
