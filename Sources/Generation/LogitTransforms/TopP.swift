extension Candidates {
  /// Keeps the fewest most probable candidates whose probability together reaches `p`, at least
  /// one.
  ///
  /// The nucleus of Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".
  /// O(`count` + kept · log `count`).
  ///
  /// - Precondition: 0 < `p` ≤ 1.
  package mutating func keepTopP(_ p: Double) {
    guard p < 1 else { return }
    let goal = p * weigh(temperature: 1)
    var mass = 0.0
    keepFirst(by: { $0.isMoreProbable(than: $1) }) {
      mass += Double($0.weight)
      return mass >= goal
    }
  }
}
