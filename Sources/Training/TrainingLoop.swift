import Recurrent

/// The loop of every training: steps, reports, validation, patience, saving and stopping.
///
/// Not for several threads at a time.
package final class TrainingLoop<Task: TrainingTask> {
  package let task: Task
  package private(set) var progress: TrainingProgress
  private let options: OptimizationOptions

  /// What a loop tells of its work.
  package enum Event {
    /// Steps come next.
    case began
    case step(StepReport)
    case validation(ValidationReport)
    /// Files were written after this step.
    case saved(step: Int)
  }

  package init(
    _ task: Task, options: OptimizationOptions, from progress: TrainingProgress = .init()
  ) {
    self.task = task
    self.options = options
    self.progress = progress
  }

  /// Counts what was done before the steps to come.
  package func setElapsed(_ seconds: Double) { progress.elapsedSeconds = seconds }

  package var totalSteps: Int {
    // Those before this epoch were as many a pass, unless the corpus has changed since.
    let earlier = progress.step - progress.chunk
    let all = earlier + (options.epochs - progress.epoch) * task.stepsPerEpoch
    return min(options.maxSteps ?? all, all)
  }

  /// Trains until all steps are done, patience is exhausted or `stops` says so.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints and metrics go; nowhere if nil.
  ///   - stops: asked after each step.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`, `FileError`; what `report` throws.
  package func run(
    in folder: RunFolder?, stops: () -> Bool, report: (Event) throws -> Void
  ) throws -> TrainingOutcome {
    do {
      return try train(in: folder, stops: stops, report: report)
    } catch TrainingError.deviceFailed(let step, let reason) {
      // The weights are as the last step has left them.
      if let folder { _ = try task.save(progress, in: folder) }
      if stops() { return .interrupted }
      let error = TrainingError.deviceFailed(step: step, reason: reason)
      try? folder?.append(FailedLine(step: progress.step, reason: error.description))
      throw TrainingError.deviceFailed(step: step, reason: reason)
    } catch let error as TrainingError {
      try? folder?.append(FailedLine(step: progress.step, reason: error.description))
      throw error
    }
  }

  private func train(
    in folder: RunFolder?, stops: () -> Bool, report: (Event) throws -> Void
  ) throws -> TrainingOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    let earlier = progress.elapsedSeconds
    func elapsed() -> Double { earlier + (clock.now - start).seconds }
    func tell(_ event: Event) throws {
      try folder?.append(event)
      try report(event)
    }

    try folder?.dropMetrics(after: progress.step)
    try tell(.began)
    let totalSteps = totalSteps
    if progress.owesValidation == true {
      // The rate is that of an error message, if it comes to one.
      let report = try validateLastStep(rate: learningRate(totalSteps: totalSteps), in: folder)
      if let report { try tell(.validation(report)) }
      if let folder, try task.save(progress, in: folder) { try tell(.saved(step: progress.step)) }
    }
    if isPatienceExhausted { return .patienceExhausted }
    var interval = ReportInterval(began: clock.now)
    var lastSaved = clock.now
    while progress.step < totalSteps {
      let rate = learningRate(totalSteps: totalSteps)
      let (batch, norm) = try step(rate: rate)
      interval.add(batch)
      progress.elapsedSeconds = elapsed()

      let isLast = progress.step == totalSteps
      if progress.step % options.reportEvery == 0 || isLast {
        try tell(
          .step(
            interval.report(
              until: clock.now, epoch: lastEpoch, rate: rate, gradientNorm: norm, progress)))
        interval = ReportInterval(began: clock.now)
      }

      let pauseBegan = clock.now
      let epochEnded = progress.chunk == 0
      let validates =
        epochEnded || isLast || options.validateEvery.map { progress.step % $0 == 0 } ?? false
      if validates, let report = try validateLastStep(rate: rate, in: folder) {
        try tell(.validation(report))
      }
      let stopped = stops()
      let saves =
        validates || stopped || options.saveEvery.map { progress.step % $0 == 0 } ?? false
        || options.saveMinutes.map { (clock.now - lastSaved).seconds >= $0 * 60 } ?? false
      if saves, let folder {
        progress.elapsedSeconds = elapsed()
        // The step that made the weights so had a finite loss, so nothing has noticed yet.
        guard try task.save(progress, in: folder) else {
          throw TrainingError.diverged(step: progress.step, learningRate: rate)
        }
        lastSaved = clock.now
        try tell(.saved(step: progress.step))
      }
      interval.paused += clock.now - pauseBegan

      if isPatienceExhausted { return .patienceExhausted }
      if stopped && !isLast { return .interrupted }
    }
    return .completed
  }

  private var isPatienceExhausted: Bool {
    options.patience.map { progress.validationsWithoutBest >= $0 } ?? false
  }

  private func learningRate(totalSteps: Int) -> Float {
    options.learningRate
      * options.schedule.factor(
        step: progress.step, warmup: task.warmupSteps, total: totalSteps)
  }

  /// One optimizer step. Returns what it has read and the gradient's norm.
  private func step(rate: Float) throws(TrainingError) -> (BatchResult, norm: Double) {
    let batch = task.computeGradients(progress)
    let norm = try task.optimization(
      loss: batch.loss, rate: rate, rateFactors: task.rateFactors(progress), step: progress.step)
    // A file may say anything of the steps before.
    let earlier = progress.characters ?? progress.step &* batch.characters
    progress.characters = earlier &+ batch.characters
    progress.step += 1
    progress.chunk += 1
    if progress.chunk == task.stepsPerEpoch {
      progress.epoch += 1
      progress.chunk = 0
      task.startEpoch(progress)
    }
    return (batch, norm)
  }

  /// The epoch of the last step, from 1.
  private var lastEpoch: Int { progress.chunk == 0 ? progress.epoch : progress.epoch + 1 }

  /// Validates, and keeps the best. Where that fails, a state that is saved elsewhere tells it.
  private func validateLastStep(
    rate: Float, in folder: RunFolder?
  ) throws -> ValidationReport? {
    progress.owesValidation = true
    let report = try validate(rate: rate, in: folder)
    progress.owesValidation = nil
    return report
  }

  private func validate(rate: Float, in folder: RunFolder?) throws -> ValidationReport? {
    let validation = try task.validate(progress)
    // The step that made the weights so had a finite loss, so nothing has noticed yet.
    guard validation.map(\.loss.isFinite) ?? task.optimization.isAverageFinite else {
      throw TrainingError.diverged(step: progress.step, learningRate: rate)
    }
    guard let validation else {
      // With nothing to validate on, the latest is the best there is.
      try task.saveBest(nil, progress, in: folder)
      return nil
    }
    let isBest = progress.isBest(validation)
    if isBest {
      try task.saveBest(validation, progress, in: folder)
      // It is the best once it is on the disk.
      progress.bestLoss = validation.loss
      progress.bestAccuracy = validation.accuracy
      progress.validationsWithoutBest = 0
    } else {
      progress.validationsWithoutBest += 1
    }
    return ValidationReport(
      epoch: lastEpoch, step: progress.step, validationLoss: validation.loss,
      accuracy: validation.accuracy, macroF1: validation.macroF1, classF1: validation.classF1,
      bestValidationLoss: progress.bestLoss ?? validation.loss, isBest: isBest)
  }
}

/// What has happened since the last report.
private struct ReportInterval {
  private let began: ContinuousClock.Instant
  var paused = Duration.zero
  private var steps = 0
  private var totalLoss = 0.0
  private var characters = 0
  private var texts: Int?

  init(began: ContinuousClock.Instant) {
    self.began = began
  }

  mutating func add(_ batch: BatchResult) {
    steps += 1
    totalLoss += batch.loss
    characters += batch.characters
    texts = batch.texts.map { $0 + (texts ?? 0) }
  }

  func report(
    until now: ContinuousClock.Instant, epoch: Int, rate: Float, gradientNorm: Double,
    _ progress: TrainingProgress
  ) -> StepReport {
    let seconds = max((now - began - paused).seconds, 1e-9)
    return StepReport(
      epoch: epoch, step: progress.step, characters: progress.characters ?? 0,
      trainLoss: totalLoss / Double(steps), learningRate: rate, gradientNorm: gradientNorm,
      charactersPerSecond: Double(characters) / seconds,
      textsPerSecond: texts.map { Double($0) / seconds },
      elapsedSeconds: progress.elapsedSeconds)
  }
}

extension Duration {
  fileprivate var seconds: Double { self / .seconds(1) }
}
