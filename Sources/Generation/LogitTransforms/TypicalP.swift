extension Candidates {
  /// Keeps the candidates whose surprisal is nearest to the entropy, as many as it takes for their
  /// probability to reach `p`, at least one.
  ///
  /// Meister et al. 2023, "Locally Typical Sampling". O(`count` + kept · log `count`).
  ///
  /// The normaliser cancels out of surprisal − entropy, which leaves (expected logit) − logit.
  ///
  /// - Precondition: 0 < `p` ≤ 1.
  package mutating func keepTypicalP(_ p: Double) {
    guard p < 1 else { return }
    let total = weigh(temperature: 1)
    var expectedLogit = 0.0
    for index in indices {
      expectedLogit += Double(self[index].weight) / total * Double(self[index].logit)
    }
    let goal = p * total
    var mass = 0.0
    keepFirst(by: {
      let left = abs(Double($0.logit) - expectedLogit)
      let right = abs(Double($1.logit) - expectedLogit)
      return left == right ? $0.symbol < $1.symbol : left < right
    }) {
      mass += Double($0.weight)
      return mass >= goal
    }
  }
}
