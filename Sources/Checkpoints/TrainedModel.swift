import Files
import Recurrent
import Safetensors
import Text

/// How a model came to be, as its file tells.
public struct TrainingSummary: Codable, Equatable, Sendable {
  /// The names of the files it was trained on.
  public var corpus: [String]
  /// What stood between those files; nil of a single file, and of models from before it was kept.
  public var documentSeparator: DocumentSeparator?
  /// Symbols of the training part.
  public var trainingCharacters: Int
  /// Passes over the training part, the last one perhaps in part.
  public var epochs: Double
  /// Optimizer steps.
  public var steps: Int
  /// Nats per character on the validation part; nil where there was none.
  public var validationLoss: Double?
  /// Nats per character on the part that nothing was chosen on, at the end of the run; nil where there
  /// was none.
  public var testLoss: Double?
  /// The options of the run, as `train` would take them.
  public var options: [String: String]

  public init(
    corpus: [String], documentSeparator: DocumentSeparator? = nil, trainingCharacters: Int,
    epochs: Double, steps: Int, validationLoss: Double?,
    testLoss: Double? = nil, options: [String: String]
  ) {
    self.corpus = corpus
    self.documentSeparator = documentSeparator
    self.trainingCharacters = trainingCharacters
    self.epochs = epochs
    self.steps = steps
    self.validationLoss = validationLoss
    self.testLoss = testLoss
    self.options = options
  }
}

/// What a model has learnt from after its training, as its file tells.
public struct AdaptationSummary: Codable, Equatable, Sendable {
  /// The names of the text's files; none of a text that was no file.
  public var texts: [String]
  /// Symbols of the text.
  public var characters: Int
  /// How often it was read.
  public var passes: Int
  /// As of `DynamicEvaluation`.
  public var rate: Float
  public var decay: Float
  public var segment: Int

  public init(
    texts: [String], characters: Int, passes: Int, rate: Float, decay: Float, segment: Int
  ) {
    self.texts = texts
    self.characters = characters
    self.passes = passes
    self.rate = rate
    self.decay = decay
    self.segment = segment
  }
}

/// A language model with its vocabulary, as one safetensors file.
///
/// Tensors have PyTorch's names, shapes and order of gates, so `torch.nn.LSTM` loads them as they
/// are once the `lstm.` prefix is cut off. Configuration, vocabulary and training summary are JSON
/// under `__metadata__`.
public struct TrainedModel: Sendable {
  public var model: Network
  public var vocabulary: Vocabulary
  public var summary: TrainingSummary?
  /// What it has learnt from since it was trained, in order.
  public var adaptations: [AdaptationSummary]

  public init(
    model: Network, vocabulary: Vocabulary, summary: TrainingSummary? = nil,
    adaptations: [AdaptationSummary] = []
  ) {
    precondition(model.configuration.vocabularySize == vocabulary.count)
    self.model = model
    self.vocabulary = vocabulary
    self.summary = summary
    self.adaptations = adaptations
  }

  /// Reads a model file.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is no model, or whose parts do not
  ///   fit together.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(ModelFile(path: path))
  }

  /// - Throws: `CheckpointError`, for a classifier, or parts that do not fit together.
  package init(_ file: ModelFile) throws(CheckpointError) {
    try file.checkIsLanguageModel()
    vocabulary = file.vocabulary
    summary = try file.decodeIfPresent("training")
    adaptations = try file.decodeIfPresent("adaptations") ?? []
    model = try file.network()
  }

  /// Writes the model, whole or not at all. The same model gives the same bytes.
  ///
  /// - Parameter halfSize: whether to store weights as bfloat16, rounded to nearest, at half the
  ///   size.
  /// - Throws: `CheckpointError`.
  public func write(to path: String, halfSize: Bool = false) throws(CheckpointError) {
    try model.write(to: path, metadata: metadata, halfSize: halfSize)
  }

  /// Writes the model to a file that a person named, whole or not at all.
  ///
  /// - Throws: `CheckpointError`.
  package func write(to file: OutputFile) throws(CheckpointError) {
    do throws(SafetensorsError) {
      try SafetensorsFile.write(
        model.layout.tensors.map { .parameters($0, in: model.parameters, asBFloat16: false) },
        metadata: metadata, to: file)
    } catch {
      throw CheckpointError(error)
    }
  }

  private var metadata: [String: String] {
    var metadata = [
      "configuration": json(model.configuration),
      "vocabulary": json(vocabulary),
    ]
    if let summary { metadata["training"] = json(summary) }
    if !adaptations.isEmpty { metadata["adaptations"] = json(adaptations) }
    return metadata
  }
}
