import Glibc

/// Chooses the next symbol from the model's logits.
///
/// Its working memory is allocated once; a call allocates nothing and is O(V). Transforms that need
/// the most probable symbols in order, such as top-k, add O(kept · log V) for those they keep.
public struct Sampler: Sendable {
  /// How symbols are chosen.
  public let options: SamplingOptions

  private var candidates: Candidates

  /// Creates a sampler for logits of `vocabularySize` symbols.
  ///
  /// - Precondition: `vocabularySize` is 1 or more.
  /// - Throws: `SamplingOptionsError` if an option is out of its range.
  public init(
    vocabularySize: Int, options: SamplingOptions = SamplingOptions()
  ) throws(SamplingOptionsError) {
    precondition(vocabularySize > 0, "a vocabulary has at least one symbol")
    try options.validate()
    self.options = options
    candidates = Candidates(vocabularySize: vocabularySize)
  }

  /// Chooses a symbol.
  ///
  /// Exactly one number is drawn from `random`, whatever the options, at temperature 0 too: the
  /// n-th symbol of a seed always comes from the n-th number. Its upper 53 bits, as a fraction in
  /// [0, 1), are looked up in the cumulative distribution of the kept symbols.
  ///
  /// A NaN logit counts as -∞. If no allowed symbol has a logit above -∞, all allowed symbols are
  /// equally probable.
  ///
  /// - Parameters:
  ///   - logits: [V], left as they are.
  ///   - allowed: [V], the symbols that may be chosen, at least one; `nil` allows all.
  ///   - recent: the text so far, for the repetition penalty; `nil` for no penalty.
  ///   - random: where the random number comes from.
  /// - Returns: the symbol, and its surprisal in nats under the model's own distribution, the
  ///   softmax of all `logits` before any option or mask: infinite for a symbol that the model
  ///   holds impossible but the mask left as the only choice.
  public mutating func sample(
    logits: UnsafeBufferPointer<Float>,
    allowed: [Bool]? = nil,
    recent: RepetitionWindow? = nil,
    using random: inout some RandomNumberGenerator
  ) -> (symbol: Int32, surprisal: Float) {
    candidates.sample(
      logits, by: options, allowed: allowed, gains: [], recent: recent, using: &random)
  }
}

extension Candidates {
  /// Chooses a symbol as `Sampler.sample` does.
  ///
  /// Nothing of an earlier choice is left, so that texts whose options differ can share them.
  ///
  /// - Parameters:
  ///   - options: valid ones.
  ///   - gains: what some symbols' logits gain first of all, by increasing symbol.
  mutating func sample(
    _ logits: UnsafeBufferPointer<Float>,
    by options: SamplingOptions,
    allowed: [Bool]?,
    gains: ArraySlice<SymbolGain>,
    recent: RepetitionWindow?,
    using random: inout some RandomNumberGenerator
  ) -> (symbol: Int32, surprisal: Float) {
    let fraction = Double(random.next() >> 11) * 0x1p-53
    load(logits, allowed: allowed)
    if !gains.isEmpty { add(gains) }
    if let recent, options.repetitionPenalty != 1 {
      penalize(recent, by: options.repetitionPenalty)
    }
    guard options.temperature > 0 else {
      let symbol = self[largest].symbol
      return (symbol, surprisal(of: symbol, in: logits))
    }
    cutOff(by: options)
    let largest = self[largest].logit
    let total = weigh(temperature: options.temperature, largest: largest)
    let symbol = symbol(at: fraction * total)
    let logit = logits[Int(symbol)].asLogit
    guard options.changeNothing, allowed == nil, gains.isEmpty, logit > -.infinity else {
      return (symbol, surprisal(of: symbol, in: logits))
    }
    // The weights are the model's own distribution, whose exponentials need not be summed again.
    return (symbol, Float(Double(largest) + log(total) - Double(logit)))
  }

  /// The symbol at which the running sum of the weights passes `target`: the inverse of the
  /// cumulative distribution.
  ///
  /// A symbol of weight 0 is never the answer, and if rounding leaves
  /// `target` unreached the last one of positive weight is. O(`count`).
  package mutating func symbol(at target: Double) -> Int32 {
    withCandidates { candidates in
      var symbol = candidates[0].symbol
      var sum = 0.0
      for candidate in candidates where candidate.weight > 0 {
        symbol = candidate.symbol
        sum += Double(candidate.weight)
        if sum > target { break }
      }
      return symbol
    }
  }
}
