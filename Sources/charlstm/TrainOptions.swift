import ArgumentParser
import Recurrent
import Text
import Training

extension LearningRateSchedule: ExpressibleByArgument {}
extension Vocabulary.Kind: ExpressibleByArgument {}

/// The network to train.
struct NetworkOptions: ParsableArguments {
  @Option(help: "The recurrent cell. (default: lstm)")
  var cell: Cell?

  @Option(help: "Recurrent layers. (default: 2; of a classifier 1)")
  var layers: Int?

  @Option(help: "Cells of a layer. (default: the preset's)")
  var hiddenSize: Int?

  @Option(
    help: ArgumentHelp(
      "Numbers that stand for a character. (default: 128; of a classifier 64)",
      visibility: .advanced))
  var embeddingSize: Int?

  @Option(
    help: ArgumentHelp(
      "Begin with the weights, shape and vocabulary of this model.", visibility: .advanced))
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
      What is not given below, scaled to the text: quick (3 minutes to 10 on two cores, by the kind \
      of processor), standard (twice as long) or best (half an hour to several); train says first \
      how long. (default: standard)
      """)
  var preset: Preset?

  @Option(
    help: ArgumentHelp(
      """
      Places of the text that are read side by side. (default: 32; of a text of 4 million characters \
      64)
      """, visibility: .advanced))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Characters that the gradient goes back. (default: 64)", visibility: .advanced))
  var sequenceLength: Int?

  @Option(
    help: ArgumentHelp(
      "Steps in which the rate rises. (default: a twentieth of all, 200 at most)",
      visibility: .advanced))
  var warmupSteps: Int?

  @OptionGroup var division: DivisionOption

  @Option(
    help: ArgumentHelp(
      """
      Groups of lanes whose gradients are added up in a fixed order: with the same number a run has the \
      same bytes on any number of threads and processes. (default: one for each thread at the start)
      """, visibility: .advanced))
  var laneBlocks: Int?

  @Option(
    help: ArgumentHelp(
      """
      In which gradients go from process to process: float32, or bfloat16 at half the size. \
      (default: float32)
      """, visibility: .advanced))
  var gradientPrecision: Precision?

  @Option(
    help: ArgumentHelp(
      """
      Steps that each process takes by its own lanes before all take the mean of their weights, for slow \
      networks. (default: gradients are added up at each step)
      """, visibility: .advanced))
  var averageEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Networks to train first, as standard does; what they expect becomes targets.",
      visibility: .advanced))
  var teachers: Int?

  @Option(
    help: ArgumentHelp("Passes of a teacher. (default: those of standard)", visibility: .advanced))
  var teacherEpochs: Int?

  @Option(
    help: ArgumentHelp(
      "Characters that the teachers write, which are read beside the text.", visibility: .advanced))
  var teacherText: Int?

  @Option(
    help: ArgumentHelp(
      "The share of a target that is what the teachers expect.", visibility: .advanced))
  var teacherWeight: Float?

  @OptionGroup var optimization: OptimizationFlags
  @OptionGroup var saving: SavingFlags

  /// Puts what was given in the place of what is there.
  func apply(to options: inout TrainingOptions) {
    func set<Value>(_ place: WritableKeyPath<TrainingOptions, Value>, _ value: Value?) {
      if let value { options[keyPath: place] = value }
    }
    optimization.apply(to: &options.optimization)
    saving.apply(to: &options.optimization)
    set(\.lanes, batchSize)
    set(\.sequenceLength, sequenceLength)
    set(\.warmupSteps, warmupSteps)
    options.division = division.divide ?? options.division
    options.laneBlocks = laneBlocks ?? options.laneBlocks
    options.averageEvery = averageEvery ?? options.averageEvery
    options.gradientPrecision = gradientPrecision ?? options.gradientPrecision
    set(\.teachers, teachers)
    // The preset's, which nobody would write.
    if teachers == 0 { options.teacherText = 0 }
    set(\.teacherText, teacherText)
    set(\.teacherWeight, teacherWeight)
    options.teacherEpochs = teacherEpochs ?? options.teacherEpochs
  }

  /// Refuses options that contradict those of the run to go on with.
  func check(
    against run: TrainingOptions, machine: MachineOptions, precision: PrecisionOption
  ) throws {
    if let preset {
      throw Failure.isForNewRuns("--preset \(preset)")
    }
    var wanted = run
    apply(to: &wanted)
    wanted.precision = precision.precision.asked ?? run.precision
    wanted.threads = machine.threads ?? run.threads
    try checkContradictions(
      of: wanted.summary, to: run.summary, longer: ", or add epochs with --extend")
  }
}

/// How the text is read.
struct TextOptions: ParsableArguments {
  @OptionGroup var documents: DocumentOptions
  @OptionGroup var symbols: VocabularyOptions

  @Option(
    help: ArgumentHelp(
      "The share of the text, behind what trains, to validate on. (default: 0.1)",
      visibility: .advanced))
  var validationFraction: Double?

  @Option(
    help: ArgumentHelp(
      """
      The share of the text, at its end, to test on: nothing is chosen on it, and the best model \
      reads it once, when the run ends. (default: 0)
      """, visibility: .advanced))
  var testFraction: Double?

  /// The parts of a corpus, in the vocabulary given or in one of the training part's own.
  func parts(of corpus: Corpus, vocabulary known: Vocabulary?) throws -> CorpusParts {
    try CorpusParts(
      corpus, validationFraction: validationFraction ?? 0.1, testFraction: testFraction ?? 0,
      vocabulary: known, kind: symbols.kind, minCount: symbols.count)
  }
}
