import Foundation
import Recurrent
import Text

/// Keeps banned phrases, matches of patterns, and passages of a corpus out of one text: where one is
/// completed, the text goes back and is drawn again.
///
/// The rule. Written characters have places from 0. If the next character would complete a phrase whose
/// first character is at place q, or at place 0 where it began before what is written, all from q on is
/// taken back and the character that stood at q is excluded there. What stands before the longest
/// beginning of a phrase that the text ends with is final, and stays so: to a phrase that turns out to
/// begin there it is what the prompt is. So no more is kept, and held back, than the longest phrase has
/// characters. Exclusions belong to a place and the
/// text before it: they are forgotten when that text is taken back. Of several phrases complete at once
/// the shortest counts.
///
/// The distribution. At a place with text t before it and excluded characters E, the next character is
/// drawn by the sampling options among those not in E: E is masked, before any cut-off. Each draw takes
/// the next random number. With P(a | t, E) for its distribution, what comes of t, a whole text or a
/// step back to a place, has the distribution
///
///     f(t, E) = Σ over a: P(a | t, E) · g(t, a),   g(t, a) the step back if ta completes a phrase,
///                                                    the text ta if it is whole, or else f(ta, ∅)
///
/// where the share of g(t, a) that steps back to just the place after t is replaced by f(t, E ∪ {a}). A
/// ban of one character is the model with that character masked. For longer ones this is not the model's
/// distribution given that no phrase comes, which would weigh every character by the probability of all
/// its ends: a character keeps the probability that it had when it was drawn unless it led into a ban.
///
/// There is always a way on. A character after which bans leave no text of the length that is asked for
/// is no candidate anywhere. Where every candidate has been excluded, as with "ab" and "ba" of a
/// vocabulary of two, the place is settled: its exclusions are lifted, and from there on over the length
/// of the longest phrase characters that would complete one are masked. So no step back ever leads
/// across it, and the search ends. Where even then nothing is left, which is not seen beforehand for
/// patterns and passages, the character before is barred at its place for good.
///
/// Patterns. A match is a phrase that begins where it does; while one may still be completed, all since
/// its beginning is held back, for a pattern without limit up to the text's end.
///
/// Passages. Where a passage of a corpus is completed, any of its characters can be another one, and
/// its first is rarely the best: the text goes back to the place within it, of those that can be gone
/// back to, where the model held what it wrote for the least probable, excluded characters apart. All
/// else is as with a phrase that begins there.
///
/// A character that is spelt with bytes is taken back as a whole, and its first byte excluded.
struct BanRewind {
  /// A place that the text may go back to: all that was there before its character was drawn.
  private struct Place {
    var text: TextSoFar
    var recurrent: RecurrentState
    /// `[V]`
    var logits: [Float]
    var node: BanAutomaton.Node
    var excluded: [Int32]
    var barred: [Int32]
    /// See below.
    var heldEnd: Int
    /// The first of its character.
    var symbol: Int32
  }

  private var automaton: BanAutomaton
  /// One to be copied into.
  private let blank: RecurrentState
  /// Before the character at hand.
  private var node: BanAutomaton.Node
  /// Of all characters that are not final, up to the last one begun.
  private var places: [Place] = []
  /// `[V]`: of the next symbol; after a draw, those that its symbol was drawn from.
  private(set) var logits: [Float] = []
  /// Whether a byte of the character at hand was drawn, but not the last.
  private var isBegun = false
  /// First symbols not to be drawn at the character at hand.
  private var excluded: [Int32] = []
  /// The same, for bytes after which no character is left; they stay so where a place is settled.
  private var barred: [Int32] = []
  /// Characters before this place must not complete a phrase.
  private var settledEnd = 0
  /// Bytes that are not to be shown yet, as they may be taken back.
  private var held: [UInt8] = []
  /// Bytes of the text that are no part of a stop string, shown and held.
  private var heldEnd = 0

  /// - Parameter read: what was read before.
  init(
    _ automaton: BanAutomaton, after read: TextRead, _ configuration: ModelConfiguration
  ) throws(BansError) {
    self.automaton = automaton
    blank = RecurrentState(configuration)
    node = try self.automaton.node(after: read)
  }

  /// Draws the next symbol, with which no phrase is complete, and appends what can be shown to
  /// `output`.
  ///
  /// - Parameters:
  ///   - logits: after the last symbol of `text`, which a lane has read.
  ///   - lane: is put back where the text is; then reads the symbol that is returned.
  ///   - choose: draws a symbol.
  mutating func draw(
    _ text: inout TextSoFar, upTo length: Int, _ logits: UnsafeBufferPointer<Float>,
    allowed: AllowedSymbols, lane: (part: any StreamPart, index: Int), output: inout [UInt8],
    choose: (
      _ logits: UnsafeBufferPointer<Float>, _ mask: [Bool]?, TextSoFar
    ) -> (symbol: Int32, surprisal: Float)
  ) throws(BansError) -> Int32 {
    self.logits = Array(logits)
    while true {
      let (mask, isEmpty) = try candidates(text, upTo: length, allowed)
      if isEmpty {
        try settle(&text, lane)
        continue
      }
      let (symbol, surprisal) = self.logits.withUnsafeBufferPointer {
        choose($0, mask, text)
      }
      let next = try automaton.node(after: symbol, from: node, text.context.decoder)
      if let ban = next?.completed, !text.wouldStop(at: symbol) {
        goBack(before: ban, &text, lane, without: symbol)
        if ban.isCopy { text.passage.copiesAvoided += 1 } else { text.passage.bansAvoided += 1 }
        continue
      }
      if !isBegun, next.map({ automaton.depth(of: $0) > 0 }) ?? true {
        places.append(place(text, lane, symbol))
      }
      let end = held.count
      text.append(symbol, surprisal: surprisal, output: &held)
      heldEnd += held.count - end
      isBegun = next == nil
      if let next { complete(at: next, text, output: &output) }
      return symbol
    }
  }

