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

  @Option(help: "Cells of a layer. (default: the preset's; of a classifier 256)")
  var hiddenSize: Int?

  @Option(help: "Numbers that stand for a character. (default: 128; of a classifier 64)")
  var embeddingSize: Int?

  @Option(help: "Begin with the weights, shape and vocabulary of this model.")
  var initializeFrom: String?

  /// What was given, and the rest as it is there.
  func configuration(_ defaults: ModelConfiguration) -> ModelConfiguration {
    var configuration = defaults
    configuration.cell = cell ?? defaults.cell
    configuration.layers = layers ?? defaults.layers
    configuration.hiddenSize = hiddenSize ?? defaults.hiddenSize
    configuration.embeddingSize = embeddingSize ?? defaults.embeddingSize
    return configuration
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

extension Preset: ExpressibleByArgument {}

/// How it is trained. What is not given is the preset's.
struct TrainingFlags: ParsableArguments {
  @Option(
    help: """
      What is not given below, scaled to the text: quick (some minutes for a megabyte), standard or \
      best (hours). (default: standard)
      """)
  var preset: Preset?

  @Option(help: "Streams of the corpus read side by side.")
  var batchSize: Int?

  @Option(help: "Characters that the gradient goes back.")
  var sequenceLength: Int?

  @Option(help: "Passes over the training part.")
  var epochs: Int?

  @Option(help: "The most optimizer steps.")
  var maxSteps: Int?

  @Option(help: "The highest learning rate.")
  var learningRate: Float?

  @Option(help: "How the rate falls after the warm-up.")
  var schedule: LearningRateSchedule?

  @Option(help: "Steps in which the rate rises.")
  var warmupSteps: Int?

  @Option(help: "Decay of matrices (AdamW).")
  var weightDecay: Float?

  @Option(help: "The largest norm of the gradient; 0 for no clipping.")
  var clipNorm: Float?

  @Option(help: "Locked dropout on the embedding.")
  var dropoutEmbedding: Float?

  @Option(help: "Locked dropout between layers.")
  var dropoutLayers: Float?

  @Option(help: "Locked dropout on what the head reads.")
  var dropoutOutput: Float?

  @Option(help: "Dropout of recurrent weights.")
  var weightDrop: Float?

  @Option(help: "How much of the averaged weights a step keeps.")
  var averageDecay: Float?

  @Option(help: "Networks to train first, as standard does; what they expect becomes targets.")
  var teachers: Int?

  @Option(help: "Passes of a teacher. (default: those of standard)")
  var teacherEpochs: Int?

  @Option(help: "Characters that the teachers write, which are read beside the text.")
  var teacherText: Int?

  @Option(help: "The share of a target that is what the teachers expect.")
  var teacherWeight: Float?

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

  @Option(
    help: """
      Chooses the first weights, offsets and dropout; the same seed gives the same run. (default: 1)
      """)
  var seed: UInt64?

  /// Puts what was given in the place of what is there.
  func apply(to options: inout TrainingOptions) {
    func set<Value>(_ place: WritableKeyPath<TrainingOptions, Value>, _ value: Value?) {
      if let value { options[keyPath: place] = value }
    }
    set(\.lanes, batchSize)
    set(\.sequenceLength, sequenceLength)
    set(\.epochs, epochs)
    set(\.learningRate, learningRate)
    set(\.schedule, schedule)
    set(\.warmupSteps, warmupSteps)
    set(\.weightDecay, weightDecay)
    set(\.clipNorm, clipNorm)
    set(\.dropout.embedding, dropoutEmbedding)
    set(\.dropout.betweenLayers, dropoutLayers)
    set(\.dropout.output, dropoutOutput)
    set(\.weightDrop, weightDrop)
    set(\.averageDecay, averageDecay)
    set(\.teachers, teachers)
    // The preset's, which nobody would write.
    if teachers == 0 { options.teacherText = 0 }
    set(\.teacherText, teacherText)
    set(\.teacherWeight, teacherWeight)
    set(\.saveMinutes, saveMinutes)
    set(\.seed, seed)
    options.teacherEpochs = teacherEpochs ?? options.teacherEpochs
    options.maxSteps = maxSteps ?? options.maxSteps
    options.validateEvery = validateEvery ?? options.validateEvery
    options.patience = patience ?? options.patience
    options.saveEvery = saveEvery ?? options.saveEvery
    if halfSize { options.savesHalfSize = true }
  }

  /// Refuses options that contradict those of the run to go on with, lest they be ignored. How long
  /// to train and when to save may change.
  func check(
    against run: TrainingOptions, threads: ThreadsOption, precision: PrecisionOption
  ) throws {
    if let preset {
      throw Failure.usage(
        "--preset \(preset) is for a new run; this one goes on with its own settings")
    }
    var wanted = run
    apply(to: &wanted)
    if precision.precision != .auto { wanted.precision = precision.resolved(for: .training) }
    wanted.threads = threads.threads ?? run.threads
    for (name, value) in wanted.summary.sorted(by: { $0.key < $1.key }) {
      guard name != "max-steps", value != run.summary[name] else { continue }
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
