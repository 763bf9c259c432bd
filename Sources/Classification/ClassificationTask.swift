import Checkpoints
import LabelledData
import Recurrent
import Text
import Training

/// Training of a classifier of whole texts.
final class ClassificationTask: TrainingTask {
  let options: ClassifierOptions
  let optimization: OptimizationStep
  /// Averaged weights with the best validation so far, or the latest where there is none.
  private(set) var best: TrainedClassifier?
  var setup: RunSetup?

  let trained: TrainedClassifier
  private let training: EncodedTexts
  private let validation: ValidationTexts
  private let data: DataIdentity
  let device: Device
  private let precision: Precision
  private let trainer: any TextTrainer
  private let scorer: Classifier
  private let classWeights: [Float]
  /// What teachers expect of each text that trains, `[training][C]`; empty where there are none.
  var expected: [[Float]] = []
  /// Of this epoch.
  private var batches: [[Int]] = []

  /// - Parameters:
  ///   - trained: where training starts, whose model is trained.
  ///   - training: which of the texts to train on, at least one.
  ///   - validation: texts with the same labels.
  ///   - data: that of the texts.
  ///   - device: where it is trained.
  init(
    _ trained: TrainedClassifier, texts: LabelledTexts, training: [Int],
    validation: (texts: LabelledTexts, indices: [Int]), data: DataIdentity,
    options: ClassifierOptions, device: Device
  ) {
    precondition(!training.isEmpty && trained.labels == texts.labels)
    self.trained = trained
    self.options = options
    self.data = data
    let model = trained.model

    // Symbols of bytes may be more than scalars.
    let longest = training.reduce(1) {
      max($0, min(trained.limit.length, texts.bytes(of: $1).count))
    }
    self.device = device
    precision = options.precision ?? device.precision(for: .training)
    trainer = device.backend.trainingTexts(
      through: model,
      StreamUse(
        precision: precision, lanes: min(options.batchSize, training.count), steps: longest,
        training: .init(dropout: options.dropout, weightDrop: options.weightDrop)))
    let optimization = OptimizationStep(
      model, on: trainer, options: options.optimization,
      weightDropStream: RandomStream.weightDrop)
    self.optimization = optimization
    var averaged = trained
    averaged.model = optimization.sharedAverage
    scorer = Classifier(averaged, precision: precision, device: device)
    self.training = EncodedTexts(texts, training, as: scorer, limit: options.limit)
    self.validation = ValidationTexts(validation.texts, validation.indices, options: options)

    let counts = training.reduce(into: [Int](repeating: 0, count: texts.labels.count)) {
      $0[Int(texts.labelIndices[$1])] += 1
    }
    classWeights = counts.map { count in
      options.classWeights == .none || count == 0
        ? 1 : Float(training.count) / Float(counts.count * count)
    }
  }

  func plan(after progress: TrainingProgress) -> ClassificationPlan {
    ClassificationPlan(
      parameters: trained.model.layout.parameterCount, trainingTexts: training.count,
      validationTexts: validation.count, classes: trained.labels.count,
      stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps, doneSteps: progress.step,
      division: trainer.workers,
      shortenedTexts: training.shortenedCount)
  }

  func beganLine(_ progress: TrainingProgress, _ invocation: Invocation?) -> BeganLine {
    var line = BeganLine(
      step: progress.step, of: totalSteps, options.optimization, trained.model,
      trained.vocabulary, choices: classCount, division: trainer.workers, on: device,
      as: invocation)
    line.training_texts = training.count
    line.validation_texts = validation.count
    line.classes = trained.labels
    return line
  }

  var classCount: Int { trained.labels.count }
  /// The share of the most frequent class of the texts to validate on, and how many those are.
  var commonest: (share: Double, count: Int) { (validation.commonestShare, validation.count) }

  var stepsPerEpoch: Int { (training.count + options.batchSize - 1) / options.batchSize }

  private var totalSteps: Int {
    let all = stepsPerEpoch * options.epochs
    return min(options.maxSteps ?? all, all)
  }

  var warmupSteps: Int { Int(options.warmup * Float(totalSteps)) }

