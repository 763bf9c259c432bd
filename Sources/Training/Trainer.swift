import CPU
import Checkpoints
import Generation
import Recurrent
import Text

/// Trains a language model by truncated backpropagation through time.
///
/// The result depends on the device and its number of threads, but not on their timing. Not for several threads at a
/// time.
public final class Trainer {
  private let task: LanguageModelTask
  private var loop: TrainingLoop<LanguageModelTask>
  private let unknownValidationCharacters: Int
  /// What nothing is chosen on; of fewer than two symbols it is not read.
  package var test: EncodedText?

  /// - Parameters:
  ///   - model: where training starts; it is not changed.
  ///   - training: in the model's vocabulary.
  ///   - validation: likewise; what has fewer than two symbols is not used.
  ///   - device: where it is trained; `options.threads` of this machine's processors if nil.
  /// - Throws: `TrainingError` for options out of range and for a corpus too short.
  public convenience init(
    _ model: Network, training: EncodedText, validation: EncodedText?,
    options: TrainingOptions, device: Device? = nil
  ) throws(TrainingError) {
    try self.init(
      model, training: training, validation: validation, options: options,
      corpus: CorpusIdentity(of: training), device: device)
  }

  /// - Parameter corpus: what the parts are of.
  package init(
    _ model: Network, training: EncodedText, validation: EncodedText?, options: TrainingOptions,
    corpus: CorpusIdentity, device: Device?
  ) throws(TrainingError) {
    try options.validate()
    let device = device ?? .cpu(threads: options.threads)
    var options = options
    options.precision = options.precision ?? device.precision(for: .training)
    try Distillation.checkMemory(options, of: training)
    task = try LanguageModelTask(
      model.copy(), training: training,
      validation: validation.flatMap { $0.count > 1 ? $0 : nil }, options: options,
      corpus: corpus, device: device)
    unknownValidationCharacters = validation?.unknownCount ?? 0
    loop = TrainingLoop(task, options: options.optimization)
    task.optimization.ready(step: 0)
    task.startEpoch(progress)
  }

  /// Goes on from where a run was saved, as if it had never stopped.
  ///
  /// - Parameter acceptsChangedCorpus: whether to go on with another text than the one it was
  ///   saved with: the epoch then begins anew, and the best loss of the other text is forgotten.
  /// - Throws: `TrainingError.corpusChanged`, and `.cannotResume` for a point that is not of this
  ///   corpus; `CorpusError`.
  package convenience init(
    resuming point: ResumePoint, path: String, corpus: Corpus, acceptsChangedCorpus: Bool = false,
    device: Device? = nil
  ) throws {
    let (parts, isSame) = try point.parts(
      of: corpus, path: path, acceptsChangedCorpus: acceptsChangedCorpus)
    try self.init(
      point.weights.model, training: parts.training, validation: parts.validation,
      options: point.options, corpus: parts.identity, device: device)
    test = parts.test
    task.optimization.restore(point.weights, step: point.progress.step)
    task.setup = point.setup
    var progress = point.progress
    guard progress.isPlausible, progress.epoch <= options.epochs else {
      throw TrainingError.cannotResume(
        path: path, reason: "its place in the run is none there can be; it is damaged")
    }
    if isSame {
      guard point.states.count == task.lanes, progress.chunk < task.stepsPerEpoch else {
        throw TrainingError.cannotResume(
          path: path, reason: "its lanes are not those of the corpus; it is damaged")
      }
      task.start(progress, states: point.states)
    } else {
      progress.chunk = 0
      progress.bestLoss = nil
      progress.validationsWithoutBest = 0
      task.startEpoch(progress)
    }
    loop = TrainingLoop(task, options: options.optimization, from: progress)
    task.optimization.ready(step: progress.step)
  }

  public var options: TrainingOptions { task.options }
  public var device: Device { task.device }
  package var corpus: CorpusIdentity { task.corpus }
  /// What is trained and validated on.
  package var text: Corpus { task.training.corpus }
  package var optimization: OptimizationStep { task.optimization }
  /// Saved with the run.
  package var setup: RunSetup? {
    get { task.setup }
    set { task.setup = newValue }
  }
  public var vocabulary: Vocabulary { task.training.vocabulary }
  public var progress: TrainingProgress { loop.progress }

  /// A copy of the averaged weights as they are now.
  public var averagedModel: Network { task.optimization.averagedModel }

  /// The network's shape.
  public var configuration: ModelConfiguration { task.optimization.model.configuration }

