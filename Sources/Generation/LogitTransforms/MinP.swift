import Glibc

extension Candidates {
  /// Keeps the candidates at least `minP` times as probable as the most probable one.
  ///
  /// Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM
  /// Outputs". O(`count`), without an exponential: p ≥ minP · pmax is logit ≥ largest logit + log minP.
  ///
  /// - Precondition: 0 ≤ `minP` ≤ 1.
  package mutating func keepMinP(_ minP: Double) {
    let threshold = self[largest].logit + Float(log(minP))
    keep { $0.logit >= threshold }
  }
}
