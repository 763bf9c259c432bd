import ArgumentParser
import Checkpoints
import Classification
import Recurrent
import Training

/// A new classifier's network and how it is trained, but for its texts.
struct ClassifierSettings: ParsableArguments {
  @Option(help: "The share of each class to validate on. (default: 0.1)")
  var validationFraction: Double?

  @OptionGroup(title: "Network") var network: NetworkOptions

  @Flag(help: "Read in both directions.")
  var bidirectional = false

  @Option(
    help: """
      What the classifier makes of a text's states: last, mean, max, attention, concat. \
      (default: concat)
      """)
  var pooling: Pooling?

  @Option(
    help: """
      The longest n-gram of characters that has an embedding; 1 for characters alone. (default: 1)
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
  @OptionGroup(title: "Machine") var threads: ThreadsOption

  /// Checks all there is to check before texts are read.
  ///
  /// - Parameter adjust: sets the options that are not among these.
  func newClassifier(
    _ adjust: (inout ClassifierOptions) -> Void = { _ in }
  ) throws -> NewClassifier {
    var options = ClassifierOptions()
    try training.apply(to: &options)
    adjust(&options)
    options.threads = try threads.resolved()
    let device = Device.cpu(threads: options.threads)
    options.precision = precision.resolved(for: .training, on: device)
    try options.validate()
    let source = try network.initializeFrom.map { try TrainedModel(contentsOf: $0) }
    try source.map { try network.check($0.model.configuration) }
    try options.checkCombinations(
      bidirectional: bidirectional, startsFromModel: source != nil)
    guard ngrams ?? 1 != 1 || ngramBuckets == nil else {
      throw Failure.usage("--ngram-buckets needs --ngrams: characters alone have no n-grams")
    }
    return NewClassifier(settings: self, options: options, device: device, source: source)
  }

  /// What was given of the network, and the rest as it is there.
  func adjust(_ shape: inout ModelConfiguration) {
    shape = network.configuration(shape)
    shape.bidirectional = bidirectional
    if let pooling { shape.classifier?.pooling = pooling }
    if let ngrams, ngrams != 1 {
      shape.classifier?.ngrams = NgramEmbedding(
        longest: ngrams, buckets: ngramBuckets ?? 1 << 16)
    }
  }

  /// Refuses what contradicts the run to go on with.
  func check(against point: ClassifierResumePoint, saving: SavingFlags) throws {
    try training.check(
      against: point.options, saving: saving, threads: threads, precision: precision)
    let configuration = point.weights.model.configuration
    try network.check(configuration, from: "the run")
    let head = configuration.classifier
    for (name, wanted, found) in [
      ("bidirectional", bidirectional ? "true" : nil, "\(configuration.bidirectional)"),
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
