extension Candidates {
  /// Divides the positive logits of recent symbols by `penalty` and multiplies the negative ones.
  ///
  /// Keskar et al. 2019, "CTRL". A symbol is penalised once however often it occurs. O(`count`).
  ///
  /// - Precondition: `penalty` is more than 0; above 1 it discourages repetition.
  package mutating func penalize(_ recent: RepetitionWindow, by penalty: Double) {
    precondition(recent.vocabularySize == vocabularySize, "one vocabulary")
    let limit = Double(Float.greatestFiniteMagnitude)
    for index in indices where recent.contains(self[index].symbol) {
      let logit = Double(self[index].logit)
      let penalized = logit > 0 ? logit / penalty : logit * penalty
      self[index].logit = Float(min(max(penalized, -limit), limit))
    }
  }
}
