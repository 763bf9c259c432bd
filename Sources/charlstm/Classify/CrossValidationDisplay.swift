import Classification
import Foundation
import TerminalText
import Training

/// Shows how far a cross-validation has come, on standard error: one line that is written over on a
/// terminal, elsewhere a line for each fold.
final class CrossValidationDisplay {
  private let validation: CrossValidation
  private let isQuiet: Bool
  private var line = StatusLine()
  private var fold = 0
  private var foldBegan = ContinuousClock.now
  private var plan: ClassificationPlan?

  init(of validation: CrossValidation, isQuiet: Bool) {
    self.validation = validation
    self.isQuiet = isQuiet
  }

  /// - Parameter fold: from 0 on.
  func begin(_ fold: Int) {
    self.fold = fold
    foldBegan = .now
  }

  func show(_ event: ClassificationEvent) {
    guard !isQuiet else { return }
    switch event {
    case .began(let plan):
      self.plan = plan
      var text = fold == 0 ? plan.notes : ""
      if !line.isTerminal {
        text += """
          Fold \(fold + 1) of \(validation.count): \
          \(counted(plan.trainingTexts, "text")) to train on, \
          \(plan.validationTexts.formatted()) to validate on, \
          \(validation.folds[fold].count.formatted()) to score; \
          \(counted(plan.parameters, "parameter")), \(counted(plan.totalSteps, "step"))

          """
      }
      line.print(text)
    case .step(let step): show(step)
    case .teaching, .taught, .validation: break
    }
  }

  private func show(_ step: StepReport) {
    guard line.isTerminal, let plan else { return }
    let left = step.secondsLeft(of: plan.totalSteps)
    // The folds to come are taken to last as long as this one.
    let whole = (.now - foldBegan) / .seconds(1) + left
    let rest = left + whole * Double(validation.count - fold - 1)
    var progress = ProgressLine()
    progress.add("fold \(fold + 1)/\(validation.count)", rank: 1)
    progress.add("epoch \(step.epoch)", rank: 4)
    progress.add("step \(step.step)/\(plan.totalSteps)", rank: 2)
    progress.add(String(format: "loss %.4f nats", step.trainLoss), rank: 3)
    progress.add("\(clock(rest)) left", rank: 0)
    line.show(progress)
  }

  /// Takes the line away that is written over.
  func clear() { line.clear() }

  /// Says what it took.
  func finish(seconds: Double) {
    guard !isQuiet, let plan else { return }
    line.print("\(validation.count) folds in \(clock(seconds)), on \(plan.division)\n")
  }
}
