import Classification
import Foundation
import Training

/// Shows the training of a classifier on standard error: one line that is written over on a terminal,
/// and a line for each validation.
final class ClassificationDisplay {
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var plan: ClassificationPlan?
  private var lastValidation: ValidationReport?
  private var hasOpenLine = false
  /// Of the texts to validate on.
  private let unknown: UnknownCharacters?

  init(isQuiet: Bool, unknown: UnknownCharacters?) {
    self.isQuiet = isQuiet
    self.unknown = unknown
  }

  func show(_ event: ClassificationEvent) {
    guard !isQuiet else { return }
    switch event {
    case .began(let plan): show(plan)
    case .step(let step): show(step)
    case .validation(let validation):
      lastValidation = validation
      print(
        lines: String(
          format: "epoch %d  step %d  validation %.4f nats  accuracy %.4f  macro F1 %.4f%@\n",
          validation.epoch, validation.step, validation.validationLoss, validation.accuracy ?? 0,
          validation.macroF1 ?? 0, validation.isBest ? "  (best so far)" : ""))
    }
  }

  /// Leaves the cursor on a line of its own.
  func finish() {
    if hasOpenLine { standardError("\n") }
    hasOpenLine = false
  }

  private func show(_ plan: ClassificationPlan) {
    self.plan = plan
    var text = """
      \(plan.parameters.formatted()) parameters; \(plan.classes) classes; \
      \(plan.trainingTexts.formatted()) texts to train on, \
      \(plan.validationTexts.formatted()) to validate on
      \(plan.totalSteps.formatted()) optimizer steps, \(plan.workers) \
      \(plan.workers == 1 ? "worker" : "workers")

      """
    if plan.shortenedTexts > 0 {
      text += "\(plan.shortenedTexts.formatted()) texts are longer than --max-length and are cut.\n"
    }
    if plan.validationTexts == 0 {
      text += """
        No texts are kept to validate on: the latest classifier counts as the best, and nothing shows \
        when it begins to learn the texts by heart.

        """
    }
    if plan.doneSteps > 0 { text += ResumableRun.goingOn(after: plan.doneSteps) }
    print(lines: text)
    unknown?.tell(of: "the texts to validate on")
  }

  private func show(_ step: StepReport) {
    guard isTerminal, let plan else { return }
    let line = ProgressLine(
      of: step, totalSteps: plan.totalSteps, validation: lastValidation, bits: false)
    standardError("\r\u{1B}[K" + line.fitted(to: widthOfProgress()))
    hasOpenLine = true
  }

  /// Whole lines, above the one that is written over.
  private func print(lines: String) {
    standardError((hasOpenLine ? "\r\u{1B}[K" : "") + lines)
    hasOpenLine = false
  }
}
