import Recurrent
import Text

/// What a text that is being written has come to: what its continuation depends on beside the
/// network, and what is known of it.
///
/// A value: an earlier copy put back takes back what was written since.
struct TextSoFar {
  private(set) var context: TextContext
  var passage = Passage()
  private(set) var stops: StopStrings
  private let bias: BiasAutomaton?
  private var biasNode: BiasAutomaton.Node = 0

  /// - Parameter read: what was read before.
  init(_ context: TextContext, after read: TextRead, stops: StopStrings, bias: BiasAutomaton?) {
    self.context = context
    self.stops = stops
    self.bias = bias
    if let bias { biasNode = bias.node(after: read.symbols) }
  }

  /// Chooses what could come next.
  ///
  /// - Parameters:
  ///   - options: valid ones.
  ///   - candidates: working memory, of which nothing is kept.
  func choose(
    from logits: UnsafeBufferPointer<Float>, allowed: [Bool]?, by options: SamplingOptions,
    _ candidates: inout Candidates, using random: inout Xoshiro256
  ) -> (symbol: Int32, surprisal: Float) {
    candidates.sample(
      logits, by: options, allowed: allowed, gains: bias?.gains(at: biasNode) ?? [],
      recent: options.repetitionPenalty != 1 ? context.recent : nil, using: &random)
  }

  /// Takes the symbol that was drawn next; appends the bytes that are no part of a stop string to
  /// `output`.
  mutating func append(_ symbol: Int32, surprisal: Float, output: inout [UInt8]) {
    let end = output.count
    context.append(symbol, output: &output)
    if let bias { biasNode = bias.next(biasNode, symbol) }
    passage.symbols += 1
    passage.surprisal += Double(surprisal)
    // Of several bytes only the last one completes a character.
    if output.count > end { passage.characters += 1 }
    guard !stops.isEmpty else { return }
    let bytes = Array(output[end...])
    output.removeLast(bytes.count)
    output += stops.append(bytes)
    if let stop = stops.found {
      passage.stop = stop
      passage.characters -= stop.unicodeScalars.count
    }
  }

  /// Whether `symbol` would complete a stop string.
  func wouldStop(at symbol: Int32) -> Bool {
    guard !stops.isEmpty else { return false }
    var next = self
    var ignored: [UInt8] = []
    next.append(symbol, surprisal: 0, output: &ignored)
    return next.passage.stop != nil
  }

  /// Ends the text: returns what was held back for a stop string that will not come.
  mutating func finish() -> [UInt8] { stops.finish() }
}
