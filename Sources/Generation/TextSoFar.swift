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

  /// What the next symbol's logits gain, by increasing symbol.
  var gains: ArraySlice<SymbolGain> { bias?.gains(at: biasNode) ?? [] }

  /// Takes the symbol that was drawn next; returns the bytes that are no part of a stop string.
  mutating func append(_ symbol: Int32, surprisal: Float) -> [UInt8] {
    var bytes: [UInt8] = []
    context.append(symbol, output: &bytes)
    if let bias { biasNode = bias.next(biasNode, symbol) }
    passage.symbols += 1
    passage.surprisal += Double(surprisal)
    // Of several bytes only the last one completes a character.
    if !bytes.isEmpty { passage.characters += 1 }
    let shown = stops.append(bytes)
    if let stop = stops.found {
      passage.stop = stop
      passage.characters -= stop.unicodeScalars.count
    }
    return shown
  }

  /// Whether `symbol` would complete a stop string.
  func wouldStop(at symbol: Int32) -> Bool {
    var next = self
    _ = next.append(symbol, surprisal: 0)
    return next.passage.stop != nil
  }

  /// Ends the text: returns what was held back for a stop string that will not come.
  mutating func finish() -> [UInt8] { stops.finish() }
}
