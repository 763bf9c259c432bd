import Checkpoints
import Foundation
import LabelledData
import Recurrent
import Text
import Training

/// Trains a classifier of whole texts.
///
/// A batch's texts are dealt out to the worker threads, longest first; what comes out depends on the
/// number of threads but not on their timing. Not for several threads at a time.
package final class ClassifierTrainer {
  package let options: ClassifierOptions
  /// Averaged weights with the best validation so far, or the latest where there is none.
  package private(set) var best: TrainedClassifier?

  private let trained: TrainedClassifier
  private let texts: LabelledTexts
  private let training: [Int]
  private let validation: (texts: LabelledTexts, indices: [Int])
  private let optimizer: AdamW
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let workers: [ClassifierWorker]
  private let scorer: Classifier
  private let classWeights: [Float]
  private var step = 0
  private var epoch = 0
  private var validationsWithoutBest = 0
  private var bestValidation: (accuracy: Double, loss: Double)?

  /// - Parameters:
  ///   - trained: where training starts; it is not changed. Its labels are those of the texts.
  ///   - training: which of the texts to train on, at least one.
  ///   - validation: texts with the same labels.
  /// - Throws: `TrainingError` for options out of range.
  package init(
    _ trained: TrainedClassifier, texts: LabelledTexts, training: [Int],
    validation: (texts: LabelledTexts, indices: [Int]), options: ClassifierOptions
  ) throws(TrainingError) {
    try options.validate()
    precondition(!training.isEmpty && trained.labels == texts.labels)
    var trained = trained
    trained.model = trained.model.copy()
    self.trained = trained
    self.options = options
    self.texts = texts
    self.training = training
    self.validation = validation
    let model = trained.model

    var adamW = AdamW.Options()
    adamW.weightDecay = options.weightDecay
    adamW.clipNorm = options.clipNorm
    adamW.averageDecay = options.averageDecay
    let optimizer = AdamW(model, options: adamW)
    self.optimizer = optimizer

    let batchSize = min(options.batchSize, training.count)
    let count = min(options.threads, batchSize)
    let lanes = (batchSize + count - 1) / count
    let team = WorkerTeam(count: count)
    self.team = team
    // Symbols of bytes may be more than scalars.
    let longest = training.reduce(1) {
      max($0, min(trained.limit.length, texts.bytes(of: $1).count))
    }
    let weights = PackedWeights(
      model,
      for: .init(
        precision: options.precision, lanes: lanes, training: true,
        inputTable: options.dropout.embedding == 0 && model.layout.ngrams == nil
          && trained.vocabulary.count <= lanes * longest,
        weightDrop: options.weightDrop))
    self.weights = weights
    workers = (0..<count).map { _ in
      ClassifierWorker(
        weights, steps: longest, lanes: lanes, dropout: options.dropout,
        parameterCount: model.layout.count, featureCount: model.configuration.featureCount)
    }
    var averaged = trained
    averaged.model = model.replacing(parameters: optimizer.average)
    scorer = Classifier(averaged, precision: options.precision, team: team)

    let counts = training.reduce(into: [Int](repeating: 0, count: texts.labels.count)) {
      $0[Int(texts.labelIndices[$1])] += 1
    }
    classWeights = counts.map { count in
      options.classWeights == .none || count == 0
        ? 1 : Float(training.count) / Float(counts.count * count)
    }
    packWeights()
  }

  private var stepsPerEpoch: Int {
    (training.count + options.batchSize - 1) / options.batchSize
  }

  private var plan: ClassificationPlan {
    ClassificationPlan(
      parameters: trained.model.layout.parameterCount, trainingTexts: training.count,
      validationTexts: validation.indices.count, classes: texts.labels.count,
      stepsPerEpoch: stepsPerEpoch, totalSteps: stepsPerEpoch * options.epochs,
      workers: workers.count,
      shortenedTexts: training.count { texts.scalarCount(of: $0) > options.limit.length })
  }

  // MARK: - The run

  /// Trains until all epochs are done, patience is exhausted or `stops` says so.
  ///
  /// - Parameters:
  ///   - folder: where the best model and metrics go; nowhere if nil.
  ///   - stops: asked after each step.
  ///   - report: takes events as they come.
  /// - Throws: `TrainingError.diverged`; `CheckpointError`; what `report` throws.
  package func run(
    in folder: RunFolder? = nil, stops: () -> Bool = { false },
    report: (ClassificationEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    try report(.began(plan))
    var interval = Interval(began: clock.now)
    while epoch < options.epochs {
      for batch in batches() {
        let rate = learningRate
        let loss = try train(batch, into: &interval)
        interval.losses.append(loss)
        step += 1
        packWeights()
        if step % options.reportEvery == 0 {
          let seconds = max((clock.now - interval.began) / .seconds(1), 1e-9)
          let line = ClassificationStep(
            epoch: epoch + 1, step: step,
            train_loss: interval.losses.reduce(0, +) / Double(interval.losses.count),
            learning_rate: rate, texts_per_second: (Double(interval.texts) / seconds).rounded(),
            characters_per_second: (Double(interval.characters) / seconds).rounded(),
            elapsed_seconds: (clock.now - start) / .seconds(1))
          try folder?.append(line)
          try report(.step(line))
          interval = Interval(began: clock.now)
        }
        if stops() { return .interrupted }
      }
      epoch += 1
      try validate(folder, report)
      interval = Interval(began: clock.now)
      if let patience = options.patience, validationsWithoutBest >= patience {
        return .patienceExhausted
      }
    }
    return .completed
  }

  /// What has happened since the last report.
  private struct Interval {
    let began: ContinuousClock.Instant
    var losses: [Double] = []
    var texts = 0
    var characters = 0

    init(began: ContinuousClock.Instant) {
      self.began = began
    }
  }

  /// What random numbers are for: the first part of a generator's path.
  private enum RandomStream {
    static let dropout: UInt64 = 0xD21
    static let epoch: UInt64 = 0xE91
    static let crop: UInt64 = 0xC20
    static let weightDrop: UInt64 = 0xD20C
    static let validation: UInt64 = 0x7A1
  }

  private func batches() -> [[Int]] {
    var generator = Xoshiro256(seed: options.seed, stream: [RandomStream.epoch, UInt64(epoch)])
    let chosen: [Int]
    switch options.sampling {
    case .shuffled: chosen = training.shuffled(using: &generator)
    case .balanced:
      let members = Dictionary(grouping: training) { texts.labelIndices[$0] }
        .sorted { $0.key < $1.key }.map(\.value)
      chosen = training.indices.map { _ in
        let members = members[Int.random(in: 0..<members.count, using: &generator)]
        return members[Int.random(in: 0..<members.count, using: &generator)]
      }
    }
    return LengthGroups(
      chosen, batchSize: options.batchSize, length: { texts.bytes(of: $0).count },
      using: &generator
    ).batches
  }

  private var learningRate: Float {
    let total = stepsPerEpoch * options.epochs
    return options.learningRate
      * options.schedule.factor(
        step: step, warmup: Int(options.warmup * Float(total)), total: total)
  }

  /// The lowest layer that is trained in this epoch, `L` for the head alone.
  private var lowestLayer: Int {
    let layers = trained.model.configuration.layers
    if options.freezes { return layers }
    guard options.unfreezeEvery > 0 else { return 0 }
    return max(0, layers - epoch / options.unfreezeEvery)
  }

  /// By group of parameters: the embedding, the layers from below, the heads.
  ///
  /// Adam moves every weight by about the rate, and a logit by the sum over all features, most of
  /// which are alike in all texts: a wide row of features takes a lower rate (Yang and Hu 2021).
  private var rateFactors: [Float] {
    let configuration = trained.model.configuration
    let layers = configuration.layers
    let lowest = lowestLayer
    let body = (0...layers).map { group in
      let isTrained = group > lowest || lowest == 0
      return isTrained ? pow(options.layerRateFactor, layers + 1 - group) : 0
    }
    return body + [1, min(1, 256 / Float(configuration.featureCount)), 0]
  }

  /// What is read of a text in training: a random stretch of it, or all of it.
  private func stretch(
    of symbols: [Int32], using generator: inout some RandomNumberGenerator
  ) -> [Int32] {
    guard options.crop > 0, symbols.count > options.crop else { return symbols }
    // Short stretches as often as long ones: their logarithm is uniform.
    let octaves = log2(Float(symbols.count) / Float(options.crop))
    let length = min(
      symbols.count,
      Int(Float(options.crop) * exp2(octaves * Float.random(in: 0...1, using: &generator))))
    // Beginnings are like no other place, and are what is typed first.
    let start =
      Bool.random(using: &generator)
      ? 0 : Int.random(in: 0...symbols.count - length, using: &generator)
    return Array(symbols[start..<start + length])
  }

  /// One optimizer step. Returns the mean loss of the labels.
  private func train(_ batch: [Int], into interval: inout Interval) throws(TrainingError) -> Double
  {
    var generator = Xoshiro256(seed: options.seed, stream: [RandomStream.crop, UInt64(step)])
    var read = batch.map { index in
      (
        label: texts.labelIndices[index],
        symbols: stretch(of: scorer.symbols(in: texts.bytes(of: index)), using: &generator)
      )
    }
    read.sort { $0.symbols.count > $1.symbols.count }
    let weight = read.reduce(Float(0)) { $0 + classWeights[Int($1.label)] }
    let characters = read.reduce(0) { $0 + $1.symbols.count }
    interval.texts += read.count
    interval.characters += characters
    let predicted = read.reduce(0) { $0 + max(0, $1.symbols.count - 1) }
    let languageModelScale =
      predicted > 0 ? options.languageModelLoss / Float(predicted) : 0
    let count = workers.count
    let shares = (0..<count).map { worker in
      stride(from: worker, to: read.count, by: count).map { read[$0] }
    }
    let step = step
    let lowest = lowestLayer
    team.run { [workers, options, classWeights] worker in
      let share = shares[worker]
      workers[worker].train(
        share.map(\.symbols),
        targets: ClassificationTargets(
          labels: share.map(\.label), classWeights: classWeights,
          labelSmoothing: options.labelSmoothing, scale: 1 / weight),
        languageModelScale: languageModelScale, lowest: lowest
      ) { lane in
        Xoshiro256(
          seed: options.seed,
          stream: [RandomStream.dropout, UInt64(step), UInt64(lane * count + worker)])
      }
    }
    let gradients = workers.map(\.gradients)
    let squares = PerWorker(repeating: 0.0, count: count)
    team.run { [optimizer] worker in
      squares[worker] = optimizer.reduce(gradients, worker: worker, workers: count)
    }
    followFeatures(count: read.count { !$0.symbols.isEmpty })
    let loss = workers.reduce(0) { $0 + $1.loss.classification } / Double(weight)
    let norm = squares.values.reduce(0, +).squareRoot()
    let rate = learningRate
    guard loss.isFinite && norm.isFinite else {
      throw .diverged(step: step + 1, learningRate: rate)
    }
    let factors = rateFactors
    let model = trained.model
    team.run { [optimizer] worker in
      optimizer.update(
        model.parameters, gradient: gradients[0], norm: norm, learningRate: rate, step: step + 1,
        rateFactors: factors, worker: worker, workers: count)
    }
    return loss
  }

  /// Packs the weights for the next step, without what it drops of them.
  private func packWeights() {
    weights.pack(
      on: team,
      dropping: Xoshiro256(seed: options.seed, stream: [RandomStream.weightDrop, UInt64(step)]))
  }

  /// Lets the mean and variance that features are normalised by follow those of the last batch.
  ///
  /// Batch normalisation (Ioffe and Szegedy 2015) with running statistics in training too: a mean
  /// over a text's steps varies from text to text a tenth as much as a last state, and says more.
  private func followFeatures(count: Int) {
    guard count > 0, let tensors = trained.model.layout.normalization else { return }
    let share = max(0.02, 1 / Float(step + 1))
    let sums = workers.map(\.featureSums)
    let squares = workers.map(\.featureSquares)
    for parameters in [trained.model.parameters, optimizer.average] {
      let means = parameters[tensors.mean.range]
      let variances = parameters[tensors.variance.range]
      for feature in means.indices {
        let mean = sums.reduce(0) { $0 + $1[feature] } / Float(count)
        let square = squares.reduce(0) { $0 + $1[feature] } / Float(count)
        // Around the running mean, so that a batch of one text has a variance too.
        let known = step == 0 ? mean : means[feature]
        let variance = square - 2 * mean * known + known * known
        means[feature] += share * (mean - means[feature])
        variances[feature] += share * (max(0, variance) - variances[feature])
      }
    }
  }

  // MARK: - Validation

  /// What is read of a text to validate on: all of it, and a stretch where stretches are trained on,
  /// always the same.
  private func validationPieces(_ index: Int) -> [[Int32]] {
    let symbols = scorer.symbols(in: validation.texts.bytes(of: index))
    guard options.crop > 0 else { return [symbols] }
    var generator = Xoshiro256(
      seed: options.seed, stream: [RandomStream.validation, UInt64(index)])
    return [symbols, stretch(of: symbols, using: &generator)]
  }

  private func validate(
    _ folder: RunFolder?, _ report: (ClassificationEvent) throws -> Void
  ) throws {
    var summary = ClassifierSummary(
      data: trained.summary?.data ?? [], trainingTexts: training.count,
      options: options.summary)
    summary.epochs = Double(epoch)
    summary.steps = step
    guard !validation.indices.isEmpty else {
      // With nothing to validate on, the latest is the best there is.
      try keep(summary, folder)
      return
    }
    scorer.update()
    let result = validationReport(of: scorer)
    let loss = result.meanNegativeLogLikelihood
    guard loss.isFinite else {
      throw TrainingError.diverged(step: step, learningRate: learningRate)
    }
    let isBest =
      bestValidation.map { best in
        (result.accuracy, -loss) > (best.accuracy, -best.loss)
      } ?? true
    if isBest {
      summary.take(result)
      try keep(summary, folder)
      bestValidation = (result.accuracy, loss)
      validationsWithoutBest = 0
    } else {
      validationsWithoutBest += 1
    }
    let line = ClassificationValidation(
      epoch: epoch, step: step, validation_loss: loss, accuracy: result.accuracy,
      macro_f1: result.macroF1, is_best: isBest)
    try folder?.append(line)
    try report(.validation(line))
  }

  private func keep(_ summary: ClassifierSummary, _ folder: RunFolder?) throws {
    var trained = trained
    trained.model = trained.model.replacing(parameters: optimizer.average).copy()
    trained.summary = summary
    if let folder {
      try trained.write(to: folder.bestPath, halfSize: options.savesHalfSize)
    }
    best = trained
  }

  /// Adds the naive Bayes classifier that the options ask for to the best model, fits what it and the
  /// network count for to the validation texts, and saves the model anew.
  package func calibrate(_ folder: RunFolder?) throws(CheckpointError) {
    guard var trained = best, !validation.indices.isEmpty else { return }
    let pieces = validation.indices.flatMap { index in
      validationPieces(index).map { (symbols: $0, label: validation.texts.labelIndices[index]) }
    }
    let network = Classifier(trained, precision: options.precision, team: team)
    var parts = [network.logits(of: pieces.map(\.symbols))]
    let naiveBayes =
      options.naiveBayes == 0
      ? nil
      : NaiveBayes(
        longest: options.naiveBayes, classes: trained.labels.count,
        vocabulary: trained.vocabulary,
        counting: training.lazy.map { [texts] index in
          (network.symbols(in: texts.bytes(of: index)), Int(texts.labelIndices[index]))
        })
    if let naiveBayes { parts.append(pieces.map { naiveBayes.logits(of: $0.symbols) }) }
    let factors = fittedFactors(of: parts, labels: pieces.map { Int($0.label) })
    trained.temperature = 1 / factors[0]
    if let naiveBayes {
      trained.naiveBayes = naiveBayes.scaled(by: factors[1] / factors[0])
    }
    let result = validationReport(of: Classifier(trained, precision: options.precision, team: team))
    trained.summary?.take(result)
    if let folder {
      try trained.write(to: folder.bestPath, halfSize: options.savesHalfSize)
    }
    best = trained
  }

  private func validationReport(of classifier: Classifier) -> ClassificationReport {
    classificationReport(
      of: validation.texts, validation.indices, with: classifier, topK: 1,
      reading: validationPieces)
  }
}

extension ClassifierSummary {
  fileprivate mutating func take(_ validation: ClassificationReport) {
    validationAccuracy = validation.accuracy
    validationMacroF1 = validation.macroF1
    validationLoss = validation.meanNegativeLogLikelihood
  }
}

/// `base` to the power of a small integer.
private func pow(_ base: Float, _ exponent: Int) -> Float {
  (0..<exponent).reduce(1) { power, _ in power * base }
}
