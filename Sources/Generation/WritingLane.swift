import Recurrent
import Text

/// A text that one of many lanes writes: what is to be read before it, and what it has come to.
struct WritingLane {
  private var random: Xoshiro256
  /// Symbols to read before the first is drawn, and which of them is at hand.
  private let prompt: [Int32]
  private var read = 0
  private var writer: TextWriter
  /// What can be shown and was not taken yet.
  var text: [UInt8] = []
  /// The symbol to read next.
  private(set) var symbol: Int32

  /// - Throws: `BansError` for a pattern that the prompt shows to be too much.
  init(
    _ request: WritingRequest, _ rules: WritingRules, vocabulary: Vocabulary
  ) throws(BansError) {
    var context = TextContext(vocabulary: vocabulary)
    var ignored: [UInt8] = []
    for symbol in request.prompt {
      context.append(symbol, output: &ignored)
      ignored.removeAll(keepingCapacity: true)
    }
    random = request.random
    prompt = openingSymbols(vocabulary) + request.prompt
    writer = try rules.writer(from: context, after: TextRead(request.prompt))
    symbol = prompt[0]
  }

  var isFinished: Bool { writer.isFinished }

  var passage: Passage { writer.passage }

  /// What the symbol at hand was drawn from, where that may not be the logits that were taken last.
  var drawnFrom: [Float]? { readsOn ? nil : writer.drawnFrom }

  /// Whether the symbol after the one at hand is of the prompt too, and nothing is to be drawn yet.
  var readsOn: Bool { read + 1 < prompt.count }

  /// The symbol that the logits after the one at hand are to predict, where it is of the prompt.
  var nextOfPrompt: Int32? { readsOn ? prompt[read + 1] : nil }

  var next: LaneStep { LaneStep(symbol: symbol, predicts: !readsOn) }

  mutating func readOn() -> LaneStep {
    read += 1
    symbol = prompt[read]
    return next
  }

  /// Takes the logits after its symbol, which `lane` has read; returns nil where that ends the text.
  ///
  /// - Parameter candidates: working memory, of which nothing is kept.
  mutating func advance(
    _ logits: UnsafeBufferPointer<Float>, allowed: AllowedSymbols, candidates: inout Candidates,
    lane: (part: any StreamPart, index: Int)
  ) throws(BansError) -> LaneStep? {
    if readsOn { return readOn() }
    symbol = try writer.draw(
      logits, allowed: allowed, candidates: &candidates, lane: lane, using: &random, output: &text)
    return isFinished ? nil : next
  }
}

/// What a lane does in the next step. Many lanes are looked at by theirs, as a copy of a lane costs a
/// reference to each part of its text, and a copy of the part where that is written to next.
struct LaneStep: Sendable {
  /// To read.
  var symbol: Int32
  /// Whether the logits after it are needed.
  var predicts: Bool
}
