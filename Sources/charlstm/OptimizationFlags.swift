import ArgumentParser
import Training

/// Options of the training of every kind of network.
struct OptimizationFlags: ParsableArguments {
  @Option(help: "Passes over what is trained on.")
  var epochs: Int?

  @Option(help: "The most optimizer steps.")
  var maxSteps: Int?

  @Option(help: "The highest learning rate.")
  var learningRate: Float?

  @Option(help: "How the rate falls after the warm-up.")
  var schedule: LearningRateSchedule?

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
    set(\.saveEvery, saveEvery.map(Optional.some))
    set(\.saveMinutes, saveMinutes.map(Optional.some))
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
