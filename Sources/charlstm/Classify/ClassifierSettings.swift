import ArgumentParser
import Checkpoints
import Classification
import Recurrent
import Training

extension ClassifierPreset: ExpressibleByArgument {}

/// A new classifier's network and how it is trained, but for its texts.
struct ClassifierSettings: ParsableArguments {
  @Option(help: "The share of each class to validate on. (default: 0.1)")
  var validationFraction: Double?

  @Option(
    help: """
      What is not given below, scaled to the texts: quick (a minute or two), standard (some minutes) \
      or best (several times that). (default: standard)
      """)
  var preset: ClassifierPreset?

  @OptionGroup(title: "Network") var network: NetworkOptions

  @Flag(
    inversion: .prefixedNo,
    help: "Read in both directions. (default: --bidirectional, unless that cannot be)")
  var bidirectional: Bool?

  @Option(
    help: """
      What the classifier makes of a text's states: last, mean, max, attention, concat. \
      (default: concat)
      """)
  var pooling: Pooling?

  @Option(
    help: """
      The longest n-gram of characters that has an embedding; 1 for characters alone. (default: the \
      preset's)
      """)
  var ngrams: Int?

  @Option(
    help: ArgumentHelp(
      "Rows for the embeddings of n-grams, which share them by their hash. (default: 65536)",
      visibility: .advanced))
  var ngramBuckets: Int?

  @OptionGroup(title: "Training") var training: ClassifierFlags

  @Flag(help: "Fit the temperature of the probabilities to the validation texts.")
  var calibrate = false

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var machine: MachineOptions

  /// Checks all there is to check before texts are read.
  ///
  /// - Parameter adjust: sets the options that are not among these.
  func newClassifier(
    _ adjust: @escaping (inout ClassifierOptions) -> Void = { _ in }
  ) throws -> NewClassifier {
    var options = ClassifierOptions()
    try training.apply(to: &options)
    adjust(&options)
    options.threads = try machine.threadCount()
    let device = try machine.device(gains: true, threads: options.threads)
    options.precision = precision.resolved(for: .training, on: device)
    try options.validate()
    let source = try network.initializeFrom.map { try TrainedModel(contentsOf: $0) }
    try source.map { try network.check($0.model.configuration) }
    try options.checkCombinations(
      bidirectional: bidirectional ?? false, startsFromModel: source != nil)
    return NewClassifier(
      settings: self, preset: preset ?? .standard, given: options, adjust: adjust, device: device,
      source: source)
  }

  /// What was given of the network, and the rest as it is there.
  func adjust(_ shape: inout ModelConfiguration) {
    shape = network.configuration(shape)
    if let bidirectional { shape.bidirectional = bidirectional }
    if let pooling { shape.classifier?.pooling = pooling }
    if ngrams == 1 { shape.classifier?.ngrams = nil }
    if let ngrams, ngrams != 1 {
      shape.classifier?.ngrams = NgramEmbedding(longest: ngrams, buckets: 1 << 16)
    }
    if let ngramBuckets { shape.classifier?.ngrams?.buckets = ngramBuckets }
  }

  /// Refuses what contradicts the run to go on with.
  func check(against point: ClassifierResumePoint, saving: SavingFlags) throws {
    try training.check(
      against: point.options, saving: saving, machine: machine, precision: precision)
    let configuration = point.weights.model.configuration
    try network.check(configuration, from: "the run")
    let head = configuration.classifier
    for (name, wanted, found) in [
      ("bidirectional", bidirectional.map { "\($0)" }, "\(configuration.bidirectional)"),
      ("pooling", pooling?.rawValue, head?.pooling.rawValue ?? "none"),
      ("ngrams", ngrams.map(String.init), "\(head?.ngrams?.longest ?? 1)"),
      ("ngram-buckets", ngramBuckets.map(String.init), "\(head?.ngrams?.buckets ?? 0)"),
      ("max-length", training.maxLength.map(String.init), "\(point.options.limit.length)"),
      ("keep", training.keep?.rawValue, point.options.limit.kept.rawValue),
    ] {
      if let wanted, wanted != found {
        throw Failure.contradiction(name, wanted, found)
      }
    }
  }
}
