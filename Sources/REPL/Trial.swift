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

/// A text to be written unseen.
struct TrialRequest {
  var writing: WritingOptions
  var seed: UInt64
  /// What it is called among the others.
  var heading: String
}

extension Interpreter {
  /// Most texts that are written at a time.
  private static var mostLanes: Int { 64 }

  /// Writes what `write` would, side by side and for themselves alone: the session stays as it is.
  ///
  /// - Throws: `Interrupted`.
  func trials(
    _ requests: [TrialRequest], after prompt: KnownText, in draft: Draft, from start: TextState,
    length: Int? = nil
  ) throws -> [Trial] {
    let texts = try continuations(
      requests.map { (length.map($0.writing.upTo) ?? $0.writing, $0.seed) }, after: prompt,
      in: draft, from: start)
    return zip(requests, texts).map { request, text in
      let passage = text.passage
      let drawn = passage.characters + (passage.stop?.unicodeScalars.count ?? 0)
      let nats = passage.surprisal / Double(max(1, drawn))
      return Trial(
        exchange: Exchange(
          prompt: prompt.text, text: String(decoding: text.text, as: UTF8.self),
          stop: passage.stop, length: length, seed: request.seed, seedBefore: draft.seed),
        end: Position(state: text.end, seed: request.seed &+ 1),
        heading: "\(request.heading): \(nats.fixed(2)) nats")
    }
  }

  /// The same, as the model's side of it.
  ///
  /// - Throws: `Interrupted`.
  func continuations(
    _ requests: [(writing: WritingOptions, seed: UInt64)], after prompt: KnownText, in draft: Draft,
    from start: TextState
  ) throws -> [ContinuedText] {
    let texts = try resident.batch(lanes: min(requests.count, Self.mostLanes)).write(
      requests.map { Continuation($0.writing, random: Xoshiro256(seed: $0.seed, stream: [0])) },
      from: start, after: preceding(prompt, in: draft), avoiding: copyLimit?.passages,
      goesOn: { !surroundings.takeInterrupt() })
    guard let texts else { throw Interrupted() }
    return texts
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

extension WritingOptions {
  /// The same for at most `length` characters.
  func upTo(_ length: Int) -> WritingOptions {
    var options = self
    options.length = length
    return options
  }
}
