import Recurrent
import Text

/// What has been written of one text so far.
public struct Passage: Equatable, Sendable {
  /// Characters written: Unicode scalars, the prompt not counted.
  public var characters = 0
  /// Symbols drawn; more than characters where some are spelt with bytes.
  public var symbols = 0
  /// The sum of the drawn symbols' surprisal in nats, under the model's own distribution.
  public var surprisal = 0.0
  /// The stop string that ended it, if one did.
  public var stop: String?

  /// Nats per symbol.
  public var meanSurprisal: Double { symbols > 0 ? surprisal / Double(symbols) : 0 }
}

/// Draws the symbols of one text, logits by logits, and spells them out.
///
/// It knows nothing of the network, so that one stream and many beside each other are written by the
/// same rules.
struct TextWriter {
  private(set) var passage = Passage()
  private(set) var context: TextContext
  private let length: Int
  private let penalizes: Bool
  private var stops: StopStrings

  init(_ options: WritingOptions, stops: StopStrings, from context: TextContext) {
    self.context = context
    self.context.recent.capacity = options.sampling.repetitionWindow
    self.stops = stops
    length = options.length
    penalizes = options.sampling.repetitionPenalty != 1
  }

  var isFinished: Bool { passage.characters >= length || passage.stop != nil }

  /// Draws the next symbol, appends what can be shown to `output`, and returns the symbol, which is
  /// the next to read.
  mutating func draw(
    _ logits: UnsafeBufferPointer<Float>, sampler: inout Sampler, allowed: AllowedSymbols,
    using random: inout Xoshiro256, output: inout [UInt8]
  ) -> Int32 {
    let (symbol, surprisal) = sampler.sample(
      logits: logits, allowed: allowed.mask(after: context.decoder.automaton),
      recent: penalizes ? context.recent : nil, using: &random)
    var bytes: [UInt8] = []
    context.append(symbol, output: &bytes)
    passage.symbols += 1
    passage.surprisal += Double(surprisal)
    // Of several bytes only the last one completes a character.
    if !bytes.isEmpty { passage.characters += 1 }
    output += stops.append(bytes)
    if let stop = stops.found {
      passage.stop = stop
      passage.characters -= stop.unicodeScalars.count
    }
    if isFinished { output += stops.finish() }
    return symbol
  }

  /// Releases what was held back for a stop string that will not come.
  mutating func finish(output: inout [UInt8]) {
    output += stops.finish()
  }
}
