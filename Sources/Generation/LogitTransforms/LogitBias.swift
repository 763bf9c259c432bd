extension Candidates {
  /// Adds to the logits of some symbols.
  ///
  /// - Parameter gains: by increasing symbol.
  /// - Precondition: candidates are by increasing symbol, as `load` leaves them.
  package mutating func add(_ gains: some Sequence<SymbolGain>) {
    var index = 0
    for gain in gains {
      while index < count, self[index].symbol < gain.symbol { index += 1 }
      guard index < count else { return }
      if self[index].symbol == gain.symbol {
        self[index].logit = max((self[index].logit + gain.nats).asLogit, -.greatestFiniteMagnitude)
      }
    }
  }
}
