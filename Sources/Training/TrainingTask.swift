import Recurrent

/// What one kind of training adds to the loop that all share: its batches, their loss and gradients,
/// its validation, and what it saves.
package protocol TrainingTask: AnyObject {
  var optimization: OptimizationStep { get }
  var stepsPerEpoch: Int { get }
  /// Steps in which the rate rises.
  var warmupSteps: Int { get }

  /// Prepares the epoch that begins.
  func startEpoch(_ progress: TrainingProgress)

  /// Computes the gradients of the next batch.
  func computeGradients(_ progress: TrainingProgress) -> BatchResult

  /// On the rate of each group of parameters; nil for one rate.
  func rateFactors(_ progress: TrainingProgress) -> [Float]?

  /// How good the averaged weights are; nil with nothing to validate on.
  /// - Throws: `TrainingError.deviceFailed`.
  func validate(_ progress: TrainingProgress) throws(TrainingError) -> Validation?

  /// Keeps the averaged weights as the best so far.
  func saveBest(
    _ validation: Validation?, _ progress: TrainingProgress, in folder: RunFolder?) throws

  /// Saves all it takes to go on, unless it is not finite any more.
  /// - Returns: whether it is.
  func save(_ progress: TrainingProgress, in folder: RunFolder) throws -> Bool
}

/// What a step has read.
package struct BatchResult {
  /// The mean, in nats.
  package var loss: Double
  package var characters: Int
  /// Nil where there is one text, which is read on and on.
  package var texts: Int?

  package init(loss: Double, characters: Int, texts: Int? = nil) {
    self.loss = loss
    self.characters = characters
    self.texts = texts
  }
}

/// How well the averaged weights do on what they were not trained on.
package struct Validation: Equatable, Sendable {
  /// The mean surprisal in nats: of a character, or of a label.
  package var loss: Double
  /// Of labels: a share of 1, which counts before the loss.
  package var accuracy: Double?
  package var macroF1: Double?
  package var classF1: [Double]?

  package init(
    loss: Double, accuracy: Double? = nil, macroF1: Double? = nil, classF1: [Double]? = nil
  ) {
    self.loss = loss
    self.accuracy = accuracy
    self.macroF1 = macroF1
    self.classF1 = classF1
  }
}
