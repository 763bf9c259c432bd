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
    guard temperature >= 0, temperature.isFinite else { throw .temperature(temperature) }
    if let topK, topK < 1 { throw .topK(topK) }
    if let topP, !(topP > 0 && topP <= 1) { throw .topP(topP) }
    if let minP, !(minP >= 0 && minP <= 1) { throw .minP(minP) }
    if let typicalP, !(typicalP > 0 && typicalP <= 1) { throw .typicalP(typicalP) }
    guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
      throw .repetitionPenalty(repetitionPenalty)
    }
    guard repetitionWindow >= 0 else { throw .repetitionWindow(repetitionWindow) }
  }
}
