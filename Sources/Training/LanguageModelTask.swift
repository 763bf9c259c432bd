import Checkpoints
import Generation
import Recurrent
import Text

/// Training of a language model by truncated backpropagation through time: lanes of the corpus, whose
/// states go on from chunk to chunk of an epoch.
final class LanguageModelTask: TrainingTask {
  /// With all that the device has chosen.
  let options: TrainingOptions
  let training: EncodedText
  let validation: EncodedText?
  let optimization: OptimizationStep
  let lanePlan: LanePlan
  /// Those of the text, and as many again where teachers write too.
  let lanes: Int
  let device: Device
  private let streams: any Streams
  private let parts: PerPart<TrainingLanes>
  private let scorer: TextScorer?
  let corpus: CorpusIdentity
  var setup: RunSetup?

  /// - Parameters:
  ///   - model: where training starts, which is trained.
  ///   - training: in the model's vocabulary.
  ///   - validation: likewise, at least two symbols.
  ///   - options: with a precision.
  ///   - corpus: what the parts are of, as it was when they were read: one that changes while it is
  ///     trained on is noticed.
  /// - Throws: `TrainingError.corpusTooShort`.
  init(
    _ model: Network, training: EncodedText, validation: EncodedText?, options: TrainingOptions,
    corpus: CorpusIdentity, device: Device
  ) throws(TrainingError) {
    let texts = options.teacherText > 0 ? 2 : 1
    guard
      let plan = LanePlan.fitting(
        count: training.count, lanes: max(1, options.lanes / texts),
        sequenceLength: options.sequenceLength)
    else { throw .corpusTooShort(characters: training.count) }
    let lanes = texts * plan.lanes
    self.training = training
    self.corpus = corpus
    self.validation = validation
    lanePlan = plan
    self.lanes = lanes
    self.device = device
    let precision = options.precision ?? device.precision(for: .training)
    streams = device.backend.streams(
      through: model,
      StreamUse(
        precision: precision, lanes: lanes, steps: plan.sequenceLength,
        training: .init(
          dropout: options.dropout, weightDrop: options.weightDrop,
          gradientPrecision: options.gradientPrecision ?? .float32,
          averageEvery: options.averageEvery ?? 1, blocks: options.laneBlocks,
          division: options.division)))
    var chosen = options
    chosen.laneBlocks = streams.division.blocks
    chosen.division = streams.division.within
    self.options = chosen
    parts = streams.perPart { TrainingLanes($0, text: training, plan: plan) }
    let optimization = OptimizationStep(
      model, on: streams, options: options.optimization,
      weightDropStream: RandomStream.weightDrop)
    self.optimization = optimization
    scorer = validation.map { validation in
      TextScorer(
        optimization.sharedAverage, precision: precision,
        lanes: Self.validationLanes(validation.count), device: device)
    }
  }

  /// Lanes to validate in: a long part is cut, each piece warmed up on what comes before it.
  static func validationLanes(_ count: Int) -> Int {
    max(1, min(64, count / 2048))
  }

  var stepsPerEpoch: Int { lanePlan.chunksPerEpoch }
  var warmupSteps: Int { options.warmupSteps }
  var workers: String { streams.workers }

  // MARK: - Batches

  /// Puts every lane at its place of the epoch, with no memory of the one before.
  func startEpoch(_ progress: TrainingProgress) {
    let none = RecurrentState(optimization.model.configuration)
    start(progress, states: Array(repeating: none, count: lanes))
  }

  /// Puts every lane at its place, with the state that it has there.
  func start(_ progress: TrainingProgress, states: [RecurrentState]) {
    var random = Xoshiro256(
      seed: options.seed, stream: [RandomStream.epoch, UInt64(progress.epoch)])
    let offset = Int.random(in: 0..<training.count, using: &random)
    streams.run(parts) { $0.start(offset: offset, chunk: progress.chunk, states: states) }
  }

