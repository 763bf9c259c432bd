/// How the next symbol is chosen from the model's logits.
///
/// The defaults change nothing: symbols are drawn from the model's own distribution, as char-rnn
/// and torch-rnn do. Options that are `nil` are off.
///
/// The steps run in the order of llama.cpp's default chain: repetition penalty, mask, top-k,
/// typical-p, top-p, min-p, temperature. With the temperature last, every cut-off is measured on
/// the model's own probabilities, so raising the temperature spreads the choice among the symbols
/// that were kept and never lets more symbols in. (Hugging Face's `generate` applies the
/// temperature before the cut-offs; there the same `top_p` keeps a different set at every
/// temperature.)
public struct SamplingOptions: Sendable, Equatable, Codable {
  /// Divides the logits: below 1 is more predictable, above 1 more varied.
  ///
  /// 0 always takes the most probable symbol, and then the cut-offs below have no effect.
  public var temperature: Double

  /// Keeps the `topK` most probable symbols.
  public var topK: Int?

  /// Keeps the fewest most probable symbols whose probability together reaches `topP`.
  ///
  /// Nucleus sampling, Holtzman et al. 2020.
  public var topP: Double?

  /// Keeps the symbols at least `minP` times as probable as the most probable one.
  ///
  /// Nguyen et al. 2024.
  public var minP: Double?

  /// Keeps the symbols whose surprisal is nearest to the entropy, as many as it takes for their
  /// probability to reach `typicalP`.
  ///
  /// Locally typical sampling, Meister et al. 2023.
  public var typicalP: Double?

  /// Makes the symbols of the recent text less probable when above 1.
  ///
  /// CTRL, Keskar et al. 2019.
  public var repetitionPenalty: Double

  /// How many of the last symbols, prompt included, the repetition penalty looks at.
  public var repetitionWindow: Int

  /// Creates options; what is left out is off.
  public init(
    temperature: Double = 1,
    topK: Int? = nil,
    topP: Double? = nil,
    minP: Double? = nil,
    typicalP: Double? = nil,
    repetitionPenalty: Double = 1,
    repetitionWindow: Int = 64
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.typicalP = typicalP
    self.repetitionPenalty = repetitionPenalty
    self.repetitionWindow = repetitionWindow
  }

  /// Checks every value against its range.
  ///
  /// - Throws: `SamplingOptionsError` for the first value out of its range; NaN is out of every
  ///   range.
  public func validate() throws(SamplingOptionsError) {
    for rule in Self.rules { try rule.check(self) }
  }

  /// Whether symbols are drawn from the model's own distribution.
  var changeNothing: Bool {
    temperature == 1 && topK == nil && topP == nil && minP == nil && typicalP == nil
      && repetitionPenalty == 1
  }

  /// One rule an option, in the order in which they are listed and checked.
  package static let rules: [SamplingRule] = [
    SamplingRule(
      "temperature", \.temperature, .atLeast(0),
      help: "below 1 more predictable, above 1 more varied; 0 takes the most probable character",
      summary: "below 1 more predictable, above 1 more varied, 0 the most probable",
      examples: ["0", "0.3", "0.5", "0.7", "1", "1.3"]),
    SamplingRule(
      "top-k", \.topK, .atLeast(1), help: "choose among the K most probable characters"),
    SamplingRule(
      "top-p", \.topP, .moreThan(0, atMost: 1),
      help: "choose among the fewest characters that together are this probable"),
    SamplingRule(
      "min-p", \.minP, .from(0, to: 1),
      help: "choose among characters this many times as probable as the most probable"),
    SamplingRule(
      "typical-p", \.typicalP, .moreThan(0, atMost: 1),
      help: "choose among characters of typical surprisal, together this probable"),
    SamplingRule(
      "repetition-penalty", \.repetitionPenalty, .moreThan(0),
      help: "above 1: characters of the recent text become less probable",
      examples: ["1", "1.1", "1.3"]),
    SamplingRule(
      "repetition-window", \.repetitionWindow, .atLeast(0),
      help: "how many characters back the penalty looks"),
  ]
}

extension Candidates {
  /// Keeps those that `options` let be chosen: the steps between mask and temperature, in their
  /// order.
  mutating func cutOff(by options: SamplingOptions) {
    if let topK = options.topK, topK < count { keepTopK(topK) }
    if let typicalP = options.typicalP { keepTypicalP(typicalP) }
    if let topP = options.topP { keepTopP(topP) }
    if let minP = options.minP { keepMinP(minP) }
  }
}
