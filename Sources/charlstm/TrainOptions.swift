import ArgumentParser
import Recurrent
import Text
import Training

extension LearningRateSchedule: ExpressibleByArgument {}
extension Vocabulary.Kind: ExpressibleByArgument {}

/// The network to train.
struct NetworkOptions: ParsableArguments {
  @Option(help: "The recurrent cell.")
  var cell: Cell?

  @Option(help: "Recurrent layers. (default: 2)")
  var layers: Int?

  @Option(help: "Cells of a layer. (default: 256)")
  var hiddenSize: Int?

  @Option(help: "Numbers that stand for a character. (default: 64)")
  var embeddingSize: Int?

  @Option(help: "Begin with the weights, shape and vocabulary of this model.")
  var initializeFrom: String?

  func configuration(vocabularySize: Int) -> ModelConfiguration {
    ModelConfiguration(
      cell: cell ?? .lstm, layers: layers ?? 2, hiddenSize: hiddenSize ?? 256,
      embeddingSize: embeddingSize ?? 64, vocabularySize: vocabularySize)
  }

  /// Refuses options that contradict the model to begin with, or the run to go on with.
  func check(
    _ configuration: ModelConfiguration, from origin: String = "--initialize-from"
  ) throws {
    for (name, wanted, found) in [
      ("cell", cell?.rawValue, configuration.cell.rawValue),
      ("layers", layers.map(String.init), "\(configuration.layers)"),
      ("hidden-size", hiddenSize.map(String.init), "\(configuration.hiddenSize)"),
      ("embedding-size", embeddingSize.map(String.init), "\(configuration.embeddingSize)"),
    ] {
      if let wanted, wanted != found {
        throw Failure.usage(
          "--\(name) \(wanted) contradicts \(origin), whose model has \(found)")
      }
    }
  }
}

/// How it is trained.
struct TrainingFlags: ParsableArguments {
  private static let defaults = TrainingOptions()

  @Option(help: "Streams of the corpus read side by side.")
  var batchSize = defaults.lanes

  @Option(help: "Characters that the gradient goes back.")
  var sequenceLength = defaults.sequenceLength

  @Option(help: "Passes over the training part.")
  var epochs = defaults.epochs

  @Option(help: "The most optimizer steps.")
  var maxSteps: Int?

  @Option(help: "The highest learning rate.")
  var learningRate = defaults.learningRate

  @Option(help: "How the rate falls after the warm-up.")
  var schedule = defaults.schedule

  @Option(help: "Steps in which the rate rises.")
  var warmupSteps = defaults.warmupSteps

  @Option(help: "Decay of matrices (AdamW).")
  var weightDecay = defaults.weightDecay

  @Option(help: "The largest norm of the gradient; 0 for no clipping.")
  var clipNorm = defaults.clipNorm

  @Option(help: "Locked dropout on the embedding.")
  var dropoutEmbedding: Float = 0

  @Option(help: "Locked dropout between layers.")
  var dropoutLayers: Float = 0

  @Option(help: "Locked dropout on what the head reads.")
  var dropoutOutput: Float = 0

  @Option(help: "Dropout on what an LSTM's cells take in.")
  var dropoutCandidate: Float = 0

  @Option(help: "Dropout of recurrent weights.")
  var weightDrop: Float = 0

  @Option(help: "The probability with which a stream forgets at the beginning of a chunk.")
  var resetProbability: Float = 0

  @Option(help: "How much of the mean gradient a step keeps (Adam's first beta).")
  var beta1 = defaults.beta1

  @Option(help: "How much of the averaged weights a step keeps.")
  var averageDecay = defaults.averageDecay

  @Option(help: "Steps between validations, beside the one at each epoch's end.")
  var validateEvery: Int?

  @Option(help: "Stop after this many validations without a better one.")
  var patience: Int?

  @Option(help: "Steps between savings of the state to go on from.")
  var saveEvery: Int?

  @Option(help: "Minutes between savings of the state to go on from. (default: 10)")
  var saveMinutes: Double?

  @Flag(help: "Save models with bfloat16 weights, at half the size.")
  var halfSize = false

  @Option(help: "Chooses the first weights, offsets and dropout; the same seed gives the same run.")
  var seed: UInt64 = 1

  func options(precision: Precision, threads: Int) -> TrainingOptions {
    var options = TrainingOptions()
    options.lanes = batchSize
    options.sequenceLength = sequenceLength
    options.epochs = epochs
    options.maxSteps = maxSteps
    options.learningRate = learningRate
    options.schedule = schedule
    options.warmupSteps = warmupSteps
    options.weightDecay = weightDecay
    options.clipNorm = clipNorm
    options.dropout = Dropout(
      embedding: dropoutEmbedding, betweenLayers: dropoutLayers, output: dropoutOutput,
      candidate: dropoutCandidate)
    options.weightDrop = weightDrop
    options.resetProbability = resetProbability
    options.beta1 = beta1
    options.averageDecay = averageDecay
    options.validateEvery = validateEvery
    options.patience = patience
    options.saveEvery = saveEvery
    options.saveMinutes = saveMinutes ?? options.saveMinutes
    options.seed = seed
    options.precision = precision
    options.savesHalfSize = halfSize
    options.threads = threads
    return options
  }
}

extension TrainingFlags {
  /// Refuses options that contradict those of the run to go on with, lest they be ignored.
  ///
  /// Options that equal their defaults may just not have been given. How long to train and when to
  /// save may change.
  func check(
    against run: TrainingOptions, threads: ThreadsOption, precision: PrecisionOption
  ) throws {
    let precision = try precision.precision == .auto ? run.precision : precision.resolved()
    let wanted = options(
      precision: precision, threads: threads.threads ?? run.threads)
    let defaults = Self.defaults.summary
    for (name, value) in wanted.summary.sorted(by: { $0.key < $1.key }) {
      guard name != "max-steps", value != defaults[name], value != run.summary[name] else {
        continue
      }
      throw Failure.usage(
        "--\(name) \(value) contradicts the run, which has \(run.summary[name] ?? "none"); "
          + "leave it out"
          + (name == "epochs" ? ", or add epochs with --extend" : ""))
    }
  }
}

/// How the text is read.
struct TextOptions: ParsableArguments {
  @Option(help: "What a symbol is: scalars (Unicode characters of the text) or bytes.")
  var vocabulary = Vocabulary.Kind.scalars

  @Option(help: "Characters rarer than this are spelt with bytes.")
  var minCount = 1

  @Option(help: "The share of the text, at its end, to validate on.")
  var validationFraction = 0.1

  /// The parts of a corpus, in the vocabulary given or in one of the training part's own.
  func parts(
    of corpus: Corpus, vocabulary known: Vocabulary?
  ) throws -> (training: EncodedText, validation: EncodedText?) {
    guard validationFraction >= 0 && validationFraction < 1 else {
      throw Failure.usage(
        "--validation-fraction must be 0 to below 1, got \(validationFraction)")
    }
    guard minCount >= 1 else {
      throw Failure.usage("--min-count must be 1 or more, got \(minCount)")
    }
    let split = Split(corpus: corpus, validationFraction: validationFraction)
    let symbols =
      try known
      ?? Vocabulary(
        scanning: corpus, training: split.training, kind: vocabulary, minCount: minCount)
    let training = try EncodedText(corpus, byteRange: split.training, vocabulary: symbols)
    let validation =
      split.validation.isEmpty
      ? nil : try EncodedText(corpus, byteRange: split.validation, vocabulary: symbols)
    return (training, validation)
  }
}
