import Foundation

/// The chance of a value of Student's distribution at least as far from 0 as `t`.
package func twoSidedTail(t: Double, degreesOfFreedom: Double) -> Double {
  guard t.isFinite else { return t.isNaN ? 1 : 0 }
  return incompleteBeta(
    degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
}

/// The regularised incomplete beta function Iₓ(a, b), by its continued fraction (DLMF 8.17.22).
private func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  // Evaluated from its far end: 200 terms are more than double precision needs here.
  var fraction = 1.0
  for term in stride(from: 200.0, through: 1, by: -1) {
    let even = term * (b - term) * x / ((a + 2 * term - 1) * (a + 2 * term))
    let odd = -(a + term - 1) * (a + b + term - 1) * x / ((a + 2 * term - 2) * (a + 2 * term - 1))
    fraction = 1 + odd / (1 + even / fraction)
  }
  return front / fraction
}
