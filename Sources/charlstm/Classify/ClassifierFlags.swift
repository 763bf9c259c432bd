import ArgumentParser
import Classification
import Recurrent
import Text
import Training

/// How a classifier is trained.
struct ClassifierFlags: ParsableArguments {
  /// A sentence on what is not given and no preset chooses.
  static let defaults: String = {
    let chosen = ClassifierPreset.chosenOptions + ["precision", "threads", "seed", "freeze"]
    let summary = ClassifierOptions().summary.filter { !chosen.contains($0.key) }
    let list = summary.sorted { $0.key < $1.key }.map { "--\($0) \($1)" }
    return "What neither is given below nor follows from the preset is "
      + list.joined(separator: ", ") + "."
  }()

  @Option(help: "Texts of a step. (default: \(ClassifierOptions().batchSize))")
  var batchSize: Int?

  @Option(
    help: ArgumentHelp("The share of all steps in which the rate rises.", visibility: .advanced))
  var warmup: Float?

  @Option(
    help: ArgumentHelp(
      "How much texts count: none (all the same) or balanced (all classes the same).",
      visibility: .advanced))
  var classWeights: ClassifierOptions.ClassWeights?

  @Option(
    help: ArgumentHelp(
      "The texts of an epoch: shuffled (each once) or balanced (each class as often).",
      visibility: .advanced))
  var sampling: ClassifierOptions.Sampling?

  @Option(
    help: ArgumentHelp(
      "The share of the target that all classes divide equally.", visibility: .advanced))
  var labelSmoothing: Float?

  @Option(
    help: ArgumentHelp(
      "The weight of the next-character loss beside the label's.", visibility: .advanced))
  var languageModelLoss: Float?

  @Flag(
    help: ArgumentHelp(
      "Train the head alone, on the states of the model to begin with.", visibility: .advanced))
  var freeze = false

  @Option(
    help: ArgumentHelp(
      "Epochs after which the next lower layer is trained too; 0 trains all at once.",
      visibility: .advanced))
  var unfreezeEvery: Int?

  @Option(
    help: ArgumentHelp(
      "The factor on the rate from each layer to the one below.", visibility: .advanced))
  var layerRateFactor: Float?

  @Option(
    help: ArgumentHelp(
      """
      Of each text, a stretch of at least this many characters is read, another one each epoch; for \
      a classifier of short pieces. Whole texts and stretches validate. 0 for whole texts.
      """, visibility: .advanced))
  var crop: Int?

  @Option(
    help: """
      The longest n-gram of a naive Bayes classifier whose logits are added to the network's, for \
      few or short texts. What it counts for is fitted with the temperature. 0 for none. (default: the \
      preset's)
      """)
  var naiveBayes: Int?

  @Option(
    help: """
      The longest n-gram of a logistic regression whose logits are added to the network's. What it \
      counts for is fitted with the temperature. 0 for none. (default: the preset's)
      """)
  var linear: Int?

  @Option(
    help: ArgumentHelp(
      """
      Classifiers to train first, each on other texts; what they expect of the rest becomes targets. \
      0 for none, 2 or more.
      """, visibility: .advanced))
  var teachers: Int?

  @Option(
    help: ArgumentHelp(
      "The share of a target that is what the teachers expect.", visibility: .advanced))
  var teacherWeight: Float?

  @Option(
    help: """
      The most characters that are read of a text. (default: \(ClassifierOptions().limit.length))
      """)
  var maxLength: Int?

  @Option(
    help: ArgumentHelp(
      """
      What is read of a longer text: head, tail or both (half of each). \
      (default: \(ClassifierOptions().limit.kept.rawValue))
      """, visibility: .advanced))
  var keep: TextLimit.Kept?

  @OptionGroup var symbols: VocabularyOptions

  @OptionGroup var optimization: OptimizationFlags

  /// Puts what was given in the place of what is there.
  func apply(to options: inout ClassifierOptions) throws {
    try checkMinCount(symbols.count)
    func set<Value>(_ place: WritableKeyPath<ClassifierOptions, Value>, _ value: Value?) {
      if let value { options[keyPath: place] = value }
    }
    optimization.apply(to: &options.optimization)
    set(\.batchSize, batchSize)
    set(\.warmup, warmup)
    set(\.classWeights, classWeights)
    set(\.sampling, sampling)
    set(\.labelSmoothing, labelSmoothing)
    set(\.languageModelLoss, languageModelLoss)
    set(\.unfreezeEvery, unfreezeEvery)
    set(\.layerRateFactor, layerRateFactor)
    set(\.crop, crop)
    set(\.naiveBayes, naiveBayes)
    set(\.linear, linear)
    set(\.teachers, teachers)
    set(\.teacherWeight, teacherWeight)
    set(\.limit.length, maxLength)
    set(\.limit.kept, keep)
    if freeze { options.freezes = true }
  }

  /// Refuses options that contradict those of the run to go on with.
  func check(
    against run: ClassifierOptions, saving: SavingFlags, machine: MachineOptions,
    precision: PrecisionOption
  ) throws {
    var wanted = run
    try apply(to: &wanted)
    saving.apply(to: &wanted.optimization)
    wanted.precision = precision.precision.asked ?? run.precision
    wanted.threads = machine.threads ?? run.threads
    try checkContradictions(
      of: wanted.summary, to: run.summary, longer: ", or add epochs with --extend")
  }

  /// The vocabulary of the training texts.
  func vocabulary(of parts: LabelledParts) throws -> Vocabulary {
    try parts.vocabulary(symbols.kind, minCount: symbols.count)
  }
}
