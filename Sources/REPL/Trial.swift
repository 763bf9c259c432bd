import Generation
import Recurrent
import TerminalText

/// A text that was written unseen, to be shown beside others.
struct Trial {
  let exchange: Exchange
  let end: Position
  /// What it is called among the others, without its number.
  let heading: String
}

extension Interpreter {
  /// Writes what `write` would, for itself alone: the session stays as it is.
  ///
  /// - Throws: `Interrupted`.
  func trial(
    of writing: WritingOptions, after prompt: KnownText, in draft: Draft, from start: TextState,
    seed: UInt64, length: Int? = nil, heading: String
  ) throws -> Trial {
    var writing = writing
    writing.length = length ?? writing.length
    var state = start
    var random = Xoshiro256(seed: seed, stream: [0])
    var text: [UInt8] = []
    let passage = try resident.generator.write(
      from: &state, writing, after: preceding(prompt, in: draft),
      avoiding: copyLimit?.passages, using: &random
    ) { bytes in
      text += bytes
      if surroundings.takeInterrupt() { throw Interrupted() }
      return true
    }
    let drawn = passage.characters + (passage.stop?.unicodeScalars.count ?? 0)
    let nats = passage.surprisal / Double(max(1, drawn))
    return Trial(
      exchange: Exchange(
        prompt: prompt.text, text: String(decoding: text, as: UTF8.self), stop: passage.stop,
        length: length, seed: seed, seedBefore: draft.seed),
      end: Position(state: state, seed: seed &+ 1), heading: "\(heading): \(nats.fixed(2)) nats")
  }

  /// Shows texts beside each other, numbered, and what can be done with them.
  func show(_ trials: [Trial], after prompt: KnownText, from seeds: String) throws {
    if !prompt.text.isEmpty {
      try screen.remark("after \"\(excerpt(prompt.text, limit: 60, fromEnd: true))\", \(seeds)")
    }
    let columns = trials.enumerated().map { index, trial in
      (
        heading: "\(index + 1)) \(trial.heading)",
        text: trial.exchange.text.withControlPictures
      )
    }
    for line in sideBySide(columns, width: screen.width()) { try screen.line(line) }
    try screen.remark("a number, or /pick N, goes on with one of them")
  }
}

extension Draft {
  func appending(_ exchange: Exchange, endingAt end: Position) -> Draft {
    var draft = self
    draft.append(exchange, endingAt: end)
    return draft
  }
}
