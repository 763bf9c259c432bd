import ArgumentParser
import Checkpoints
import Classification
import Foundation
import LabelledData
import Recurrent
import Text
import Training

struct ClassifyTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a classifier on labelled texts.",
    discussion: """
      Writes best.safetensors, the classifier with the best validation accuracy, and metrics.jsonl \
      into the run folder. Ctrl-C ends training; the best model so far stays.
      """)

  @Argument(
    help: "Labelled texts: CSV, TSV, JSON Lines, fastText lines, or a folder with a file a class.")
  var data: [String]

  @Option(name: .shortAndLong, help: "The run folder.")
  var output: String

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @OptionGroup(title: "Data") var format: DataOptions

  @Option(help: "Labelled texts to validate on. (default: a part of the data)")
  var validation: [String] = []

  @Option(help: "The share of each class to validate on, where there is no --validation.")
  var validationFraction = 0.1

  @OptionGroup(title: "Network") var network: NetworkOptions

  @Flag(help: "Read in both directions.")
  var bidirectional = false

  @Option(help: "What the classifier makes of a text's states: last, mean, max, attention, concat.")
  var pooling = Pooling.concat

  @Option(help: "The longest n-gram of characters that has an embedding; 1 for characters alone.")
  var ngrams = 1

  @Option(
    help: "Rows for the embeddings of n-grams, which share them by their hash. (default: 65536)")
  var ngramBuckets: Int?

  @OptionGroup(title: "Training") var training: ClassifierFlags

  @Flag(help: "Fit the temperature of the probabilities to the validation texts.")
  var calibrate = false

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var threads: ThreadsOption

  @Flag(name: .shortAndLong, help: "Show errors only.")
  var quiet = false

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    guard overwrite || !RunFolder.holdsRun(at: output) else {
      throw Failure(
        description: "there is a run in \(output) already; --overwrite replaces it",
        code: .cannotCreate)
    }
    let trainer = try trainer()
    let folder = try RunFolder(path: output, isNew: true)
    Interruption.watch()
    let display = ClassificationDisplay(isQuiet: quiet)
    let outcome = try trainer.run(in: folder, stops: { Interruption.signal != nil }) {
      display.show($0)
    }
    display.finish()
    if calibrate || trainer.options.naiveBayes > 0 { try trainer.calibrate(folder) }
    try conclude(outcome, trainer, folder)
  }

  /// Reads and checks all there is before anything is written.
  private func trainer() throws -> ClassifierTrainer {
    guard validationFraction >= 0 && validationFraction < 1 else {
      throw Failure.usage(
        "--validation-fraction must be 0 to below 1, got \(validationFraction)")
    }
    let options = try training.options(
      precision: precision.resolved(for: .training), threads: threads.resolved())
    try options.validate()
    let source = try network.initializeFrom.map { try TrainedModel(contentsOf: $0) }
    try source.map { try network.check($0.model.configuration) }
    guard source == nil || !bidirectional else {
      throw Failure.usage(
        "--bidirectional contradicts --initialize-from: a language model reads forward only")
    }
    guard options.languageModelLoss == 0 || !bidirectional else {
      throw Failure.usage(
        "--bidirectional contradicts --language-model-loss: backward, the next character is known")
    }
    guard !options.freezes || source != nil else {
      throw Failure.usage("--freeze needs --initialize-from: a random body has learnt nothing")
    }
    guard ngrams != 1 || ngramBuckets == nil else {
      throw Failure.usage("--ngram-buckets needs --ngrams: characters alone have no n-grams")
    }
    let texts = try format.read(data)
    var generator = Xoshiro256(seed: options.seed, stream: [0x5917])
    let parts =
      validation.isEmpty
      ? texts.stratifiedSplit(fraction: validationFraction, using: &generator)
      : (training: Array(0..<texts.count), validation: [])
    let held =
      try validation.isEmpty
      ? texts : format.read(validation, labels: texts.labels)
    let heldIndices = validation.isEmpty ? parts.validation : Array(0..<held.count)
    guard options.naiveBayes == 0 || !heldIndices.isEmpty else {
      throw Failure.usage("--naive-bayes needs texts to validate on: they say what it counts for")
    }

    let vocabulary = try training.vocabulary(of: parts.training.lazy.map { texts.bytes(of: $0) })
    var configuration =
      source?.model.configuration
      ?? network.configuration(
        ModelConfiguration(
          layers: 2, hiddenSize: 256, embeddingSize: 64, vocabularySize: vocabulary.count))
    configuration.vocabularySize = vocabulary.count
    configuration.bidirectional = bidirectional
    configuration.classifier = ClassifierConfiguration(
      classes: texts.labels.count, pooling: pooling,
      hasLanguageModelHead: options.languageModelLoss > 0,
      ngrams: ngrams == 1 ? nil : NgramEmbedding(longest: ngrams, buckets: ngramBuckets ?? 1 << 16))
    let model = try Network(configuration, seed: options.seed)
    // All classes are alike at first, so that a body that has learnt something is not disturbed by
    // the errors of random weights.
    model.layout.classifier.map { model.parameters[$0.weight.range].update(repeating: 0) }
    var start = TrainedClassifier(
      model: model, vocabulary: vocabulary,
      labels: texts.labels, limit: options.limit,
      summary: ClassifierSummary(
        data: data.map { URL(filePath: $0).lastPathComponent },
        trainingTexts: parts.training.count, options: [:]))
    if let source { start = start.adopting(source) }
    return try ClassifierTrainer(
      start, texts: texts, training: parts.training, validation: (held, heldIndices),
      options: options)
  }

  private func conclude(
    _ outcome: TrainingOutcome, _ trainer: ClassifierTrainer, _ folder: RunFolder
  ) throws {
    if !quiet {
      if outcome == .patienceExhausted { standardError("No better for a while: stopped early.\n") }
      if let summary = trainer.best?.summary {
        let accuracy =
          summary.validationAccuracy.map {
            String(format: " (accuracy %.4f, macro F1 %.4f)", $0, summary.validationMacroF1 ?? 0)
          } ?? ""
        standardError(
          """
          Best classifier: \(folder.bestPath)\(accuracy). To use it:
            charlstm classify predict \(shellQuoted(folder.bestPath)) TEXT

          """)
      } else {
        standardError("Stopped before the first epoch's end: there is no classifier yet.\n")
      }
    }
    if outcome == .interrupted { throw ExitCode(128 + (Interruption.signal ?? SIGINT)) }
  }
}

