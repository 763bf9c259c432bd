import Glibc

extension Candidates {
  /// Sets every weight to exp(logit / temperature), scaled so that the largest is 1, and returns
  /// their sum.
  ///
  /// O(`count`).
  ///
  /// - Precondition: `temperature` is more than 0. As it nears 0 the weights near those of the
  ///   most probable symbols alone, and no value of it makes them NaN.
  package mutating func weigh(temperature: Double) -> Double {
    weigh(temperature: temperature, largest: self[largest].logit)
  }

  /// The same, with the largest logit at hand.
  mutating func weigh(temperature: Double, largest: Float) -> Double {
    // Both clamps keep 0 · ∞ out: of the difference of two huge logits at a huge temperature, of
    // a zero difference at a tiny temperature.
    let scale = Float(min(1 / temperature, Double(Float.greatestFiniteMagnitude)))
    return withCandidates { candidates in
      var total = 0.0
      for index in candidates.indices {
        let difference = max(candidates[index].logit - largest, -.greatestFiniteMagnitude)
        let weight = expf(difference * scale)
        candidates[index].weight = weight
        total += Double(weight)
      }
      return total
    }
  }
}
