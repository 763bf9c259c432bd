import Training

/// What the training of a classifier tells of its work.
package enum ClassificationEvent: Sendable {
  case began(ClassificationPlan)
  case step(StepReport)
  case validation(ValidationReport)
}

/// What is about to be done.
package struct ClassificationPlan: Sendable {
  package var parameters: Int
  package var trainingTexts: Int
  package var validationTexts: Int
  package var classes: Int
  package var stepsPerEpoch: Int
  package var totalSteps: Int
  package var workers: Int
  /// Training texts of which only a part is read.
  package var shortenedTexts: Int
}