  /// Ends the text: returns what was held back for a phrase that will not come.
  mutating func finish() -> [UInt8] {
    defer { held = [] }
    return held
  }

  /// What may be drawn; a nil mask for all.
  private mutating func candidates(
    _ text: TextSoFar, upTo length: Int, _ allowed: AllowedSymbols
  ) throws(BansError) -> (mask: [Bool]?, isEmpty: Bool) {
    let place = text.passage.characters
    let utf8 = allowed.mask(after: text.context.decoder.automaton)
    let isSettled = place < settledEnd
    let without = isBegun ? [] : excluded + barred
    guard isSettled || automaton.isBounded || !without.isEmpty else { return (utf8, false) }
    var mask = utf8 ?? Array(repeating: true, count: logits.count)
    for symbol in without { mask[Int(symbol)] = false }
    if isSettled || automaton.isBounded {
      let rest = length - place - 1
      for symbol in mask.indices where mask[symbol] {
        let next = try automaton.node(after: Int32(symbol), from: node, text.context.decoder)
        guard let next else { continue }
        mask[symbol] =
          next.completed != nil ? !isSettled : automaton.reach(from: next) >= rest
      }
    }
    return (mask, !mask.contains(true))
  }

  /// Makes room where no candidate is left.
  private mutating func settle(
    _ text: inout TextSoFar, _ lane: (part: any StreamPart, index: Int)
  ) throws(BansError) {
    let place = text.passage.characters
    if !isBegun, place >= settledEnd || !excluded.isEmpty {
      excluded = []
      let (end, isEndless) = place.addingReportingOverflow(automaton.longest)
      settledEnd = isEndless ? .max : end
    } else if isBegun || !automaton.seesDeadEnds, let before = places.popLast() {
      restore(before, &text, lane)
      excluded = before.excluded
      barred.append(before.symbol)
    } else {
      let reach = automaton.reach(from: node)
      throw .nothingLeft(most: place + (reach == .max ? 0 : reach))
    }
  }

  /// Takes back all from where a ban began, or from the first place that is not final, or of a copied
  /// passage from the least probable character on, and excludes what stood there.
  ///
  /// - Parameter symbol: the one just drawn, which was not appended.
  private mutating func goBack(
    before ban: BanAutomaton.Completed, _ text: inout TextSoFar,
    _ lane: (part: any StreamPart, index: Int), without symbol: Int32
  ) {
    let start = text.passage.characters + 1 - ban.length
    guard var index = places.firstIndex(where: { $0.text.passage.characters >= start }) else {
      excluded.append(symbol)
      return
    }
    if ban.isCopy, !isBegun {
      let chances = places[index...].map {
        $0.logits.probability(of: $0.symbol, without: $0.excluded)
      }
      let least = chances.min() ?? 1
      guard least < logits.probability(of: symbol, without: excluded) else {
        excluded.append(symbol)
        return
      }
      index += chances.firstIndex(of: least) ?? 0
    }
    let earlier = places[index]
    places.removeSubrange(index...)
    restore(earlier, &text, lane)
    excluded = earlier.excluded + [earlier.symbol]
  }

  private mutating func restore(
    _ place: Place, _ text: inout TextSoFar, _ lane: (part: any StreamPart, index: Int)
  ) {
    let avoided = (text.passage.bansAvoided, text.passage.copiesAvoided)
    text = place.text
    (text.passage.bansAvoided, text.passage.copiesAvoided) = avoided
    lane.part.load(place.recurrent, lane: lane.index)
    logits = place.logits
    node = place.node
    barred = place.barred
    isBegun = false
    held.removeLast(heldEnd - place.heldEnd)
    heldEnd = place.heldEnd
  }

  private func place(
    _ text: TextSoFar, _ lane: (part: any StreamPart, index: Int), _ symbol: Int32
  ) -> Place {
    var recurrent = blank
    lane.part.save(lane: lane.index, into: &recurrent)
    return Place(
      text: text, recurrent: recurrent, logits: logits, node: node, excluded: excluded,
      barred: barred, heldEnd: heldEnd, symbol: symbol)
  }

  /// Goes on to the next character; lets go what cannot be taken back any more.
  private mutating func complete(
    at next: BanAutomaton.Node, _ text: TextSoFar, output: inout [UInt8]
  ) {
    node = next
    excluded = []
    barred = []
    let open = text.passage.characters - automaton.depth(of: next)
    places.removeAll { $0.text.passage.characters < open }
    // At the earliest place, stop strings held back some of what stands before it.
    let shown = heldEnd - held.count
    let end = (places.first?.heldEnd ?? heldEnd) - shown
    output += held[..<end]
    held.removeFirst(end)
  }
}

extension [Float] {
  /// The softmax of all logits but those of `excluded`, at `symbol`.
  fileprivate func probability(of symbol: Int32, without excluded: [Int32]) -> Double {
    let own = self[Int(symbol)].asLogit
    var sum = 0.0
    for other in indices where !excluded.contains(Int32(other)) {
      sum += exp(Double(self[other].asLogit - own))
    }
    return 1 / sum
  }
}
