import Checkpoints
import LabelledData
import Recurrent
import Safetensors
import Text

/// How a classifier came to be, as its file tells.
public struct ClassifierSummary: Codable, Equatable, Sendable {
  /// The names of the files it was trained on.
  public var data: [String]
  public var trainingTexts: Int
  /// Passes over the training texts.
  public var epochs: Double
  /// Optimizer steps.
  public var steps: Int
  /// On the validation texts, a share of 1; nil where there were none.
  public var validationAccuracy: Double?
  public var validationMacroF1: Double?
  /// The mean surprisal of the labels of the validation texts, in nats.
  public var validationLoss: Double?
  /// The options of the run, as `classify train` would take them.
  public var options: [String: String]

  package init(data: [String], trainingTexts: Int, options: [String: String]) {
    self.data = data
    self.trainingTexts = trainingTexts
    self.options = options
    epochs = 0
    steps = 0
  }
}

/// A classifier of whole texts with its vocabulary and labels, as one safetensors file.
///
/// Tensors are named as a language model's, with `classifier.weight` `[C, F]`, `classifier.bias` and
/// for attention pooling `attention.weight` `[D·H]` in place of the head's. Classifiers on n-grams beside
/// the network have tensors of their own (`NgramExperts`).
public struct TrainedClassifier: Sendable {
  public var model: Network
  public var vocabulary: Vocabulary
  /// By class.
  public var labels: [String]
  public var limit: TextLimit
  /// What logits are divided by before they become probabilities (Guo et al. 2017).
  public var temperature: Double
  /// What is added to the network's logits, if anything.
  package var experts = NgramExperts()
  public var summary: ClassifierSummary?
  /// A text is answered if the logarithm of how many times as probable its first class is as all others
  /// together, in nats, is at least this; nil answers all.
  public var leastLogOdds: Double?
  /// What columns, or keys, of labels and texts were called where it was trained, if anything.
  public var columns = LabelledColumns()

  public init(
    model: Network, vocabulary: Vocabulary, labels: [String], limit: TextLimit = TextLimit(),
    temperature: Double = 1, summary: ClassifierSummary? = nil
  ) {
    precondition(model.configuration.vocabularySize == vocabulary.count)
    precondition(model.configuration.classifier?.classes == labels.count)
    self.model = model
    self.vocabulary = vocabulary
    self.labels = labels
    self.limit = limit
    self.temperature = temperature
    self.summary = summary
  }

  /// What the file tells of a classifier beside its network and vocabulary.
  private struct Description: Codable {
    var labels: [String]
    var limit: TextLimit
    var temperature: Double
    /// The lengths of the longest n-grams of classifiers beside the network.
    var naiveBayes: Int?
    var linear: Int?
    /// Missing where nothing was called anything.
    var labelColumn: String?
    var textColumns: [String]?
    /// Missing where all texts are answered. Programs from before there was such a thing pass over it
    /// and answer all.
    var leastLogOdds: Double?

    var lengths: NgramExperts.Lengths { .init(naiveBayes: naiveBayes, linear: linear) }
  }

  /// Reads a classifier's file.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is no classifier, or whose parts do
  ///   not fit together.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(ModelFile(path: path))
  }

  /// - Throws: `CheckpointError`, for a language model, or parts that do not fit together.
  package init(_ file: ModelFile) throws(CheckpointError) {
    guard let classifier = file.configuration.classifier else {
      throw .isLanguageModel(path: file.path)
    }
    vocabulary = file.vocabulary
    let description: Description = try file.decode("classifier")
    if let reason = Self.fault(description, classes: classifier.classes) {
      throw .invalidMetadata(path: file.path, key: "classifier", reason: reason)
    }
    labels = description.labels
    limit = description.limit
    temperature = description.temperature
    leastLogOdds = description.leastLogOdds
    summary = try file.decodeIfPresent("training")
    columns = LabelledColumns(
      label: description.labelColumn, texts: description.textColumns ?? [])
    let lengths = description.lengths
    model = try file.network(beside: lengths.tensorNames)
    experts = try NgramExperts(
      lengths, from: file.contents, classes: classifier.classes, vocabulary: vocabulary)
  }

  private static func fault(_ description: Description, classes: Int) -> String? {
    let labels = description.labels
    if labels.count != classes {
      return "it has \(labels.count) labels, the configuration \(classes) classes"
    }
    if Set(labels.map { Array($0.utf8) }).count != labels.count { return "two labels are the same" }
    if !(1...1 << 20).contains(description.limit.length) {
      return "its length of \(description.limit.length) is not 1 to \(1 << 20)"
    }
    guard description.temperature > 0 && description.temperature.isFinite else {
      return "its temperature of \(description.temperature) is not above 0 and finite"
    }
    if let least = description.leastLogOdds, !least.isFinite {
      return "its least log-odds of \(least) are not finite"
    }
    return description.lengths.fault
  }

  /// Writes the classifier, whole or not at all. The same classifier gives the same bytes.
  ///
  /// - Parameter halfSize: whether to store weights as bfloat16, at half the size.
  /// - Throws: `CheckpointError`.
  public func write(to path: String, halfSize: Bool = false) throws(CheckpointError) {
    let description = Description(
      labels: labels, limit: limit, temperature: temperature,
      naiveBayes: experts.naiveBayes?.longest, linear: experts.regression?.longest,
      labelColumn: columns.label, textColumns: columns.texts.isEmpty ? nil : columns.texts,
      leastLogOdds: leastLogOdds)
    var metadata = [
      "configuration": json(model.configuration),
      "vocabulary": json(vocabulary),
      "classifier": json(description),
    ]
    if let summary { metadata["training"] = json(summary) }
    try model.write(
      to: path, beside: experts.tensors(halfSize: halfSize), metadata: metadata, halfSize: halfSize)
  }
}

extension TrainedClassifier {
  /// A classifier that begins with the embedding and the layers of a language model, which it has in
  /// its shape; symbols that the language model does not have keep their random embedding.
  package func adopting(_ source: TrainedModel) -> TrainedClassifier {
    let adopted = model.copy()
    let into = adopted.layout
    let from = source.model.layout
    func copy(_ tensor: ParameterLayout.Tensor, _ original: ParameterLayout.Tensor) {
      precondition(tensor.shape == original.shape)
      _ = adopted.parameters[tensor.range].update(from: source.model.parameters[original.range])
    }
    for (mine, theirs) in zip(into.layers.joined(), from.layers.joined()) {
      copy(mine.weightIH, theirs.weightIH)
      copy(mine.weightHH, theirs.weightHH)
      copy(mine.biasIH, theirs.biasIH)
      copy(mine.biasHH, theirs.biasHH)
    }
    /// A row for each symbol.
    func copyRows(_ tensor: ParameterLayout.Tensor, _ original: ParameterLayout.Tensor) {
      let width = tensor.range.count / tensor.shape[0]
      for symbol in 0..<Int32(vocabulary.count) {
        guard let other = source.vocabulary.symbol(for: vocabulary[symbol]) else { continue }
        let mine = tensor.range.lowerBound + Int(symbol) * width
        let theirs = original.range.lowerBound + Int(other) * width
        _ = adopted.parameters[mine..<mine + width].update(
          from: source.model.parameters[theirs..<theirs + width])
      }
    }
    copyRows(into.embedding, from.embedding)
    if let mine = into.head, let theirs = from.head {
      copyRows(mine.weight, theirs.weight)
      copyRows(mine.bias, theirs.bias)
    }
    var result = self
    result.model = adopted
    return result
  }
}
