import CPU
import Checkpoints
import Foundation
import LabelledData
import Paths
import Recurrent
import Training

/// Trains a classifier of whole texts. Not for several threads at a time.
public final class ClassifierTrainer {
  private let task: ClassificationTask
  private var loop: TrainingLoop<ClassificationTask>
  private let texts: LabelledTexts
  /// Which of them train.
  let training: [Int]

  /// - Parameters:
  ///   - trained: where training starts; it is not changed. Its labels are those of the texts.
  ///   - training: which of the texts to train on, at least one.
  ///   - validation: texts with the same labels.
  ///   - device: where it is trained; `options.threads` of this machine's processors if nil.
  /// - Throws: `TrainingError` for options out of range.
  package convenience init(
    _ trained: TrainedClassifier, texts: LabelledTexts, training: [Int],
    validation: (texts: LabelledTexts, indices: [Int]), options: ClassifierOptions,
    device: Device? = nil
  ) throws(TrainingError) {
    try options.validate()
    var trained = trained
    trained.model = trained.model.copy()
    self.init(
      trained, texts: texts, training: training, validation: validation,
      data: DataIdentity(
        names: trained.summary?.data ?? [], texts, training, validation.texts,
        validation.indices),
      options: options, device: device)
    begin(.init())
  }

  /// Goes on from where a run was saved, as if it had never stopped.
  ///
  /// - Throws: `TrainingError.dataChanged` for other texts than those that the run began with, and
  ///   `.cannotResume` for a point that is damaged.
  package convenience init(
    resuming point: ClassifierResumePoint, path: String, texts: LabelledTexts, training: [Int],
    validation: (texts: LabelledTexts, indices: [Int]), device: Device? = nil
  ) throws(TrainingError) {
    let data = DataIdentity(
      names: point.data.names, texts, training, validation.texts, validation.indices)
    guard texts.labels == point.labels, data.isSame(as: point.data) else {
      throw .dataChanged(path: path)
    }
    try point.options.validate()
    var trained = TrainedClassifier(
      model: point.weights.model, vocabulary: point.vocabulary, labels: point.labels,
      limit: point.options.limit,
      summary: ClassifierSummary(
        data: point.data.names, trainingTexts: training.count, options: [:]))
    trained.columns = texts.columns
    self.init(
      trained, texts: texts, training: training, validation: validation, data: data,
      options: point.options, device: device)
    let progress = point.progress
    guard progress.isPlausible, progress.epoch <= options.epochs,
      progress.chunk < task.stepsPerEpoch, point.weights.isPlausible(after: progress.step)
    else {
      throw .cannotResume(
        path: path, reason: "its place in the run is none there can be; it is damaged")
    }
    task.optimization.restore(point.weights, step: progress.step)
    task.setup = point.setup
    begin(progress)
  }

  /// - Parameters:
  ///   - trained: its model is trained.
  ///   - data: that of the texts.
  private init(
    _ trained: TrainedClassifier, texts: LabelledTexts, training: [Int],
    validation: (texts: LabelledTexts, indices: [Int]), data: DataIdentity,
    options: ClassifierOptions, device: Device?
  ) {
    let device = device ?? .cpu(threads: options.threads)
    var options = options
    options.precision = options.precision ?? device.precision(for: .training)
    self.texts = texts
    self.training = training
    task = ClassificationTask(
      trained, texts: texts, training: training, validation: validation, data: data,
      options: options, device: device)
    loop = TrainingLoop(task, options: options.optimization)
  }

  private func begin(_ progress: TrainingProgress) {
    task.optimization.ready(step: progress.step)
    task.startEpoch(progress)
    loop = TrainingLoop(task, options: options.optimization, from: progress)
  }

