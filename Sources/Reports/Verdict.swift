import Foundation
import TerminalText

/// What training and validation losses say of a run, in words, by thresholds that the words name.
package struct Verdict: Equatable, Sendable {
  package enum Kind: String, Encodable, Equatable, Sendable {
    /// Losses rose for good, or are no numbers any more.
    case diverged
    /// Nothing was validated, or too little yet to say anything.
    case unknown
    case overfitting
    case plateau
    case improving
  }

  package var kind: Kind
  /// A line, as a heading.
  package var headline: String
  /// What it rests on, and what would help. A sentence or more.
  package var explanation: String
  /// Validation loss less training loss at the end, in nats.
  package var gap: Double?

  /// Validations without a better one that make an end of learning; `train` says so after as many.
  static let patience = 3
  /// Shares of a loss: less is no difference.
  static let tolerance = 0.005
  /// A share, and nats, by which a training loss that has risen is one that got lost.
  static let lostShare = 0.5
  static let lostNats = 0.1
}

extension Verdict {
  package init(on run: RunRecord) {
    let losses = run.steps.compactMap { step in
      step.trainLoss.map { (step: step.position.step, loss: $0) }
    }
    let unit = run.isClassifier ? "nats a text" : "nats a character"
    let training = run.trainingLosses
    let finding =
      Self.divergence(losses, run.validations)
      ?? Self.learning(training, run.validations, unit: unit)
    kind = finding.kind
    headline = finding.headline
    var sentences = [finding.explanation]
    if kind != .diverged, let last = run.validations.last, let train = training.last ?? nil {
      let gap = last.loss - train
      self.gap = gap
      sentences.append(Self.words(gap: gap, training: train, validation: last.loss, unit: unit))
    }
    if let best = run.best, best.accuracy == nil, kind == .overfitting {
      sentences.append("The model of step \(best.position.step.grouped) is kept.")
    } else if let best = run.best, let accuracy = best.accuracy {
      sentences.append(
        "The model of step \(best.position.step.grouped) is kept, which had the best accuracy, "
          + "\(Self.percent(accuracy)).")
    }
    explanation = sentences.joined(separator: " ")
  }

  private typealias Finding = (kind: Kind, headline: String, explanation: String)
  private typealias Losses = [(step: Int, loss: Double)]

  private static func divergence(
    _ losses: Losses, _ validations: [RunRecord.Validation]
  ) -> Finding? {
    let all = losses + validations.map { ($0.position.step, $0.loss) }
    if let first = all.filter({ !$0.loss.isFinite }).min(by: { $0.step < $1.step }) {
      return (
        .diverged, "The run diverged at step \(first.step.grouped)",
        "From there on a loss is no finite number. A lower learning rate or a smaller clip norm would "
          + "help."
      )
    }
    let width = max(1, losses.count / 10)
    guard losses.count >= 10, let end = mean(losses.suffix(width)) else { return nil }
    let lowest = stride(from: 0, through: losses.count - width, by: width)
      .compactMap { start in mean(losses[start..<start + width]).map { (start, $0) } }
      .min { $0.1 < $1.1 }
    guard let lowest, end > lowest.1 * (1 + lostShare), end > lowest.1 + lostNats else {
      return nil
    }
    return (
      .diverged, "The run diverged after step \(losses[lowest.0 + width - 1].step.grouped)",
      "The training loss has been as low as \(nats(lowest.1)) and ended at \(nats(end)), more than half "
        + "above. A lower learning rate or a smaller clip norm would help."
    )
  }

  /// - Parameter training: the training loss up to each validation.
  private static func learning(
    _ training: [Double?], _ validations: [RunRecord.Validation], unit: String
  ) -> Finding {
    guard let last = validations.last,
      let bestIndex = validations.indices.min(by: { validations[$0].loss < validations[$1].loss })
    else {
      return (
        .unknown, "Nothing was validated",
        "Only the training loss is known, and that falls too where a model learns its text by heart."
      )
    }
    guard validations.count >= patience else {
      return (
        .unknown, "Too early to tell",
        "The run was validated \(validations.count == 1 ? "once" : "twice"); a trend takes "
          + "\(patience) validations."
      )
    }
    let best = validations[bestIndex]
    let after = validations.count - 1 - bestIndex
    let bestStep = best.position.step.grouped
    if after >= patience, last.loss > best.loss * (1 + tolerance),
      let then = training[bestIndex], let now = training.last ?? nil, now < then
    {
      return (
        .overfitting, "Overfitting since step \(bestStep)",
        "None of the \(after) validations since was better than \(nats(best.loss)) \(unit), the last is "
          + "\(percent(last.loss / best.loss - 1)) worse, and the training loss went on falling: the "
          + "model learns its text by heart. More text, dropout or weight decay would help, more steps "
          + "will not."
      )
    }
    let recent = max(patience, validations.count / 3)
    let earlier = validations.dropLast(recent).map(\.loss).min()
    let gain = earlier.map { max(0, 1 - best.loss / $0) }
    if after >= patience || gain.map({ $0 < tolerance }) ?? false {
      let gained =
        after >= patience
        ? "None of the \(after) validations since step \(bestStep) was better than "
          + "\(nats(best.loss)) \(unit)."
        : "The last \(recent) validations brought \(percent(gain ?? 0)), less than "
          + "\(percent(tolerance))."
      return (
        .plateau, "Levelled off at \(nats(best.loss)) \(unit)",
        gained + " A larger model, more text or another learning rate may help, more steps hardly."
      )
    }
    let since =
      gain.map { "The last \(recent) validations brought \(percent($0)). " } ?? ""
    return (
      .improving, "Still improving at the end",
      since + (after == 0 ? "The last validation is the best" : "The best is step \(bestStep)'s")
        + ", \(nats(best.loss)) \(unit); more steps would probably help."
    )
  }

  private static func words(
    gap: Double, training: Double, validation: Double, unit: String
  ) -> String {
    let numbers = "(\(nats(validation)) against \(nats(training)) \(unit))"
    let share = training > 0 ? gap / training : 0
    if gap < 0, -share > tolerance {
      return "At the end the validation loss is \(percent(-share)) below the training loss "
        + "\(numbers), as it may be where training is made harder by dropout, and validation uses "
        + "averaged weights."
    }
    let size =
      switch share {
      case ..<0.02: "next to no gap"
      case ..<0.1: "a small gap"
      case ..<0.25: "a clear gap"
      default: "a wide gap"
      }
    return "At the end there is \(size) of \(nats(max(0, gap))) nats, \(percent(max(0, share))), "
      + "from training to validation loss \(numbers)."
  }

  private static func mean(_ losses: ArraySlice<(step: Int, loss: Double)>) -> Double? {
    losses.isEmpty ? nil : losses.reduce(0) { $0 + $1.loss } / Double(losses.count)
  }

  private static func nats(_ value: Double) -> String { String(format: "%.4f", value) }

  private static func percent(_ share: Double) -> String { String(format: "%.1f%%", 100 * share) }
}
