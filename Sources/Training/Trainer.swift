import Checkpoints
import Generation
import Recurrent
import Text

/// Trains a language model by truncated backpropagation through time.
///
/// Each worker thread has its own lanes of the corpus. Workers meet once a chunk to add gradients,
/// so that nothing waits inside the time loop, and the result depends on the number of threads but
/// not on their timing. Not for several threads at a time.
public final class Trainer {
  public let options: TrainingOptions
  public let vocabulary: Vocabulary
  public private(set) var progress = TrainingProgress()

  private let training: EncodedText
  private let validation: EncodedText?
  private let lanePlan: LanePlan
  private let model: LanguageModel
  private let optimizer: AdamW
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let workers: [TrainingWorker]
  private let scorer: TextScorer?

  /// - Parameters:
  ///   - model: where training starts; it is not changed.
  ///   - training: in the model's vocabulary.
  ///   - validation: likewise; what has fewer than two symbols is not used.
  /// - Throws: `TrainingError` for options out of range and for a corpus too short.
  public init(
    _ model: LanguageModel, training: EncodedText, validation: EncodedText?,
    options: TrainingOptions
  ) throws(TrainingError) {
    try options.validate()
    guard
      let plan = LanePlan.fitting(
        count: training.count, lanes: options.lanes, sequenceLength: options.sequenceLength)
    else { throw .corpusTooShort(characters: training.count) }
    let model = model.copy()
    let vocabulary = training.vocabulary
    let validation = validation.flatMap { $0.count > 1 ? $0 : nil }
    self.options = options
    self.training = training
    self.validation = validation
    self.vocabulary = vocabulary
    self.model = model
    lanePlan = plan

    var adamW = AdamW.Options()
    adamW.weightDecay = options.weightDecay
    adamW.clipNorm = options.clipNorm
    adamW.averageDecay = options.averageDecay
    let optimizer = AdamW(model, options: adamW)
    self.optimizer = optimizer

    let count = min(options.threads, plan.lanes)
    let team = WorkerTeam(count: count)
    self.team = team
    let weights = PackedWeights(
      model,
      for: .init(
        precision: options.precision, lanes: (plan.lanes + count - 1) / count, training: true,
        inputTable: options.dropout.embedding == 0
          && vocabulary.count <= plan.lanes * plan.sequenceLength))
    self.weights = weights
    workers = (0..<count).map { worker in
      TrainingWorker(
        weights, text: training, plan: plan,
        lanes: plan.lanes * worker / count..<plan.lanes * (worker + 1) / count,
        dropout: options.dropout, parameterCount: model.layout.count)
    }
    scorer =
      validation.map { validation in
        TextScorer(
          model.replacing(parameters: optimizer.average), precision: options.precision,
          lanes: Self.validationLanes(validation.count), team: team)
      }
    startEpoch()
  }

  /// Goes on from where a run was saved, as if it had never stopped.
  ///
  /// - Throws: `TrainingError.cannotResume` where the point is not of this corpus; `CorpusError`.
  package convenience init(resuming point: ResumePoint, path: String, corpus: Corpus) throws {
    guard corpus.byteCount == point.corpusBytes else {
      throw TrainingError.cannotResume(
        path: path,
        reason: "the corpus has \(corpus.byteCount) bytes, the run began with "
          + "\(point.corpusBytes); give the same corpus")
    }
    guard point.options.precision == .float32 || Precision.native == point.options.precision else {
      throw TrainingError.cannotResume(
        path: path, reason: "the run is in \(point.options.precision), which this CPU cannot")
    }
    try self.init(
      point.model,
      training: EncodedText(
        corpus, byteRange: 0..<point.trainingBytes, vocabulary: point.vocabulary),
      validation: EncodedText(
        corpus, byteRange: point.trainingBytes..<corpus.byteCount, vocabulary: point.vocabulary),
      options: point.options)
    guard point.states.count == lanePlan.lanes else {
      throw TrainingError.cannotResume(
        path: path,
        reason: "it has the states of \(point.states.count) lanes, the corpus gives "
          + "\(lanePlan.lanes); give the same corpus")
    }
    guard point.progress.isValid(chunksPerEpoch: lanePlan.chunksPerEpoch) else {
      throw TrainingError.cannotResume(
        path: path, reason: "its place in the corpus is beyond the end; it is damaged")
    }
    for (mine, saved) in [
      (optimizer.first, point.first), (optimizer.second, point.second),
      (optimizer.average, point.average),
    ] {
      mine.pointer.update(from: saved.pointer, count: mine.count)
    }
    progress = point.progress
    start(states: point.states)
  }