  // MARK: - Batches

  func startEpoch(_ progress: TrainingProgress) {
    var random = Xoshiro256(
      seed: options.seed, stream: [RandomStream.epoch, UInt64(progress.epoch)])
    let chosen: [Int]
    switch options.sampling {
    case .shuffled: chosen = Array(0..<training.count).shuffled(using: &random)
    case .balanced:
      let members = Dictionary(grouping: 0..<training.count) { training.labels[$0] }
        .sorted { $0.key < $1.key }.map(\.value)
      chosen = (0..<training.count).map { _ in
        let members = members[Int.random(in: 0..<members.count, using: &random)]
        return members[Int.random(in: 0..<members.count, using: &random)]
      }
    }
    batches =
      LengthGroups(
        chosen, batchSize: options.batchSize, length: { training.byteCounts[$0] }, using: &random
      ).batches
  }

  func computeGradients(_ progress: TrainingProgress) -> BatchResult {
    let step = progress.step
    var random = Xoshiro256(seed: options.seed, stream: [RandomStream.crop, UInt64(step)])
    var read = batches[progress.chunk].map { index in
      (
        index: index, label: training.labels[index],
        symbols: options.stretch(of: training[index], using: &random)
      )
    }
    read.sort { $0.symbols.count > $1.symbols.count }
    let weight = read.reduce(Float(0)) { $0 + classWeights[Int($1.label)] }
    let predicted = read.reduce(0) { $0 + max(0, $1.symbols.count - 1) }
    let languageModelScale =
      predicted > 0 ? options.languageModelLoss / Float(predicted) : 0
    let losses = trainer.train(
      TextBatch(
        texts: read.map(\.symbols), labels: read.map(\.label),
        targets: LabelTargets(
          classWeights: classWeights, smoothing: options.labelSmoothing,
          expectedShare: options.teacherWeight, scale: 1 / weight),
        expected: expected.isEmpty ? [] : read.map { expected[$0.index] },
        languageModelScale: languageModelScale, lowestLayer: lowestLayer(progress)),
      masks: { [options] text in
        Xoshiro256(
          seed: options.seed, stream: [RandomStream.dropout, UInt64(step), UInt64(text)])
      })
    followFeatures(losses, count: read.count { !$0.symbols.isEmpty }, step: step)
    return BatchResult(
      loss: losses.classification / Double(weight),
      characters: read.reduce(0) { $0 + $1.symbols.count }, texts: read.count)
  }

  /// The lowest layer that is trained in this epoch, `L` for the head alone.
  private func lowestLayer(_ progress: TrainingProgress) -> Int {
    let layers = trained.model.configuration.layers
    if options.freezes { return layers }
    guard options.unfreezeEvery > 0 else { return 0 }
    return max(0, layers - progress.epoch / options.unfreezeEvery)
  }

  /// By group of parameters: the embedding, the layers from below, the heads.
  ///
  /// Adam moves every weight by about the rate, and a logit by the sum over all features, most of
  /// which are alike in all texts: a wide row of features takes a lower rate (Yang and Hu 2021).
  func rateFactors(_ progress: TrainingProgress) -> [Float]? {
    let configuration = trained.model.configuration
    let layers = configuration.layers
    let lowest = lowestLayer(progress)
    let body = (0...layers).map { group in
      let isTrained = group > lowest || lowest == 0
      return isTrained ? pow(options.layerRateFactor, layers + 1 - group) : 0
    }
    return body + [1, min(1, 256 / Float(configuration.featureCount)), 0]
  }

