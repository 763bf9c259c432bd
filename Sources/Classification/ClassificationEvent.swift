/// What the training of a classifier tells of its work.
package enum ClassificationEvent: Sendable {
  case began(ClassificationPlan)
  case step(ClassificationStep)
  case validation(ClassificationValidation)
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

/// Where training stands: a line of `metrics.jsonl`.
package struct ClassificationStep: Encodable, Sendable {
  private let event = "step"
  /// From 1.
  package let epoch: Int
  /// Optimizer steps so far.
  package let step: Int
  /// The mean surprisal of the labels since the last report, in nats.
  package let train_loss: Double
  package let learning_rate: Float
  package let texts_per_second: Double
  package let characters_per_second: Double
  package let elapsed_seconds: Double

  private enum CodingKeys: String, CodingKey {
    case event, epoch, step, train_loss, learning_rate, texts_per_second, characters_per_second
    case elapsed_seconds
  }
}

/// How well the averaged weights tell the classes of the validation texts: a line of
/// `metrics.jsonl`.
package struct ClassificationValidation: Encodable, Sendable {
  private let event = "validation"
  /// From 1.
  package let epoch: Int
  package let step: Int
  /// The mean surprisal of the labels, in nats.
  package let validation_loss: Double
  /// A share of 1.
  package let accuracy: Double
  package let macro_f1: Double
  package let is_best: Bool

  private enum CodingKeys: String, CodingKey {
    case event, epoch, step, validation_loss, accuracy, macro_f1, is_best
  }
}
