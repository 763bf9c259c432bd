import Generation
import Recurrent
import TerminalText

extension Interpreter {
  static let bestOfCommands: [Command<Interpreter>] = [
    Command(
      name: "best-of", usage: "[N [by EXPR]|off]",
      summary: "write N texts each time and keep the best, or show it",
      details: """
        /best-of 20 keeps the least surprising of the texts of the next 20 seeds, /best-of 20 by variety \
        - nats that with the greatest value: numbers, + - * /, parentheses, abs, log, min, max, and of \
        the text nats, characters, words, lines, repetition, variety, stopped. It is what /set seed with \
        the seed that is told would have written. It is saved with the session.
        """,
      argument: .words { _, before in
        before.isEmpty ? ["off"] : before.count == 1 && Int(before[0]) != nil ? ["by"] : []
      }
    ) { try $0.setBestOf($1) }
  ]

  private func setBestOf(_ argument: String) throws {
    let argument = argument.trimmingBlanks
    guard !argument.isEmpty else { return try showBestOf() }
    var settings = session.settings
    if argument == "off" {
      settings.bestOf = nil
    } else {
      let parts = argument.split(maxSplits: 2, whereSeparator: \.isWhitespace)
      guard let count = Int(parts[0]), parts.count != 2, parts.count == 1 || parts[1] == "by" else {
        throw ReplError.usage(
          "/best-of needs a number of texts, and with by an expression, got "
            + excerpt(argument, limit: 40))
      }
      do throws(RankingError) {
        settings.bestOf =
          parts.count == 1
          ? BestOf(count)
          : BestOf(count, by: try RankingExpression(String(parts[2]).trimmingBlanks))
      } catch {
        throw ReplError.usage(error.description)
      }
    }
    try settings.validate()
    session.settings = settings
    if screen.isInteractive { try showBestOf() }
  }

  private func showBestOf() throws {
    guard let bestOf = session.settings.bestOf else {
      return try screen.remark("the first text is taken")
    }
    try screen.line("best of \(bestOf)")
  }

  /// Writes on from `known` at the end of `draft` as often as is asked for, with a seed after the other,
  /// and keeps the best.
  ///
  /// - Throws: `Interrupted`; then nothing has changed.
  func write(
    theBestOf bestOf: BestOf, _ known: KnownText, after draft: Draft, from start: TextState,
    seed: UInt64, length: Int?
  ) throws {
    let writing = length.map(session.settings.writing.upTo) ?? session.settings.writing
    let began = surroundings.now()
    let seeds = (0..<UInt64(bestOf.count)).map { seed &+ $0 }
    let texts = try continuations(
      seeds.map { (writing, $0) }, after: known, in: draft, from: start)
    let seconds = surroundings.now() - began
    let scores = texts.map { bestOf.entry($0.text, $0.passage).score }
    // The first of equals.
    guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return }
    let (text, passage) = (texts[best], texts[best].passage)

    let exchange = Exchange(
      prompt: known.text, text: String(decoding: text.text, as: UTF8.self), stop: passage.stop,
      length: length, seed: seeds[best], seedBefore: draft.seed)
    var draft = draft
    draft.append(
      exchange, endingAt: Position(state: text.end, seed: seed &+ UInt64(bestOf.count)))
    let shown = (progress.isTyped ? "" : known.text) + exchange.text
    try screen.output(screen.shown(shown))
    if !shown.isEmpty, !shown.endsLine { try screen.output("\n") }
    session.draft = draft
    try screen.remark(
      summary(
        passage, written: texts.reduce(0) { $0 + $1.passage.characters }, seconds: seconds,
        seed: exchange.seed, remarks: ["best of \(bestOf)"]))
  }
}
