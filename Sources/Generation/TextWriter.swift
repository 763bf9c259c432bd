import Recurrent
import Text

/// What has been written of one text so far.
public struct Passage: Equatable, Sendable {
  /// Characters written: Unicode scalars, the prompt not counted.
  public var characters = 0
  /// Symbols drawn, without those taken back; more than characters where some are spelt with bytes.
  public var symbols = 0
  /// The sum of the drawn symbols' surprisal in nats, under the model's own distribution.
  public var surprisal = 0.0
  /// The stop string that ended it, if one did.
  public var stop: String?
  /// How often a banned phrase was about to be written and the text went back.
  public var bansAvoided = 0
  /// How often a passage of the corpus to be kept apart from was about to be written.
  public var copiesAvoided = 0

  package init() {}

  /// Nats per symbol.
  public var meanSurprisal: Double { symbols > 0 ? surprisal / Double(symbols) : 0 }
}

/// Draws the symbols of one text, logits by logits, and spells them out.
///
/// It knows of the network only what a lane of it is, so that one stream and many beside each other are
/// written by the same rules.
struct TextWriter {
  private var text: TextSoFar
  private let length: Int
  private let sampling: SamplingOptions
  /// Nil where nothing is banned.
  private var rewind: BanRewind?

  /// - Parameter options: valid ones.
  init(_ text: TextSoFar, _ options: WritingOptions, rewind: BanRewind?) {
    self.text = text
    length = options.length
    sampling = options.sampling
    self.rewind = rewind
  }

  var passage: Passage { text.passage }

  var context: TextContext { text.context }

  /// What the last symbol was drawn from, as far as the text may have gone back before it; nil where it was
  /// what `draw` was given.
  var drawnFrom: [Float]? { rewind?.logits }

  var isFinished: Bool { text.passage.characters >= length || text.passage.stop != nil }

  /// Draws the next symbol, appends what can be shown to `output`, and returns the symbol, which is
  /// the next for `lane` to read.
  ///
  /// - Parameter candidates: working memory, of which nothing is kept.
  mutating func draw(
    _ logits: UnsafeBufferPointer<Float>, allowed: AllowedSymbols, candidates: inout Candidates,
    lane: (part: any StreamPart, index: Int), using random: inout Xoshiro256,
    output: inout [UInt8]
  ) throws(BansError) -> Int32 {
    let sampling = sampling
    let symbol: Int32
    if let drawn = try rewind?.draw(
      &text, upTo: length, logits, allowed: allowed, lane: lane, output: &output,
      choose: { logits, mask, text in
        text.choose(from: logits, allowed: mask, by: sampling, &candidates, using: &random)
      })
    {
      symbol = drawn
    } else {
      let (free, surprisal) = text.choose(
        from: logits, allowed: allowed.mask(after: text.context.decoder.automaton), by: sampling,
        &candidates, using: &random)
      symbol = free
      text.append(symbol, surprisal: surprisal, output: &output)
    }
    if isFinished { finish(output: &output) }
    return symbol
  }

  /// Releases what was held back for a stop string or a banned phrase that will not come.
  mutating func finish(output: inout [UInt8]) {
    if let held = rewind?.finish() { output += held }
    output += text.finish()
  }
}
