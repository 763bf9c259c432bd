import Checkpoints
import Foundation

/// The folder of a training run: `best.safetensors`, `last.safetensors`, `resume.safetensors` and
/// `metrics.jsonl`. Each file appears whole or not at all; metrics grow by whole lines.
public struct RunFolder: Sendable {
  public let path: String
  private let metrics: AppendFile

  /// Makes the folder where there is none, and checks that it can be written to.
  ///
  /// - Parameter isNew: whether metrics of an earlier run there are put aside.
  /// - Throws: `CheckpointError` if the folder cannot be made or written to.
  public init(path: String, isNew: Bool) throws(CheckpointError) {
    self.path = path
    if mkdir(path, 0o777) != 0 && errno != EEXIST {
      throw .cannotCreate(path: path, code: errno)
    }
    let metricsPath = "\(path)/metrics.jsonl"
    if isNew { try AtomicFile.write([], to: metricsPath) }
    metrics = try AppendFile(path: metricsPath)
  }

  public var bestPath: String { "\(path)/best.safetensors" }
  public var lastPath: String { "\(path)/last.safetensors" }
  public var resumePath: String { "\(path)/resume.safetensors" }

  func save(best model: TrainedModel, halfSize: Bool) throws(CheckpointError) {
    try model.write(to: bestPath, halfSize: halfSize)
  }

  func save(last model: TrainedModel, halfSize: Bool) throws(CheckpointError) {
    try model.write(to: lastPath, halfSize: halfSize)
  }

  func save(_ point: ResumePoint) throws(CheckpointError) {
    try point.write(to: resumePath)
  }

  func append(_ event: TrainingEvent) throws(CheckpointError) {
    switch event {
    case .step(let report): try metrics.append(json(StepLine(report)))
    case .validation(let report): try metrics.append(json(ValidationLine(report)))
    case .began, .saved: break
    }
  }
}

/// A line of `metrics.jsonl`. Losses are nats per character.
private struct StepLine: Encodable {
  let event = "step"
  let epoch: Int
  let step: Int
  let characters: Int
  let train_loss: Double
  let learning_rate: Float
  let gradient_norm: Double
  let characters_per_second: Double
  let elapsed_seconds: Double

  init(_ report: StepReport) {
    epoch = report.epoch
    step = report.step
    characters = report.characters
    train_loss = report.trainLoss
    learning_rate = report.learningRate
    gradient_norm = report.gradientNorm
    characters_per_second = report.charactersPerSecond.rounded()
    elapsed_seconds = (report.elapsedSeconds * 1000).rounded() / 1000
  }
}

/// A line of `metrics.jsonl`.
private struct ValidationLine: Encodable {
  let event = "validation"
  let epoch: Int
  let step: Int
  let validation_loss: Double
  let bits_per_character: Double
  let best_validation_loss: Double

  init(_ report: ValidationReport) {
    epoch = report.epoch
    step = report.step
    validation_loss = report.validationLoss
    bits_per_character = report.bitsPerCharacter
    best_validation_loss = report.bestValidationLoss
  }
}