  public var options: ClassifierOptions { task.options }
  package var shape: ModelConfiguration { task.trained.model.configuration }
  public var progress: TrainingProgress { loop.progress }
  package var device: Device { task.device }
  /// What teachers expect of each text that trains, `[training][C]`; empty where there are none.
  var expected: [[Float]] { task.expected }
  package var optimization: OptimizationStep { task.optimization }
  /// Whether the best loss is far above that of a uniform guess, and the best accuracy not better than
  /// that of always naming the most frequent class, but by chance: what has learnt something may be too
  /// sure of it.
  package var hasLearntNothing: Bool {
    guard let loss = progress.bestLoss, let accuracy = progress.bestAccuracy else { return false }
    let (share, count) = task.commonest
    let chance = 2 * (share * (1 - share) / Double(max(1, count))).squareRoot()
    return loss > uniformLoss + 0.5 && accuracy <= share + chance
  }
  /// Nats of a guess to which all classes are alike.
  package var uniformLoss: Double { log(Double(task.classCount)) }
  /// Saved with the run.
  package var setup: RunSetup? {
    get { task.setup }
    set { task.setup = newValue }
  }
  /// Averaged weights with the best validation so far, or the latest where there are no texts to
  /// validate on; nil before the first validation of a run that is resumed.
  public var best: TrainedClassifier? { task.best }

  /// Trains until all epochs are done or patience is exhausted.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints and metrics go; nowhere if nil.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`, `FileError`; what `report` throws.
  public func run(
    in folder: RunFolder? = nil, report: (ClassificationEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    try run(in: folder, stops: { false }, report: report)
  }

  /// Trains until all epochs are done, patience is exhausted or `stops` says so.
  ///
  /// - Parameters:
  ///   - folder: where the best model, the state to go on from and metrics go; nowhere if nil.
  ///   - stops: asked after each step.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`, `FileError`; what `report` throws.
  public func run(
    in folder: RunFolder? = nil, stops: () -> Bool,
    report: (ClassificationEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    if options.teachers > 0, progress.step < loop.totalSteps {
      guard try isTaught(in: folder, stops: stops, report: report) else { return .interrupted }
    }
    let outcome = try loop.run(in: folder, stops: stops) { event in
      switch event {
      case .began:
        if progress.step < loop.totalSteps {
          try folder?.append(task.beganLine(progress, folder?.invocation))
        }
        try report(.began(task.plan(after: progress)))
      case .step(let step): try report(.step(step))
      case .validation(let validation): try report(.validation(validation))
      case .saved: break
      }
    }
    // An earlier part of the run had the best, unless that was what could not be written.
    let hasBest = progress.bestLoss != nil || progress.epoch > 0
    if let folder, best == nil, hasBest, access(folder.bestPath.cPath, F_OK) == 0 {
      try task.takeBest(from: folder)
    }
    return outcome
  }

  /// Trains the teachers first.
  /// - Returns: false if that was stopped.
  private func isTaught(
    in folder: RunFolder?, stops: () -> Bool, report: (ClassificationEvent) throws -> Void
  ) throws -> Bool {
    // What a resume finds, should it stop while they are trained.
    if progress.step == 0, let folder { try resumePoint.write(to: folder.resumePath) }
    let start = ContinuousClock.now
    var student = task.trained
    student.model = student.model.copy()
    let distillation = ClassifierDistillation(
      options: options, start: progress.step == 0 ? student : nil, texts: texts,
      training: training, device: device)
    let expected = try distillation.expectations(in: folder, stops: stops, report: report)
    loop.setElapsed(progress.elapsedSeconds + (.now - start) / .seconds(1))
    guard let expected else {
      if progress.step == 0, let folder { try resumePoint.write(to: folder.resumePath) }
      return false
    }
    task.expected = expected
    try report(.taught)
    return true
  }

  /// All that it takes to go on from here.
  package var resumePoint: ClassifierResumePoint { task.resumePoint(progress) }

  /// Adds the classifiers on n-grams that the options ask for to the best model, fits what they and
  /// the network count for to the validation texts, and saves the model anew.
  ///
  /// - Parameter folder: that of the run; the best of this process alone is calibrated where nil.
  /// - Throws: `CheckpointError`.
  public func calibrate(_ folder: RunFolder? = nil) throws(CheckpointError) {
    try task.calibrate(folder)
  }

  /// Lets the best model answer only texts it is sure enough of: as many of the validation texts as
  /// possible with no more than a share of the answers wrong. Saves the model anew.
  ///
  /// - Parameters:
  ///   - risk: the share, 0 to below 1.
  ///   - folder: that of the run; the best of this process alone where nil.
  /// - Returns: nil without texts to validate on.
  /// - Throws: `RejectionError`, with the model as it was; `CheckpointError`.
  @discardableResult
  public func reject(risk: Double, in folder: RunFolder? = nil) throws -> Rejection? {
    try task.reject(risk: risk, in: folder)
  }
}