  /// Lanes to validate in: a long part is cut, each piece warmed up on what comes before it.
  private static func validationLanes(_ count: Int) -> Int {
    max(1, min(64, count / 2048))
  }

  /// A copy of the averaged weights as they are now.
  public var averagedModel: LanguageModel {
    model.replacing(parameters: optimizer.average).copy()
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      parameters: model.layout.parameterCount, lanes: lanePlan.lanes,
      sequenceLength: lanePlan.sequenceLength, shrank: lanePlan.shrank,
      trainingCharacters: training.count, validationCharacters: validation?.count ?? 0,
      unknownValidationCharacters: validation?.unknownCount ?? 0,
      stepsPerEpoch: lanePlan.chunksPerEpoch, totalSteps: totalSteps, doneSteps: progress.step,
      workers: workers.count)
  }

  private var totalSteps: Int {
    let all = options.epochs * lanePlan.chunksPerEpoch
    return min(options.maxSteps ?? all, all)
  }

  // MARK: - The run

  /// Trains until all steps are done, patience is exhausted or `stops` says so.
  ///
  /// - Parameters:
  ///   - folder: where checkpoints and metrics go; nowhere if nil.
  ///   - stops: asked after each step.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`; what `report` throws.
  public func run(
    in folder: RunFolder? = nil, stops: () -> Bool = { false },
    report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    let earlier = progress.elapsedSeconds
    func elapsed() -> Double { earlier + (clock.now - start).seconds }
    func tell(_ event: TrainingEvent) throws {
      try folder?.append(event)
      try report(event)
    }

    try tell(.began(plan))
    let charactersPerStep = lanePlan.lanes * lanePlan.sequenceLength
    var interval = ReportInterval(began: clock.now)
    while progress.step < totalSteps {
      let (loss, norm) = try step()
      interval.add(loss: loss)
      progress.elapsedSeconds = elapsed()

      if progress.step % options.reportEvery == 0 || progress.step == totalSteps {
        let report = StepReport(
          epoch: progress.epoch + 1, step: progress.step,
          characters: progress.step * charactersPerStep, trainLoss: interval.meanLoss,
          learningRate: learningRate(step: progress.step - 1), gradientNorm: norm,
          charactersPerSecond: Double(interval.steps * charactersPerStep)
            / (clock.now - interval.began - interval.paused).seconds,
          elapsedSeconds: progress.elapsedSeconds)
        interval = ReportInterval(began: clock.now)
        try tell(.step(report))
      }

      let pauseBegan = clock.now
      let epochEnds = progress.chunk == lanePlan.chunksPerEpoch
      let isLast = progress.step == totalSteps
      let validates =
        epochEnds || isLast || options.validateEvery.map { progress.step % $0 == 0 } ?? false
      if validates { try validate(folder: folder, tell: tell) }
      if epochEnds {
        progress.epoch += 1
        progress.chunk = 0
        startEpoch()
      }
      let stopped = stops()
      let saves =
        validates || stopped || options.saveEvery.map { progress.step % $0 == 0 } ?? false
      if saves, let folder {
        progress.elapsedSeconds = elapsed()
        try save(in: folder)
        try tell(.saved(step: progress.step))
      }
      interval.paused += clock.now - pauseBegan

      if let patience = options.patience, progress.validationsWithoutBest >= patience {
        return .patienceExhausted
      }
      if stopped && !isLast { return .interrupted }
    }
    return .completed
  }

  /// One optimizer step: a chunk of every lane. Returns the mean loss and the gradient's norm.
  private func step() throws(TrainingError) -> (loss: Double, norm: Double) {
    let workers = workers
    let count = workers.count
    let step = progress.step
    let seed = options.seed
    let characters = lanePlan.lanes * lanePlan.sequenceLength
    team.run { worker in
      workers[worker].train(scale: 1 / Float(characters)) { lane in
        Xoshiro256(seed: seed, stream: [RandomStream.dropout, UInt64(step), UInt64(lane)])
      }
    }
    let gradients = workers.map(\.gradients)
    let squares = PerWorker(repeating: 0.0, count: count)
    team.run { [optimizer] worker in
      squares[worker] = optimizer.reduce(gradients, worker: worker, workers: count)
    }
    let loss = workers.reduce(0) { $0 + $1.loss } / Double(characters)
    let norm = squares.values.reduce(0, +).squareRoot()
    let rate = learningRate(step: step)
    guard loss.isFinite && norm.isFinite else {
      throw .diverged(step: step + 1, learningRate: rate)
    }
    team.run { [optimizer, model] worker in
      optimizer.update(
        model.parameters, gradient: gradients[0], norm: norm, learningRate: rate, step: step + 1,
        worker: worker, workers: count)
    }
    team.run { [weights] worker in weights.packShare(of: worker, workers: count) }
    progress.step += 1
    progress.chunk += 1
    return (loss, norm)
  }

  private func learningRate(step: Int) -> Float {
    options.learningRate
      * options.schedule.factor(step: step, warmup: options.warmupSteps, total: totalSteps)
  }

  /// Puts every lane at its place of the epoch, with no memory of the one before.
  private func startEpoch() {
    let none = RecurrentState(model.configuration)
    start(states: Array(repeating: none, count: lanePlan.lanes))
  }

  private func start(states: [RecurrentState]) {
    var generator = Xoshiro256(
      seed: options.seed, stream: [RandomStream.epoch, UInt64(progress.epoch)])
    let offset = Int.random(in: 0..<training.count, using: &generator)
    for worker in workers {
      worker.start(offset: offset, chunk: progress.chunk, states: states[worker.lanes])
    }
  }

  // MARK: - Validation and saving

  private func validate(
    folder: RunFolder?, tell: (TrainingEvent) throws -> Void
  ) throws {
    guard let scorer, let validation else {
      // With nothing to validate on, the latest is the best there is.
      try folder?.save(best: trained(validationLoss: nil), halfSize: options.savesHalfSize)
      return
    }
    scorer.update()
    let score = scorer.score(validation)
    guard score.nats.isFinite else {
      throw TrainingError.diverged(
        step: progress.step, learningRate: learningRate(step: progress.step - 1))
    }
    let isBest = progress.bestLoss.map { score.natsPerCharacter < $0 } ?? true
    if isBest {
      progress.bestLoss = score.natsPerCharacter
      progress.validationsWithoutBest = 0
      try folder?.save(
        best: trained(validationLoss: score.natsPerCharacter), halfSize: options.savesHalfSize)
    } else {
      progress.validationsWithoutBest += 1
    }
    try tell(
      .validation(
        ValidationReport(
          epoch: progress.epoch + 1, step: progress.step, validationLoss: score.natsPerCharacter,
          bitsPerCharacter: score.bitsPerCharacter,
          bestValidationLoss: progress.bestLoss ?? score.natsPerCharacter, isBest: isBest)))
  }

  private func trained(validationLoss: Double?) -> TrainedModel {
    TrainedModel(
      model: averagedModel, vocabulary: vocabulary,
      summary: TrainingSummary(
        corpus: training.corpus.files.map(\.name), trainingCharacters: training.count,
        epochs: Double(progress.step) / Double(lanePlan.chunksPerEpoch), steps: progress.step,
        validationLoss: validationLoss, options: options.summary))
  }

  private func save(in folder: RunFolder) throws(CheckpointError) {
    try folder.save(last: trained(validationLoss: nil), halfSize: options.savesHalfSize)
    try folder.save(
      ResumePoint(
        options: options, progress: progress, corpusBytes: training.corpus.byteCount,
        trainingBytes: training.byteRange.count,
        vocabulary: vocabulary, model: model, first: optimizer.first, second: optimizer.second,
        average: optimizer.average,
        states: workers.flatMap { $0.states(model.configuration) }))
  }
}

/// What random numbers are for: the first part of a generator's path.
private enum RandomStream {
  static let dropout: UInt64 = 0xD20
  static let epoch: UInt64 = 0xE90
}

/// A value that each worker writes for itself.
private final class PerWorker<Value: Sendable>: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Value>

  init(repeating value: Value, count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: value)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  subscript(worker: Int) -> Value {
    get { storage[worker] }
    set { storage[worker] = newValue }
  }

  var values: [Value] { Array(storage) }
}

/// What has happened since the last report.
private struct ReportInterval {
  let began: ContinuousClock.Instant
  var paused = Duration.zero
  private(set) var steps = 0
  private var totalLoss = 0.0

  init(began: ContinuousClock.Instant) {
    self.began = began
  }

  mutating func add(loss: Double) {
    steps += 1
    totalLoss += loss
  }

  var meanLoss: Double { totalLoss / Double(steps) }
}

extension Duration {
  fileprivate var seconds: Double { self / .seconds(1) }
}
