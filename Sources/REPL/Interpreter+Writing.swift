import Generation
import Recurrent
import TerminalText
import Text

extension Interpreter {
  /// Goes on from a prompt as it was typed.
  func write(onFrom typed: String) throws {
    let prompt = try known(typed, to: resident.generator.vocabulary)
    try write(prompt, after: session.draft, seed: session.draft.seed)
  }

  /// The state once the model has read `prompt` at the end of `draft`: on a line of its own.
  ///
  /// - Throws: `Interrupted`.
  func state(after prompt: KnownText, in draft: Draft) throws -> TextState {
    var state = draft.state
    let symbols = self.symbols(of: prompt, in: draft)
    for start in stride(from: 0, to: symbols.count, by: 256) {
      if surroundings.takeInterrupt() { throw Interrupted() }
      try resident.read(symbols[start..<min(start + 256, symbols.count)], into: &state)
    }
    return state
  }

  /// What the model reads for a prompt at the end of `draft`.
  private func symbols(of prompt: KnownText, in draft: Draft) -> [Int32] {
    let opening =
      prompt.text.isEmpty || draft.endsLine
      ? [] : Array(resident.generator.vocabulary.symbols(for: "\n"))
    return opening + prompt.symbols
  }

  /// The text up to and with a prompt at its end, in symbols, as far as what is banned, biased or not to
  /// be copied may begin there.
  func preceding(_ prompt: KnownText, in draft: Draft) -> TextRead {
    let writing = session.settings.writing
    let texts = writing.bans.phrases + writing.biases.map(\.text)
    let longest = max(
      texts.map(\.unicodeScalars.count).max() ?? 0, copyLimit?.passages.length ?? 0)
    // A pattern's match may be of any length.
    let end = writing.bans.patterns.isEmpty ? longest : .max
    let vocabulary = resident.generator.vocabulary
    let text = vocabulary.encode(
      String(String.UnicodeScalarView(draft.text.unicodeScalars.suffix(end)))
    ).symbols
    let written = prompt.text.isEmpty ? vocabulary.encode(draft.written).symbols.count : 0
    return TextRead(
      text + symbols(of: prompt, in: draft), written: min(written, text.count))
  }

  /// Writes on from `known` at the end of `draft`, which with this exchange becomes the session's.
  ///
  /// - Throws: `Interrupted` while the prompt is read: then nothing has changed. Ctrl-C later ends
  ///   the text there.
  func write(_ known: KnownText, after draft: Draft, seed: UInt64, length: Int? = nil) throws {
    guard session.form.isEmpty else {
      return try writeFormed(known, after: draft, seed: seed, length: length)
    }
    var draft = draft
    var state = try state(after: known, in: draft)
    if let bestOf = session.settings.bestOf {
      return try write(
        theBestOf: bestOf, known, after: draft, from: state, seed: seed, length: length)
    }
    let prompt = known.text
    var writing = session.settings.writing
    writing.length = length ?? writing.length

    let continuesLine = prompt.isEmpty ? !draft.endsLine : !prompt.endsLine
    if !progress.isTyped, !prompt.isEmpty {
      try screen.output(screen.outputStyle.bold(screen.shown(prompt)))
    }
    var opening = progress.isTyped && continuesLine
    var pace = Pace(speed: session.settings.speed, surroundings)
    var text: [UInt8] = []
    var isInterrupted = false
    var random = Xoshiro256(seed: seed, stream: [0])
    let passage = try resident.generator.write(
      from: &state, writing, after: preceding(known, in: draft), avoiding: copyLimit?.passages,
      using: &random
    ) { bytes in
      text += bytes
      var shown = screen.shown(String(decoding: bytes, as: UTF8.self))
      if opening {
        // Enter has ended the typed line, with or without the model's consent.
        shown =
          shown.utf8.first == UInt8(ascii: "\n")
          ? String(shown.unicodeScalars.dropFirst()) : screen.outputStyle.dim("…") + shown
        opening = false
      }
      try screen.output(shown)
      isInterrupted = isInterrupted || !pace.wait()
      return !isInterrupted
    }

    let exchange = Exchange(
      prompt: prompt, text: String(decoding: text, as: UTF8.self), stop: passage.stop,
      length: length, seed: seed, seedBefore: draft.seed)
    let shown = (progress.isTyped ? "" : prompt) + exchange.text
    if !shown.isEmpty, !shown.endsLine { try screen.output("\n") }
    draft.append(exchange, endingAt: Position(state: state, seed: seed &+ 1))
    session.draft = draft
    try screen.remark(
      summary(
        passage, written: passage.characters, seconds: pace.elapsed, seed: seed,
        remarks: isInterrupted ? ["interrupted"] : []))
  }

  /// - Parameter written: characters that were written in that time.
  func summary(
    _ passage: Passage, written: Int, seconds: Double, seed: UInt64, remarks: [String]
  ) -> String {
    var parts = [counted(passage.characters, "character")]
    if seconds > 0 { parts.append("\(Int(Double(written) / seconds).grouped)/s") }
    parts.append("seed \(seed)")
    // The stop string was drawn too, though it is not shown.
    let drawn = passage.characters + (passage.stop?.unicodeScalars.count ?? 0)
    if drawn > 0 {
      let nats = passage.surprisal / Double(drawn)
      parts.append("\(nats.fixed(2)) nats a character")
    }
    if let stop = passage.stop { parts.append("stopped at \(escaped(stop))") }
    if passage.bansAvoided > 0 { parts.append(counted(passage.bansAvoided, "ban") + " avoided") }
    if passage.copiesAvoided > 0 {
      parts.append(counted(passage.copiesAvoided, "copied passage") + " avoided")
    }
    return (parts + remarks).joined(separator: " · ")
  }
}

/// The time that writing takes, and the waits of someone who types.
private struct Pace {
  private let speed: Double?
  private let surroundings: Surroundings
  private let start: Double
  private var characters = 0

  init(speed: Double?, _ surroundings: Surroundings) {
    self.speed = speed
    self.surroundings = surroundings
    start = surroundings.now()
  }

  var elapsed: Double { surroundings.now() - start }

  /// Waits until the next character is due; returns `false` once Ctrl-C was pressed.
  mutating func wait() -> Bool {
    characters += 1
    guard !surroundings.takeInterrupt() else { return false }
    guard let speed else { return true }
    let due = start + Double(characters) / speed
    while case let rest = due - surroundings.now(), rest > 0 {
      // In slices, so that Ctrl-C is not kept waiting.
      surroundings.sleep(min(rest, 0.02))
      if surroundings.takeInterrupt() { return false }
    }
    return true
  }
}
