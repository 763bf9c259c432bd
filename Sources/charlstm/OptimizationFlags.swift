import ArgumentParser
import Training

/// Options of the training of every kind of network.
struct OptimizationFlags: ParsableArguments {
  @Option(help: "Passes over what is trained on. (default: the preset's)")
  var epochs: Int?

  @Option(help: ArgumentHelp("The most optimizer steps.", visibility: .advanced))
  var maxSteps: Int?

  @Option(help: "The highest learning rate. (default: the preset's)")
  var learningRate: Float?

  @Option(help: ArgumentHelp("How the rate falls after the warm-up.", visibility: .advanced))
  var schedule: LearningRateSchedule?

  @Option(help: ArgumentHelp("Decay of matrices (AdamW).", visibility: .advanced))
  var weightDecay: Float?

  @Option(
    help: ArgumentHelp(
      "The largest norm of the gradient; 0 for no clipping.", visibility: .advanced))
  var clipNorm: Float?

  @Option(help: ArgumentHelp("Locked dropout on the embedding.", visibility: .advanced))
  var dropoutEmbedding: Float?

  @Option(help: ArgumentHelp("Locked dropout between layers.", visibility: .advanced))
  var dropoutLayers: Float?

  @Option(help: ArgumentHelp("Locked dropout on what the head reads.", visibility: .advanced))
  var dropoutOutput: Float?

  @Option(help: ArgumentHelp("Dropout of recurrent weights.", visibility: .advanced))
  var weightDrop: Float?

  @Option(
    help: ArgumentHelp("How much of the averaged weights a step keeps.", visibility: .advanced))
  var averageDecay: Float?

  @Option(
    help: ArgumentHelp(
      "Steps between validations, beside the one at each epoch's end.", visibility: .advanced))
  var validateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Stop after this many validations without a better one.", visibility: .advanced))
  var patience: Int?

  @Option(
    help: """
      Chooses all that is drawn at random: first weights, order and dropout; the same seed gives the \
      same run. (default: 1)
      """)
  var seed: UInt64?

  /// Puts what was given in the place of what is there.
  func apply(to options: inout OptimizationOptions) {
    func set<Value>(_ place: WritableKeyPath<OptimizationOptions, Value>, _ value: Value?) {
      if let value { options[keyPath: place] = value }
    }
    set(\.epochs, epochs)
    set(\.learningRate, learningRate)
    set(\.schedule, schedule)
    set(\.weightDecay, weightDecay)
    set(\.clipNorm, clipNorm)
    set(\.dropout.embedding, dropoutEmbedding)
    set(\.dropout.betweenLayers, dropoutLayers)
    set(\.dropout.output, dropoutOutput)
    set(\.weightDrop, weightDrop)
    set(\.averageDecay, averageDecay)
    set(\.seed, seed)
    set(\.maxSteps, maxSteps.map(Optional.some))
    set(\.validateEvery, validateEvery.map(Optional.some))
    set(\.patience, patience.map(Optional.some))
  }
}

/// When a run is saved, and how.
struct SavingFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp("Steps between savings of the state to go on from.", visibility: .advanced))
  var saveEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Minutes between savings of the state to go on from. (default: 10)", visibility: .advanced))
  var saveMinutes: Double?

  @Flag(
    help: ArgumentHelp(
      "Save models with bfloat16 weights, at half the size.", visibility: .advanced))
  var halfSize = false

  /// Puts what was given in the place of what is there.
  func apply(to options: inout OptimizationOptions) {
    options.saveEvery = saveEvery ?? options.saveEvery
    options.saveMinutes = saveMinutes ?? options.saveMinutes
    if halfSize { options.savesHalfSize = true }
  }
}

/// Refuses options that contradict those of the run to go on with, lest they be ignored. How long to
/// train and when to save may change.
///
/// - Parameters:
///   - run, wanted: summaries of the run's options, and of those with what was given in their place.
///   - longer: what to say of more epochs.
func checkContradictions(
  of wanted: [String: String], to run: [String: String], longer: String = ""
) throws {
  for (name, value) in wanted.sorted(by: { $0.key < $1.key }) {
    guard name != "max-steps", value != run[name] else { continue }
    throw Failure.contradiction(
      name, value, run[name], remedy: name == "epochs" ? longer : "")
  }
}
