/// How far a run has come: with the weights, the optimizer's moments and the lanes' states, all that
/// an exact resume needs. Random choices derive from the seed and from these counts.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// From 0.
  public var epoch = 0
  /// Chunks of this epoch that have been read.
  public var chunk = 0
  /// Optimizer steps done.
  public var step = 0
  /// Read so far; nil in files from before it was kept.
  public var characters: Int?
  public var bestLoss: Double?
  /// Of a classifier, for which it counts before the loss.
  public var bestAccuracy: Double?
  /// Validations since the best.
  public var validationsWithoutBest = 0
  /// True where the last step was to be validated and that came to nothing, as on a full disk.
  var owesValidation: Bool?
  /// In all processes, up to the last saving of each, and with teachers.
  public var elapsedSeconds = 0.0

  public init() {}

  func isBest(_ validation: Validation) -> Bool {
    guard let bestLoss else { return true }
    if let accuracy = validation.accuracy, let bestAccuracy, accuracy != bestAccuracy {
      return accuracy > bestAccuracy
    }
    return validation.loss < bestLoss
  }

  /// Whether a run could be here: a file may say anything.
  package var isPlausible: Bool {
    [epoch, chunk, step, characters ?? 0, validationsWithoutBest].allSatisfy { 0...1 << 53 ~= $0 }
      && chunk <= step && epoch <= step && elapsedSeconds >= 0
  }
}
