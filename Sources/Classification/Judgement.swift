import Foundation

/// What a classifier makes of a text.
package struct Judgement: Sendable {
  /// Of each class, `[C]`.
  package let probabilities: [Float]
  /// The logarithm of how many times as probable the first class is as all others together, in nats:
  /// the order of the greatest probabilities, but a probability near 1 has no digits left.
  ///
  /// Where logits are no numbers it is −∞, and 0 where there is one class.
  package let logOdds: Double

  /// The most probable class; of equals the first.
  package var first: Int {
    probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
  }

  package init(logits: [Float], temperature: Double) {
    probabilities = softmax(logits, temperature: temperature)
    guard logits.allSatisfy(\.isFinite) else {
      logOdds = -.infinity
      return
    }
    var others = logits.map { Double($0) / temperature }
    guard others.count > 1, let first = others.indices.max(by: { others[$0] < others[$1] }) else {
      logOdds = 0
      return
    }
    let largest = others.remove(at: first)
    let second = others.max() ?? largest
    logOdds = largest - second - log(others.reduce(0) { $0 + exp($1 - second) })
  }
}

/// The log-odds of a probability, in nats.
package func logOdds(of probability: Double) -> Double { log(probability) - log1p(-probability) }

/// The probability of log-odds in nats, for people: one that is nearly 1 by how much it lacks.
package func probabilityText(ofLogOdds logOdds: Double) -> String {
  logOdds < 9
    ? String(format: "%.4f", 1 / (1 + exp(-logOdds))) : String(format: "1 − %.1e", exp(-logOdds))
}
