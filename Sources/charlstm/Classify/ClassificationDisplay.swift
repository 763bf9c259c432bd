import Classification
import Foundation
import TerminalText
import Training

/// Shows the training of a classifier on standard error: one line that is written over on a terminal,
/// and a line for each validation.
final class ClassificationDisplay {
  private let isQuiet: Bool
  private var plan: ClassificationPlan?
  private var lastValidation: ValidationReport?
  private var line = StatusLine()
  /// Of the texts to validate on.
  private let unknown: UnknownCharacters?

  init(isQuiet: Bool, unknown: UnknownCharacters?) {
    self.isQuiet = isQuiet
    self.unknown = unknown
  }

  func show(_ event: ClassificationEvent) {
    guard !isQuiet else { return }
    switch event {
    case .teaching(let number, let count):
      line.print("Teacher \(number) of \(count), which does not read a part of the texts:\n")
    case .taught: line.print("The student, which learns from what they expect, too:\n")
    case .began(let plan): show(plan)
    case .step(let step): show(step)
    case .validation(let validation):
      lastValidation = validation
      line.print(
        String(
          format: "epoch %d  step %d  validation %.4f nats  accuracy %.4f  macro F1 %.4f%@\n",
          validation.epoch, validation.step, validation.validationLoss, validation.accuracy ?? 0,
          validation.macroF1 ?? 0, validation.isBest ? "  (best so far)" : ""))
    }
  }

  /// Leaves the cursor on a line of its own.
  func finish() { line.finish() }

  private func show(_ plan: ClassificationPlan) {
    self.plan = plan
    var text = """
      \(counted(plan.trainingTexts, "text")) to train on, \(plan.validationTexts.formatted()) to \
      validate on; \(counted(plan.classes, "class", plural: "classes"))
      \(counted(plan.parameters, "parameter")); \(counted(plan.totalSteps, "step")), on \
      \(plan.division)

      """ + plan.notes
    if plan.doneSteps > 0 { text += ResumableRun.goingOn(after: plan.doneSteps) }
    line.print(text)
    unknown?.tell(of: "the texts to validate on")
  }

  private func show(_ step: StepReport) {
    guard line.isTerminal, let plan else { return }
    line.show(
      ProgressLine(
        of: step, totalSteps: plan.totalSteps, validation: lastValidation, bits: false))
  }
}

extension ClassificationPlan {
  /// What may surprise about the texts: whole lines.
  var notes: String {
    var text = ""
    if shortenedTexts > 0 {
      text +=
        counted(shortenedTexts, "text is", plural: "texts are")
        + " longer than --max-length, of which a part is read.\n"
    }
    if validationTexts == 0 {
      text += """
        No texts are kept to validate on: the latest classifier counts as the best, and nothing shows \
        when it begins to learn the texts by heart.

        """
    }
    return text
  }
}
