import Foundation
import TerminalText

/// What training and validation losses say of a run, in words, by thresholds that the words name.
package struct Verdict: Equatable, Sendable {
  package enum Kind: String, Encodable, Equatable, Sendable {
    /// Training ended with an error.
    case failed
    /// Losses rose for good, or are no numbers any more.
    case diverged
    /// Worse than a blind guess.
    case unlearned
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

  /// Validations without a better one that make an end of learning; `train` says so after as many.
  static let patience = 3
  /// Shares of a loss: less is no difference.
  static let tolerance = 0.005
  /// Nats: what is less is no gap, no loss by overfitting and no gain, whatever its share.
  static let leastGap = 0.01
  static let leastGain = 0.001
  /// A share, and nats, by which a training loss that has risen is one that got lost.
  static let lostShare = 0.5
  static let lostNats = 0.1
}

extension Verdict {
  package init(on run: RunRecord) {
    let unit = run.lossUnit.nats
    let training = run.trainingLosses
    let finding =
      Self.failure(run) ?? Self.divergence(run) ?? Self.unlearned(run)
      ?? Self.learning(run, training: training)
    kind = finding.kind
    headline = finding.headline
    var sentences = [finding.explanation]
    let isComparable = ![.failed, .diverged, .unlearned].contains(kind)
    if isComparable, let last = run.validations.last, let train = training.last ?? nil {
      sentences.append(
        Self.gap(
          from: train, to: last.loss, unit: unit, when: run.isUnfinished ? "so far" : "at the end"))
    }
    if let best = run.best, best.accuracy == nil, [.overfitting, .failed].contains(kind) {
      sentences.append("The model of step \(best.position.step.grouped) is kept.")
    } else if let best = run.best, let accuracy = best.accuracy {
      sentences.append(
        "The model of step \(best.position.step.grouped) is kept, which had the best accuracy, "
          + "\(Self.percent(accuracy)).")
    }
    explanation = sentences.joined(separator: " ")
  }

  private typealias Finding = (kind: Kind, headline: String, explanation: String)

  private static func failure(_ run: RunRecord) -> Finding? {
    guard let failure = run.failure else { return nil }
    // The line counts the steps that were done.
    let reason = failure.reason.map { printable($0) } ?? ""
    return (
      .failed,
      failure.step > 0 ? "Failed after step \(failure.step.grouped)" : "Failed at the first step",
      reason.isEmpty
        ? "Training ended with an error."
        : "Training ended with an error: \(reason)\(reason.hasSuffix(".") ? "" : ".")"
    )
  }

  /// - Parameter training: the training loss up to each validation.
  private static func learning(_ run: RunRecord, training: [Double?]) -> Finding {
    let validations = run.validations
    let unit = run.lossUnit.nats
    guard let last = validations.last,
      let bestIndex = validations.indices.min(by: { validations[$0].loss < validations[$1].loss })
    else { return unvalidated(run) }
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
    let worse = last.loss - best.loss
    if after >= patience, worse >= leastGap, worse > best.loss * tolerance,
      let then = training[bestIndex], let now = training.last ?? nil, now < then
    {
      return (
        .overfitting, "Overfitting since step \(bestStep)",
        "None of the \(after) validations since was better than \(lossText(best.loss)) \(unit), the "
          + "last is \(difference(worse, of: best.loss)) worse, and the training loss went on falling: "
          + "the model learns its text by heart. More text, dropout or weight decay would help, more "
          + "steps will not."
      )
    }
    let recent = max(patience, validations.count / 3)
    let earlier = validations.dropLast(recent).map(\.loss).min()
    let gain = earlier.map { (nats: max(0, $0 - best.loss), share: max(0, 1 - best.loss / $0)) }
    let isSmall = gain.map { $0.share < tolerance || $0.nats < leastGain } ?? false
    if after >= patience || isSmall {
      var gained =
        "None of the \(after) validations since step \(bestStep) was better than "
        + "\(lossText(best.loss)) \(unit)."
      if after < patience, let gain {
        gained =
          "The last \(recent) validations brought "
          + (gain.share < tolerance
            ? "\(percent(gain.share)), less than \(percent(tolerance))."
            : "less than \(leastGain) nats.")
      }
      return (
        .plateau, "Levelled off at \(lossText(best.loss)) \(unit)",
        gained + " A larger model, more text or another learning rate may help, more steps hardly."
      )
    }
    let since = gain.map { "The last \(recent) validations brought \(percent($0.share)). " } ?? ""
    let kept =
      (after == 0 ? "The last validation is the best" : "The best is step \(bestStep)'s")
      + ", \(lossText(best.loss)) \(unit)"
    guard run.isUnfinished, let step = run.lastPosition?.step, let total = run.totalSteps else {
      return (
        .improving, "Still improving at the end",
        since + kept + "; more steps would probably help."
      )
    }
    return (
      .improving, "Still improving after \(step.grouped) of \(total.grouped) steps",
      since + kept + "; the steps to come will probably help."
    )
  }

  private static func unvalidated(_ run: RunRecord) -> Finding {
    guard run.steps.contains(where: { $0.trainLoss != nil }) else {
      return (
        .unknown,
        run.teachers.isEmpty ? "No loss is known" : "Only its teachers have learned so far",
        "The run itself has reported no loss."
      )
    }
    return (
      .unknown, "Nothing was validated",
      "Only the training loss is known, and that falls too where a model learns its text by heart."
    )
  }

  private static func gap(
    from training: Double, to validation: Double, unit: String, when: String
  ) -> String {
    let gap = validation - training
    let numbers = "(\(lossText(validation)) against \(lossText(training)) \(unit))"
    let time = when.prefix(1).uppercased() + when.dropFirst()
    guard abs(gap) >= leastGap else {
      return "\(time) there is no gap from training to validation loss \(numbers)."
    }
    let share = training > 0 ? gap / training : 0
    if gap < 0, -share > tolerance {
      return "\(time) the validation loss is \(percent(-share)) below the training loss "
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
    let amount =
      "\(lossText(max(0, gap))) nats" + (share < mostShare ? ", \(percent(max(0, share)))," : "")
    return "\(time) there is \(size) of \(amount) from training to validation loss \(numbers)."
  }

  /// Ten times as much says no more as a share.
  private static let mostShare = 10.0

  private static func difference(_ nats: Double, of loss: Double) -> String {
    let share = nats / loss
    return share >= 0 && share < mostShare ? percent(share) : "\(lossText(nats)) nats"
  }

  private static func percent(_ share: Double) -> String { String(format: "%.1f%%", 100 * share) }
}
