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

  let training: EncodedText
  let validation: EncodedText?
  private let unknownValidationCharacters: Int
  let lanePlan: LanePlan
  /// Those of the text, and as many again where teachers write too.
  private let lanes: Int
  private let model: Network
  private let optimizer: AdamW
  private let weights: PackedWeights
  let team: WorkerTeam
  let workers: [TrainingWorker]
  private let scorer: TextScorer?
  private let corpus: CorpusIdentity

  /// - Parameters:
  ///   - model: where training starts; it is not changed.
  ///   - training: in the model's vocabulary.
  ///   - validation: likewise; what has fewer than two symbols is not used.
  /// - Throws: `TrainingError` for options out of range and for a corpus too short.
  public init(
    _ model: Network, training: EncodedText, validation: EncodedText?,
    options: TrainingOptions
  ) throws(TrainingError) {
    try options.validate()
    try Self.checkMemory(options, of: training)
    let texts = options.teacherText > 0 ? 2 : 1
    guard
      let plan = LanePlan.fitting(
        count: training.count, lanes: max(1, options.lanes / texts),
        sequenceLength: options.sequenceLength)
    else { throw .corpusTooShort(characters: training.count) }
    let lanes = texts * plan.lanes
    let model = model.copy()
    let vocabulary = training.vocabulary
    unknownValidationCharacters = validation?.unknownCount ?? 0
    let validation = validation.flatMap { $0.count > 1 ? $0 : nil }
    self.options = options
    self.training = training
    self.validation = validation
    self.vocabulary = vocabulary
    self.model = model
    lanePlan = plan
    self.lanes = lanes
    // Now, not when it is first saved: nothing has to be read for it that was not read just now,
    // and a text that changes while it is trained on is noticed.
    corpus = CorpusIdentity(of: training.corpus, trainingBytes: training.byteRange.count)

    var adamW = AdamW.Options()
    adamW.weightDecay = options.weightDecay
    adamW.clipNorm = options.clipNorm
    adamW.averageDecay = options.averageDecay
    let optimizer = AdamW(model, options: adamW)
    self.optimizer = optimizer

    let count = min(options.threads, lanes)
    let team = WorkerTeam(count: count)
    self.team = team
    let weights = PackedWeights(
      model,
      for: .init(
        precision: options.precision, lanes: (lanes + count - 1) / count, training: true,
        inputTable: options.dropout.embedding == 0
          && vocabulary.count <= lanes * plan.sequenceLength,
        weightDrop: options.weightDrop))
    self.weights = weights
    workers = (0..<count).map { worker in
      TrainingWorker(
        weights, text: training, plan: plan,
        lanes: lanes * worker / count..<lanes * (worker + 1) / count,
        dropout: options.dropout, parameterCount: model.layout.count)
    }
    scorer =
      validation.map { validation in
        TextScorer(
          model.replacing(parameters: optimizer.average), precision: options.precision,
          lanes: Self.validationLanes(validation.count), team: team)
      }
    packWeights()
    startEpoch()
  }

  /// Goes on from where a run was saved, as if it had never stopped.
  ///
  /// - Parameter acceptsChangedCorpus: whether to go on with another text than the one it was
  ///   saved with: the epoch then begins anew, and the best loss of the other text is forgotten.
  /// - Throws: `TrainingError.corpusChanged`, and `.cannotResume` for a point that is not of this
  ///   corpus; `CorpusError`.
  package convenience init(
    resuming point: ResumePoint, path: String, corpus: Corpus, acceptsChangedCorpus: Bool = false
  ) throws {
    func parts(trainingBytes: Int) throws(CorpusError) -> (EncodedText, EncodedText) {
      (
        try EncodedText(corpus, byteRange: 0..<trainingBytes, vocabulary: point.vocabulary),
        try EncodedText(
          corpus, byteRange: trainingBytes..<corpus.byteCount, vocabulary: point.vocabulary)
      )
    }
    // First, as reading them gives the hash of the same text too.
    let sameParts =
      corpus.byteCount == point.corpus.bytes
      ? try? parts(trainingBytes: point.corpus.trainingBytes) : nil
    let isSame = point.corpus.isSameText(as: corpus)
    guard isSame || acceptsChangedCorpus else {
      throw TrainingError.corpusChanged(
        path: path,
        reason: corpus.byteCount == point.corpus.bytes
          ? "the corpus is not the one the run began with, though it has as many bytes"
          : "the corpus has \(corpus.byteCount) bytes, the run began with \(point.corpus.bytes)")
    }
    let (training, validation) =
      if isSame, let sameParts {
        sameParts
      } else {
        // Another text is cut in the same proportion.
        try parts(
          trainingBytes: Split(
            corpus: corpus, validationFraction: point.corpus.validationFraction
          ).training.count)
      }
    try self.init(
      point.model, training: training, validation: validation, options: point.options)
    for (mine, saved) in [
      (optimizer.first, point.first), (optimizer.second, point.second),
      (optimizer.average, point.average),
    ] {
      mine.pointer.update(from: saved.pointer, count: mine.count)
    }
    progress = point.progress
    guard progress.isPlausible, progress.epoch <= options.epochs else {
      throw TrainingError.cannotResume(
        path: path, reason: "its place in the run is none there can be; it is damaged")
    }
    packWeights()
    guard isSame else {
      progress.chunk = 0
      progress.bestLoss = nil
      progress.validationsWithoutBest = 0
      startEpoch()
      return
    }
    guard point.states.count == lanes, progress.chunk < lanePlan.chunksPerEpoch else {
      throw TrainingError.cannotResume(
        path: path, reason: "its lanes are not those of the corpus; it is damaged")
    }
    start(states: point.states)
  }

  /// Lanes to validate in: a long part is cut, each piece warmed up on what comes before it.
  static func validationLanes(_ count: Int) -> Int {
    max(1, min(64, count / 2048))
  }

  /// A copy of the averaged weights as they are now.
  public var averagedModel: Network {
    model.replacing(parameters: optimizer.average).copy()
  }

  /// The network's shape.
  public var configuration: ModelConfiguration { model.configuration }

  public var plan: TrainingPlan {
    TrainingPlan(
      parameters: model.layout.parameterCount, lanes: lanes,
      sequenceLength: lanePlan.sequenceLength, shrank: lanePlan.shrank,
      trainingCharacters: training.count, validationCharacters: validation?.count ?? 0,
      unknownTrainingCharacters: training.unknownCount,
      unknownValidationCharacters: unknownValidationCharacters,
      stepsPerEpoch: lanePlan.chunksPerEpoch, totalSteps: totalSteps, doneSteps: progress.step,
      workers: workers.count)
  }

  private var totalSteps: Int {
    // Those before this epoch were as many a pass, unless the corpus has changed since.
    let earlier = progress.step - progress.chunk
    let all = earlier + (options.epochs - progress.epoch) * lanePlan.chunksPerEpoch
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

    if options.teachers > 0, progress.step < totalSteps {
      // What a resume finds, should it stop while they are trained.
      if progress.step == 0 { try folder?.save(resumePoint) }
      let isTaught = try learnFromTeachers(in: folder, stops: stops, report: report)
      guard isTaught else { return .interrupted }
    }
    if progress.step > 0 { try folder?.dropMetrics(after: progress.step) }
    try tell(.began(plan))
    if isPatienceExhausted { return .patienceExhausted }
    let charactersPerStep = lanes * lanePlan.sequenceLength
    let totalSteps = totalSteps
    var interval = ReportInterval(began: clock.now)
    var lastSaved = clock.now
    while progress.step < totalSteps {
      let epoch = progress.epoch + 1
      let rate = learningRate(step: progress.step)
      let (loss, norm) = try step()
      interval.add(loss: loss)
      progress.elapsedSeconds = elapsed()

      let isLast = progress.step == totalSteps
      if progress.step % options.reportEvery == 0 || isLast {
        let seconds = (clock.now - interval.began - interval.paused).seconds
        let report = StepReport(
          epoch: epoch, step: progress.step,
          characters: progress.step * charactersPerStep, trainLoss: interval.meanLoss,
          learningRate: rate, gradientNorm: norm,
          charactersPerSecond: Double(interval.steps * charactersPerStep) / max(seconds, 1e-9),
          elapsedSeconds: progress.elapsedSeconds)
        interval = ReportInterval(began: clock.now)
        try tell(.step(report))
      }

      let pauseBegan = clock.now
      let epochEnded = progress.chunk == 0
      let validates =
        epochEnded || isLast || options.validateEvery.map { progress.step % $0 == 0 } ?? false
      if validates { try validate(epoch: epoch, folder: folder, tell: tell) }
      let stopped = stops()
      let saves =
        validates || stopped || options.saveEvery.map { progress.step % $0 == 0 } ?? false
        || options.saveMinutes.map { (clock.now - lastSaved).seconds >= $0 * 60 } ?? false
      if saves, let folder {
        progress.elapsedSeconds = elapsed()
        try save(in: folder)
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

  /// One optimizer step: a chunk of every lane. Returns the mean loss and the gradient's norm.
  private func step() throws(TrainingError) -> (loss: Double, norm: Double) {
    let workers = workers
    let count = workers.count
    let step = progress.step
    let seed = options.seed
    let characters = lanes * lanePlan.sequenceLength
    team.run { worker in
      workers[worker].train(
        scale: 1 / Float(characters),
        masks: { lane in
          Xoshiro256(seed: seed, stream: [RandomStream.dropout, UInt64(step), UInt64(lane)])
        })
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
      throw diverged(step: step + 1)
    }
    team.run { [optimizer, model] worker in
      optimizer.update(
        model.parameters, gradient: gradients[0], norm: norm, learningRate: rate, step: step + 1,
        worker: worker, workers: count)
    }
    progress.step += 1
    packWeights()
    progress.chunk += 1
    if progress.chunk == lanePlan.chunksPerEpoch {
      progress.epoch += 1
      progress.chunk = 0
      startEpoch()
    }
    return (loss, norm)
  }

  /// Packs the weights for the next step, without what it drops of them.
  private func packWeights() {
    weights.pack(
      on: team,
      dropping: Xoshiro256(
        seed: options.seed, stream: [RandomStream.weightDrop, UInt64(progress.step)]))
  }

  private func learningRate(step: Int) -> Float {
    options.learningRate
      * options.schedule.factor(step: step, warmup: options.warmupSteps, total: totalSteps)
  }

  private func diverged(step: Int) -> TrainingError {
    .diverged(step: step, learningRate: learningRate(step: step - 1))
  }

  /// Puts every lane at its place of the epoch, with no memory of the one before.
  private func startEpoch() {
    let none = RecurrentState(model.configuration)
    start(states: Array(repeating: none, count: lanes))
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
    epoch: Int, folder: RunFolder?, tell: (TrainingEvent) throws -> Void
  ) throws {
    guard let scorer, let validation else {
      // With nothing to validate on, the latest is the best there is.
      try folder?.save(best: trained(validationLoss: nil), halfSize: options.savesHalfSize)
      return
    }
    scorer.update()
    let score = scorer.score(validation)
    guard score.natsPerCharacter.isFinite else { throw diverged(step: progress.step) }
    let isBest = progress.bestLoss.map { score.natsPerCharacter < $0 } ?? true
    if isBest {
      try folder?.save(
        best: trained(validationLoss: score.natsPerCharacter), halfSize: options.savesHalfSize)
      // It is the best once it is on the disk.
      progress.bestLoss = score.natsPerCharacter
      progress.validationsWithoutBest = 0
    } else {
      progress.validationsWithoutBest += 1
    }
    try tell(
      .validation(
        ValidationReport(
          epoch: epoch, step: progress.step, validationLoss: score.natsPerCharacter,
          bitsPerCharacter: score.bitsPerCharacter,
          bestValidationLoss: progress.bestLoss ?? score.natsPerCharacter, isBest: isBest)))
  }

  private func trained(validationLoss: Double?) -> TrainedModel {
    TrainedModel(
      model: averagedModel, vocabulary: vocabulary,
      summary: TrainingSummary(
        corpus: corpusNames, trainingCharacters: training.count,
        epochs: Double(progress.step) / Double(lanePlan.chunksPerEpoch), steps: progress.step,
        validationLoss: validationLoss, options: options.summary))
  }

  /// The names of the corpus's files; of very many, the first.
  private var corpusNames: [String] {
    let names = training.corpus.files.map(\.name)
    let limit = 100
    return names.count <= limit
      ? names : names.prefix(limit) + ["and \(names.count - limit) more"]
  }

  private func save(in folder: RunFolder) throws {
    // The step that made the weights so had a finite loss, so nothing has noticed yet.
    let point = resumePoint
    guard point.isFinite else { throw diverged(step: progress.step) }
    try folder.save(last: trained(validationLoss: nil), halfSize: options.savesHalfSize)
    try folder.save(point)
  }

  /// All that it takes to go on from here.
  package var resumePoint: ResumePoint {
    ResumePoint(
      options: options, progress: progress, corpus: corpus, vocabulary: vocabulary, model: model,
      first: optimizer.first, second: optimizer.second, average: optimizer.average,
      states: workers.flatMap { $0.states(model.configuration) },
      instructionSet: InstructionSet.current)
  }
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
