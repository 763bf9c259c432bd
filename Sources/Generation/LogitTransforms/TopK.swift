extension Candidates {
  /// Keeps the `k` most probable candidates, the lower symbol on ties, most probable first.
  ///
  /// O(`count` + k · log `count`).
  ///
  /// - Precondition: `k` is 1 or more.
  package mutating func keepTopK(_ k: Int) {
    var remaining = k
    keepFirst(by: { $0.isMoreProbable(than: $1) }) { _ in
      remaining -= 1
      return remaining == 0
    }
  }
}