  /// Has every target taught by the lesson too.
  func take(_ lesson: Lesson, _ progress: TrainingProgress) {
    let read = progress.epoch * lanePlan.chunksPerEpoch + progress.chunk
    streams.run(parts) { [lanePlan] lanes in
      lanes.softTargets = (lesson.targets, lesson.share)
      guard let text = lesson.text else { return }
      lanes.read(
        written: text,
        plan: LanePlan(
          lanes: lanePlan.lanes, sequenceLength: lanePlan.sequenceLength,
          laneLength: (text.count - 1) / lanePlan.lanes),
        from: read * lanePlan.sequenceLength % text.count)
    }
  }

  /// A chunk of every lane.
  func computeGradients(_ progress: TrainingProgress) -> BatchResult {
    let characters = lanes * lanePlan.sequenceLength
    let seed = options.seed
    streams.run(parts) { lanes in
      lanes.train(
        scale: 1 / Float(characters),
        masks: { lane in
          Xoshiro256(
            seed: seed, stream: [RandomStream.dropout, UInt64(progress.step), UInt64(lane)])
        })
    }
    return BatchResult(
      loss: parts.values.reduce(0) { $0 + $1.loss } / Double(characters), characters: characters)
  }

  func rateFactors(_ progress: TrainingProgress) -> [Float]? { nil }

  // MARK: - Validation and saving

  func validate(_ progress: TrainingProgress) throws(TrainingError) -> Validation? {
    guard let scorer, let validation else { return nil }
    scorer.update(to: optimization.sharedAverage)
    do {
      return Validation(loss: try scorer.score(validation).natsPerCharacter)
    } catch {
      throw .deviceFailed(step: progress.step, reason: error.description)
    }
  }

  func saveBest(
    _ validation: Validation?, _ progress: TrainingProgress, in folder: RunFolder?
  ) throws {
    try folder?.save(
      best: trained(progress, validationLoss: validation?.loss), halfSize: options.savesHalfSize)
  }

  func save(_ progress: TrainingProgress, in folder: RunFolder) throws -> Bool {
    let point = resumePoint(progress)
    guard point.isFinite else { return false }
    try folder.save(last: trained(progress, validationLoss: nil), halfSize: options.savesHalfSize)
    try folder.save(point)
    return true
  }

  private func trained(_ progress: TrainingProgress, validationLoss: Double?) -> TrainedModel {
    TrainedModel(
      model: optimization.averagedModel, vocabulary: training.vocabulary,
      summary: TrainingSummary(
        corpus: corpusNames, documentSeparator: documentSeparator,
        trainingCharacters: training.count,
        epochs: Double(progress.step) / Double(stepsPerEpoch), steps: progress.step,
        validationLoss: validationLoss, options: options.summary))
  }

  /// What a model tells of how its files were joined: nothing where there was one, unless something
  /// was asked for.
  private var documentSeparator: DocumentSeparator? {
    let corpus = training.corpus
    let isDefault = corpus.separator.isForOpenLines || corpus.separator == .none
    return corpus.documentCount > 1 || !isDefault ? corpus.separator : nil
  }

  /// The names of the corpus's files; of very many, the first.
  private var corpusNames: [String] {
    let names = training.corpus.files.map(\.name)
    let limit = 100
    return names.count <= limit
      ? names : names.prefix(limit) + ["and \(names.count - limit) more"]
  }

  /// Of each lane. Where others have failed in the middle of a step, theirs are lost and these are ahead
  /// of the weights: all begin anew.
  private var states: [RecurrentState] {
    let configuration = optimization.model.configuration
    let states = parts.values.flatMap { $0.states(configuration) }
    return device.backend.failure == nil
      ? states : Array(repeating: RecurrentState(configuration), count: lanes)
  }

  /// All that it takes to go on from here.
  func resumePoint(_ progress: TrainingProgress) -> ResumePoint {
    ResumePoint(
      options: options, progress: progress, corpus: corpus, vocabulary: training.vocabulary,
      weights: WeightsInTraining(optimization),
      states: states,
      arithmetic: device.backend.arithmetic, setup: setup)
  }
}