  /// Lets the mean and variance that features are normalised by follow those of the last batch.
  ///
  /// Batch normalisation (Ioffe and Szegedy 2015) with running statistics in training too: a mean
  /// over a text's steps varies from text to text a tenth as much as a last state, and says more.
  private func followFeatures(_ losses: TextLosses, count: Int, step: Int) {
    guard count > 0, let tensors = trained.model.layout.normalization else { return }
    let share = max(0.02, 1 / Float(step + 1))
    var means = Array(trained.model.parameters[tensors.mean.range])
    var variances = Array(trained.model.parameters[tensors.variance.range])
    for feature in means.indices {
      let mean = losses.featureSums[feature] / Float(count)
      let square = losses.featureSquares[feature] / Float(count)
      // Around the running mean, so that a batch of one text has a variance too.
      let known = step == 0 ? mean : means[feature]
      let variance = square - 2 * mean * known + known * known
      means[feature] += share * (mean - means[feature])
      variances[feature] += share * (max(0, variance) - variances[feature])
    }
    optimization.optimizer.set(means, of: tensors.mean)
    optimization.optimizer.set(variances, of: tensors.variance)
  }

  // MARK: - Validation and saving

  func validate(_ progress: TrainingProgress) throws(TrainingError) -> Validation? {
    guard validation.count > 0 else { return nil }
    scorer.update(to: optimization.sharedAverage)
    let report = validation.report(of: scorer)
    if let failure = device.backend.failure {
      throw .deviceFailed(step: progress.step, reason: failure.description)
    }
    return Validation(
      loss: report.meanNegativeLogLikelihood, accuracy: report.accuracy, macroF1: report.macroF1,
      classF1: report.classes.map(\.f1))
  }

  func saveBest(
    _ validation: Validation?, _ progress: TrainingProgress, in folder: RunFolder?
  ) throws {
    var trained = trained
    trained.model = optimization.averagedModel
    var summary = ClassifierSummary(
      data: data.names, trainingTexts: training.count, options: options.summary)
    summary.epochs = Double(progress.step) / Double(stepsPerEpoch)
    summary.steps = progress.step
    summary.validationAccuracy = validation?.accuracy
    summary.validationMacroF1 = validation?.macroF1
    summary.validationLoss = validation?.loss
    trained.summary = summary
    if let folder { try trained.write(to: folder.bestPath, halfSize: options.savesHalfSize) }
    best = trained
  }

  func save(_ progress: TrainingProgress, in folder: RunFolder) throws -> Bool {
    let point = resumePoint(progress)
    guard point.weights.isFinite else { return false }
    try point.write(to: folder.resumePath)
    return true
  }

  /// All that it takes to go on from here.
  func resumePoint(_ progress: TrainingProgress) -> ClassifierResumePoint {
    ClassifierResumePoint(
      options: options, progress: progress, data: data, vocabulary: trained.vocabulary,
      labels: trained.labels, weights: WeightsInTraining(optimization),
      arithmetic: device.backend.arithmetic, setup: setup)
  }

  /// Takes the best model of an earlier part of the run from its folder, where it may have been
  /// calibrated already.
  func takeBest(from folder: RunFolder) throws(CheckpointError) {
    best = try TrainedClassifier(contentsOf: folder.bestPath)
  }

  /// Adds the classifiers on n-grams that the options ask for to the best model, fits what they and
  /// the network count for to the validation texts, and saves the model anew.
  func calibrate(_ folder: RunFolder?) throws(CheckpointError) {
    guard validation.count > 0, var found = best else { return }
    // With the weights as they are saved, so that a run that was resumed ends in the same bytes.
    if let folder { found = try TrainedClassifier(contentsOf: folder.bestPath) }
    let calibrated = validation.calibrated(
      found, by: training, precision: precision, device: device)
    if let folder { try calibrated.write(to: folder.bestPath, halfSize: options.savesHalfSize) }
    best = calibrated
  }

  /// Fits the threshold of the best model to the validation texts, and saves the model anew.
  func reject(risk: Double, in folder: RunFolder?) throws -> Rejection? {
    guard validation.count > 0, let best else { return nil }
    let found = try folder.map { try TrainedClassifier(contentsOf: $0.bestPath) } ?? best
    let rejection = try validation.rejecting(
      risk: risk, found, precision: precision, device: device)
    if let folder {
      try rejection.classifier.write(to: folder.bestPath, halfSize: options.savesHalfSize)
    }
    self.best = rejection.classifier
    return rejection
  }
}

/// `base` to the power of a small integer.
private func pow(_ base: Float, _ exponent: Int) -> Float {
  (0..<exponent).reduce(1) { power, _ in power * base }
}
