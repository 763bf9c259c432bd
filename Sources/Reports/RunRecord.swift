/// What the files of a run folder say of its training.
package struct RunRecord: Sendable {
  /// Where a run began, or went on.
  package struct Beginning: Equatable, Sendable {
    /// Steps done before.
    package var step: Int
    package var values: MetricsFile.Line

    package subscript(_ key: String) -> MetricsValue? { values[key] }
  }

  /// How far the run had come where something was measured.
  package struct Position: Equatable, Sendable {
    package var step: Int
    /// Characters read and seconds taken up to there, where that is known.
    package var characters: Double?
    package var seconds: Double?
  }

  package struct Step: Equatable, Sendable {
    package var position: Position
    package var trainLoss: Double?
    package var learningRate: Double?
    package var gradientNorm: Double?
    package var charactersPerSecond: Double?
  }

  package struct Validation: Equatable, Sendable {
    package var position: Position
    package var loss: Double
    package var accuracy: Double?
    package var macroF1: Double?
    /// In the order of the run's classes.
    package var classF1: [Double?]?
  }

  /// What the best model made of the part that nothing was chosen on.
  package struct Test: Equatable, Sendable {
    package var step: Int
    package var loss: Double
  }

  package struct Sample: Encodable, Equatable, Sendable {
    package var step: Int
    package var text: String
  }

  /// How training ended, where that was with an error.
  package struct Failure: Equatable, Sendable {
    package var step: Int
    package var reason: String?
  }

  /// For people: the last part of the folder's path.
  package var name: String
  package var path: String
  package var metrics: MetricsFile
  package var beginnings: [Beginning] = []
  package var steps: [Step] = []
  package var validations: [Validation] = []
  /// The last one, of a run that has ended.
  package var test: Test?
  package var samples: [Sample] = []
  package var teachers: [RunRecord] = []
  /// Of a run that did not go on afterwards.
  package var failure: Failure?

  /// The last value that a run began or went on with.
  package func setting(_ key: String) -> MetricsValue? {
    beginnings.reversed().lazy.compactMap { $0[key] }.first
  }

  /// Of a classifier, in the order in which the metrics have them.
  package var classes: [String]? {
    setting("classes")?.list.map { $0.map { $0.text ?? $0.field } }
  }

  package var isClassifier: Bool {
    classes != nil || validations.contains { $0.accuracy != nil }
  }

  /// The loss of a blind guess.
  package var uniformLoss: Double? { setting("uniform_loss")?.number }

  package var totalSteps: Int? { setting("total_steps")?.count }

  /// Whether steps were left where it is known of how many: the run is still going on, or was stopped.
  package var isUnfinished: Bool {
    !isStoppedEarly && totalSteps.map { lastPosition?.step ?? 0 < $0 } ?? false
  }

  /// Whether as many validations as patience allows were none the best.
  private var isStoppedEarly: Bool {
    guard let patience = setting("patience")?.count, let best else { return false }
    return validations.count { $0.position.step > best.position.step } >= patience
  }

  package var lastPosition: Position? {
    [steps.last?.position, validations.last?.position].compactMap(\.self).max { $0.step < $1.step }
  }

  /// The validation whose model is kept: the most accurate, or that of the lowest loss.
  package var best: Validation? {
    validations.reduce(nil) { best, next in
      guard let best else { return next }
      if let old = best.accuracy, let new = next.accuracy, old != new {
        return new > old ? next : best
      }
      return next.loss < best.loss || best.loss.isNaN ? next : best
    }
  }

  /// For each validation the mean training loss since the one before, and where none was reported in
  /// between the last one.
  package var trainingLosses: [Double?] {
    let losses = steps.compactMap { step in step.trainLoss.map { (step.position.step, $0) } }
    var next = 0
    return validations.map { validation in
      let start = next
      while next < losses.count, losses[next].0 <= validation.position.step { next += 1 }
      guard next > start else { return next > 0 ? losses[next - 1].1 : nil }
      return losses[start..<next].reduce(0) { $0 + $1.1 } / Double(next - start)
    }
  }
}