/// How a classifier is trained.
struct ClassifierFlags: ParsableArguments {
  private static let defaults = ClassifierOptions()

  @Option(help: "Texts of a step.")
  var batchSize = defaults.batchSize

  @Option(help: "Passes over the training texts.")
  var epochs = defaults.epochs

  @Option(help: "The highest learning rate.")
  var learningRate = defaults.learningRate

  @Option(help: "How the rate falls after the warm-up.")
  var schedule = defaults.schedule

  @Option(help: "The share of all steps in which the rate rises.")
  var warmup = defaults.warmup

  @Option(help: "Decay of matrices (AdamW).")
  var weightDecay = defaults.weightDecay

  @Option(help: "The largest norm of the gradient; 0 for no clipping.")
  var clipNorm = defaults.clipNorm

  @Option(help: "Locked dropout on the embedding.")
  var dropoutEmbedding: Float = 0

  @Option(help: "Locked dropout between layers.")
  var dropoutLayers: Float = 0

  @Option(help: "Locked dropout on what is pooled.")
  var dropoutOutput: Float = 0

  @Option(help: "Dropout of recurrent weights.")
  var weightDrop = defaults.weightDrop

  @Option(help: "How much of the averaged weights a step keeps.")
  var averageDecay = defaults.averageDecay

  @Option(help: "How much texts count: none (all the same) or balanced (all classes the same).")
  var classWeights = defaults.classWeights

  @Option(help: "The texts of an epoch: shuffled (each once) or balanced (each class as often).")
  var sampling = defaults.sampling

  @Option(help: "The share of the target that all classes divide equally.")
  var labelSmoothing = defaults.labelSmoothing

  @Option(help: "The weight of the next-character loss beside the label's.")
  var languageModelLoss = defaults.languageModelLoss

  @Flag(help: "Train the head alone, on the states of the model to begin with.")
  var freeze = false

  @Option(help: "Epochs after which the next lower layer is trained too; 0 trains all at once.")
  var unfreezeEvery = defaults.unfreezeEvery

  @Option(help: "The factor on the rate from each layer to the one below.")
  var layerRateFactor = defaults.layerRateFactor

  @Option(
    help: """
      Of each text, a stretch of at least this many characters is read, another one each epoch; for \
      a classifier of short pieces. Whole texts and stretches validate. 0 for whole texts.
      """)
  var crop = defaults.crop

  @Option(
    help: """
      The longest n-gram of a naive Bayes classifier whose logits are added to the network's, for \
      few or short texts. What it counts for is fitted with the temperature. 0 for none.
      """)
  var naiveBayes = defaults.naiveBayes

  @Option(help: "The most characters that are read of a text.")
  var maxLength = defaults.limit.length

  @Option(help: "What is read of a longer text: head, tail or both (half of each).")
  var keep = defaults.limit.kept

  @Option(help: "What a symbol is: scalars (Unicode characters of the texts) or bytes.")
  var vocabulary = Vocabulary.Kind.scalars

  @Option(help: "Characters rarer than this are spelt with bytes.")
  var minCount = 1

  @Option(help: "Stop after this many epochs without a better validation.")
  var patience: Int?

  @Flag(help: "Save the classifier with bfloat16 weights, at half the size.")
  var halfSize = false

  @Option(help: "Chooses the first weights, the split, the order and dropout.")
  var seed: UInt64 = 1

  func options(precision: Precision, threads: Int) throws -> ClassifierOptions {
    guard minCount >= 1 else {
      throw Failure.usage("--min-count must be 1 or more, got \(minCount)")
    }
    var options = ClassifierOptions()
    options.batchSize = batchSize
    options.epochs = epochs
    options.learningRate = learningRate
    options.schedule = schedule
    options.warmup = warmup
    options.weightDecay = weightDecay
    options.clipNorm = clipNorm
    options.dropout = Dropout(
      embedding: dropoutEmbedding, betweenLayers: dropoutLayers, output: dropoutOutput)
    options.weightDrop = weightDrop
    options.averageDecay = averageDecay
    options.classWeights = classWeights
    options.sampling = sampling
    options.labelSmoothing = labelSmoothing
    options.languageModelLoss = languageModelLoss
    options.freezes = freeze
    options.unfreezeEvery = unfreezeEvery
    options.layerRateFactor = layerRateFactor
    options.crop = crop
    options.naiveBayes = naiveBayes
    options.limit = TextLimit(length: maxLength, kept: keep)
    options.patience = patience
    options.seed = seed
    options.precision = precision
    options.savesHalfSize = halfSize
    options.threads = threads
    return options
  }

  /// The vocabulary of the training texts.
  func vocabulary(of texts: some Sequence<ArraySlice<UInt8>>) throws -> Vocabulary {
    vocabulary == .bytes ? .bytes : Vocabulary(counting: texts, minCount: minCount)
  }
}
