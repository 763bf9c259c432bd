import TerminalText

/// Losses that show by themselves that something went wrong.
extension Verdict {
  /// Nats above a blind guess from which on nothing was learned.
  private static let unlearnedNats = 0.5
  /// A classifier of a better macro F1 has learned something, however sure it is where it is wrong.
  private static let unlearnedF1 = 0.2
  /// Reported training losses from which on means of them tell rising from noise.
  private static let manyLosses = 10

  static func divergence(
    _ run: RunRecord
  ) -> (kind: Kind, headline: String, explanation: String)? {
    let losses = run.steps.compactMap { step in
      step.trainLoss.map { (step: step.position.step, loss: $0) }
    }
    let all = losses + run.validations.map { ($0.position.step, $0.loss) }
    if let first = all.filter({ !$0.loss.isFinite }).min(by: { $0.step < $1.step }) {
      return (
        .diverged, "The run diverged at step \(first.step.grouped)",
        "From there on a loss is no finite number. A lower learning rate or a smaller clip norm would "
          + "help."
      )
    }
    guard losses.count >= manyLosses else { return rise(of: losses) }
    let width = losses.count / manyLosses
    guard let end = mean(losses.suffix(width)) else { return nil }
    let lowest = stride(from: 0, through: losses.count - width, by: width)
      .compactMap { start in mean(losses[start..<start + width]).map { (start, $0) } }
      .min { $0.1 < $1.1 }
    guard let lowest, end > lowest.1 * (1 + lostShare), end > lowest.1 + lostNats else {
      return nil
    }
    return (
      .diverged, "The run diverged after step \(losses[lowest.0 + width - 1].step.grouped)",
      "The training loss has been as low as \(lossText(lowest.1)) and "
        + (run.isUnfinished ? "is \(lossText(end)) so far" : "ended at \(lossText(end))")
        + ", more than half above. A lower learning rate or a smaller clip norm would help."
    )
  }

  /// Of few losses only a rise to more than twice the first.
  private static func rise(
    of losses: [(step: Int, loss: Double)]
  ) -> (kind: Kind, headline: String, explanation: String)? {
    guard let first = losses.first, let last = losses.last, first.loss > 0,
      last.loss > 2 * first.loss, last.loss > first.loss + lostNats,
      let lowest = losses.min(by: { $0.loss < $1.loss })
    else { return nil }
    return (
      .diverged, "The run diverged after step \(lowest.step.grouped)",
      "The training loss has risen from \(lossText(first.loss)) to \(lossText(last.loss)), more than "
        + "twice as much. A lower learning rate or a smaller clip norm would help."
    )
  }

  static func unlearned(
    _ run: RunRecord
  ) -> (kind: Kind, headline: String, explanation: String)? {
    guard let guess = run.uniformLoss,
      run.validations.compactMap(\.macroF1).max() ?? 0 < unlearnedF1
    else { return nil }
    let validated = run.validations.map(\.loss).min()
    guard let loss = validated ?? run.steps.last(where: { $0.trainLoss != nil })?.trainLoss,
      loss > guess + unlearnedNats
    else { return nil }
    let name = validated == nil ? "last training loss" : "best validation loss"
    return (
      .unlearned, "Learned nothing" + (run.isUnfinished ? " so far" : ""),
      "The \(name), \(lossText(loss)) \(run.lossUnit.nats), is above the \(lossText(guess)) of a blind "
        + "guess. A lower learning rate or a smaller clip norm would help."
    )
  }

  private static func mean(_ losses: ArraySlice<(step: Int, loss: Double)>) -> Double? {
    losses.isEmpty ? nil : losses.reduce(0) { $0 + $1.loss } / Double(losses.count)
  }
}
