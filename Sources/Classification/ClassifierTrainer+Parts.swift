import Checkpoints
import LabelledData
import Paths
import Recurrent
import Text
import Training

extension ClassifierTrainer {
  /// Trains a new classifier on labelled texts.
  ///
  /// ```swift
  /// let trainer = try ClassifierTrainer(LabelledParts(texts)) { $0.bidirectional = true }
  /// ```
  ///
  /// - Parameters:
  ///   - vocabulary: that of the training texts where nil.
  ///   - source: a language model whose embedding and layers the classifier begins with.
  ///   - device: where it is trained; `options.threads` of this machine's processors where nil.
  ///   - adjust: changes the network's shape: an LSTM of 2 × 256 with an embedding of 64, or that of
  ///     `source`, with `concat` pooling. Its classes and its vocabulary stay as they are.
  /// - Throws: `TrainingError` for options out of range or that contradict each other or the shape;
  ///   `ConfigurationError` for a shape that no machine could hold.
  public convenience init(
    _ parts: LabelledParts, vocabulary: Vocabulary? = nil, from source: TrainedModel? = nil,
    options: ClassifierOptions = ClassifierOptions(), device: Device? = nil,
    shape adjust: (inout ModelConfiguration) -> Void = { _ in }
  ) throws {
    try options.validate()
    let vocabulary = try vocabulary ?? parts.vocabulary()
    let classes = parts.texts.labels.count
    var shape =
      source?.model.configuration
      ?? ModelConfiguration(
        layers: 2, hiddenSize: 256, embeddingSize: 64, vocabularySize: vocabulary.count)
    shape.vocabularySize = vocabulary.count
    shape.classifier = ClassifierConfiguration(
      classes: classes, pooling: .concat, hasLanguageModelHead: options.languageModelLoss > 0)
    adjust(&shape)
    precondition(
      shape.vocabularySize == vocabulary.count && shape.classifier?.classes == classes,
      "a shape of other classes or of another vocabulary")
    try options.checkCombinations(
      bidirectional: shape.bidirectional, startsFromModel: source != nil)
    if let source, !shape.hasBody(of: source.model.configuration) {
      throw TrainingError.shapeContradictsModel
    }
    for (name, longest) in [("naive-bayes", options.naiveBayes), ("linear", options.linear)] {
      // Texts to validate on say what they count for.
      guard longest == 0 || !parts.validation.indices.isEmpty else {
        throw TrainingError.optionOutOfRange(
          name: name, value: "\(longest)", range: "0 without texts to validate on")
      }
    }

    let model = try Network(shape, seed: options.seed)
    // All classes are alike at first, so that a body that has learnt something is not disturbed by
    // the errors of random weights.
    model.layout.classifier.map { model.parameters[$0.weight.range].update(repeating: 0) }
    let names = parts.texts.paths.map(\.lastPathName)
    var start = TrainedClassifier(
      model: model, vocabulary: vocabulary, labels: parts.texts.labels, limit: options.limit,
      summary: ClassifierSummary(
        data: names, trainingTexts: parts.training.count, options: [:]))
    start.columns = parts.texts.columns
    try self.init(
      source.map { start.adopting($0) } ?? start, texts: parts.texts, training: parts.training,
      validation: parts.validation, options: options, device: device)
  }
}

extension ClassifierOptions {
  /// Refuses what cannot be had together.
  ///
  /// - Throws: `TrainingError.optionsContradict`, `.optionNeeds`.
  package func checkCombinations(
    bidirectional: Bool, startsFromModel: Bool
  ) throws(TrainingError) {
    guard !startsFromModel || !bidirectional else {
      throw .optionsContradict(
        "bidirectional", "initialize-from", reason: "a language model reads forward only")
    }
    guard languageModelLoss == 0 || !bidirectional else {
      throw .optionsContradict(
        "bidirectional", "language-model-loss",
        reason: "backward, the next character is known")
    }
    guard !freezes || startsFromModel else {
      throw .optionNeeds(
        "freeze", "initialize-from", reason: "a random body has learnt nothing")
    }
  }
}

extension ModelConfiguration {
  /// Whether weights of the recurrent layers, and rows of the embedding, can be taken from there.
  fileprivate func hasBody(of other: ModelConfiguration) -> Bool {
    (cell, layers, hiddenSize, embeddingSize)
      == (other.cell, other.layers, other.hiddenSize, other.embeddingSize)
  }
}