  public var plan: TrainingPlan {
    TrainingPlan(
      parameters: task.optimization.model.layout.parameterCount, lanes: task.lanes,
      sequenceLength: task.lanePlan.sequenceLength, shrank: task.lanePlan.shrank,
      trainingCharacters: task.training.count, validationCharacters: task.validation?.count ?? 0,
      testCharacters: test?.count ?? 0, unknownTrainingCharacters: task.training.unknownCount,
      unknownValidationCharacters: unknownValidationCharacters,
      stepsPerEpoch: task.stepsPerEpoch, totalSteps: loop.totalSteps, doneSteps: progress.step,
      division: task.workers)
  }

  /// Trains until all steps are done or patience is exhausted.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints and metrics go; nowhere if nil, and then nothing is tested.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`, `FileError`; what `report` throws.
  public func run(
    in folder: RunFolder? = nil, report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    try run(in: folder, stops: { false }, report: report)
  }

  /// Trains until all steps are done, patience is exhausted or `stops` says so.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints and metrics go; nowhere if nil, and then nothing is tested.
  ///   - stops: asked after each step, and while the part to test on is read.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`, `FileError`; what `report` throws.
  public func run(
    in folder: RunFolder? = nil, stops: () -> Bool,
    report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    if options.teachers > 0, progress.step < loop.totalSteps {
      // What a resume finds, should it stop while they are trained.
      if progress.step == 0 { try folder?.save(resumePoint) }
      let distillation = Distillation(
        options: options, training: task.training, validation: task.validation,
        corpus: task.corpus, device: task.device)
      let clock = ContinuousClock()
      let start = clock.now
      // Of the teachers before this process, which may have been killed before the student was saved.
      var earlier = 0.0
      let lesson = try distillation.lesson(
        in: folder, earlier: &earlier, stops: stops, report: report)
      loop.setElapsed(
        max(progress.elapsedSeconds, earlier) + (clock.now - start) / .seconds(1))
      guard let lesson else {
        if progress.step == 0 { try folder?.save(resumePoint) }
        return .interrupted
      }
      task.take(lesson, progress)
      try report(.taught)
    }
    let outcome = try loop.run(in: folder, stops: stops) { event in
      switch event {
      case .began:
        if progress.step < loop.totalSteps { try folder?.append(beganLine(folder?.invocation)) }
        try report(.began(plan))
      case .step(let step): try report(.step(step))
      case .validation(let validation): try report(.validation(validation))
      case .saved(let step): try report(.saved(step: step))
      }
    }
    guard outcome != .interrupted, let folder else { return outcome }
    do {
      if let result = try testBest(in: folder, stops: stops) { try report(.test(result)) }
    } catch is Stopped {
      return .interrupted
    }
    return outcome
  }

  private struct Stopped: Error {}

  /// Has the best model of the run read the part to test on, as one stream, and keeps what came of it.
  ///
  /// - Returns: nil where there is no such part, or the model has read it before.
  /// - Throws: `Stopped`; `CheckpointError`, `FileError`, `TrainingError`.
  private func testBest(in folder: RunFolder, stops: () -> Bool) throws -> TestReport? {
    guard let test, test.count > 1 else { return nil }
    var best = try TrainedModel(contentsOf: folder.bestPath)
    guard best.vocabulary == vocabulary, best.summary?.testLoss == nil else { return nil }
    let score: TextScore
    do {
      var read = 0
      score = try TextScorer(best.model, device: device).score(test) { _, _ in
        read += 1
        if read % 1024 == 0, stops() { throw Stopped() }
      }
    } catch let error as ScoringError {
      throw TrainingError.deviceFailed(step: progress.step, reason: error.description)
    }
    let report = TestReport(
      step: progress.step, characters: score.characters, unknownCharacters: test.unknownCount,
      testLoss: score.natsPerCharacter)
    try folder.append(TestLine(report))
    best.summary?.testLoss = report.testLoss
    try folder.save(best: best, halfSize: options.savesHalfSize)
    return report
  }

  private func beganLine(_ invocation: Invocation?) -> BeganLine {
    var line = BeganLine(
      step: progress.step, of: loop.totalSteps, options.optimization, task.optimization.model,
      vocabulary, choices: vocabulary.count, division: task.workers, on: device, as: invocation)
    line.training_characters = task.training.count
    line.validation_characters = task.validation?.count ?? 0
    line.test_characters = test?.count
    return line
  }

  /// All that it takes to go on from here.
  package var resumePoint: ResumePoint { task.resumePoint(progress) }
}
