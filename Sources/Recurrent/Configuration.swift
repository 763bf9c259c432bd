/// How a classifier makes one row of features of the outputs of all steps of a text.
public enum Pooling: String, Codable, Sendable, CaseIterable {
  /// The state after the last step; of the backward direction, after the first.
  case last
  /// The mean over the steps.
  case mean
  /// The largest over the steps, cell by cell.
  case max
  /// The mean weighted by a softmax over the steps of the product with a trained query
  /// (a form of Yang et al. 2016).
  case attention
  /// Last, mean and max side by side (Howard and Ruder 2018).
  case concat

  /// What stands side by side in a row of features.
  package var parts: [Pooling] { self == .concat ? [.last, .mean, .max] : [self] }
}

/// What makes a network a classifier of whole texts.
public struct ClassifierConfiguration: Codable, Equatable, Sendable {
  /// `C`
  public var classes: Int
  public var pooling: Pooling
  /// Whether it can predict the next character as well.
  public var hasLanguageModelHead: Bool
  /// Nil where the first layer reads the embedding of the symbol alone.
  public var ngrams: NgramEmbedding?

  public init(
    classes: Int, pooling: Pooling, hasLanguageModelHead: Bool = false,
    ngrams: NgramEmbedding? = nil
  ) {
    self.classes = classes
    self.pooling = pooling
    self.hasLanguageModelHead = hasLanguageModelHead
    self.ngrams = ngrams
  }
}

/// Embeddings of the n-grams of symbols that end at a step, added to the embedding of its symbol:
/// what the network has seen of a word's parts it need not spell out over steps (Bojanowski et al.
/// 2017; before a sequence model Pagnoni et al. 2024). N-grams share rows by their hash.
public struct NgramEmbedding: Codable, Equatable, Sendable {
  /// The length of the longest; the shortest are pairs.
  public var longest: Int
  /// Rows of the table.
  public var buckets: Int

  public init(longest: Int, buckets: Int) {
    self.longest = longest
    self.buckets = buckets
  }
}

/// The shape of a network: an embedding, recurrent layers, and a linear head that predicts the next
/// symbol, or that classifies.
public struct ModelConfiguration: Codable, Equatable, Sendable {
  public var cell: Cell
  /// `L`
  public var layers: Int
  /// `H`
  public var hiddenSize: Int
  /// `E`
  public var embeddingSize: Int
  /// `V`
  public var vocabularySize: Int
  /// Whether each layer reads the sequence in both directions; `D` is then 2, and otherwise 1.
  public var bidirectional: Bool
  /// Nil for a language model.
  public var classifier: ClassifierConfiguration?

  public init(
    cell: Cell = .lstm, layers: Int, hiddenSize: Int, embeddingSize: Int, vocabularySize: Int,
    bidirectional: Bool = false, classifier: ClassifierConfiguration? = nil
  ) {
    self.cell = cell
    self.layers = layers
    self.hiddenSize = hiddenSize
    self.embeddingSize = embeddingSize
    self.vocabularySize = vocabularySize
    self.bidirectional = bidirectional
    self.classifier = classifier
  }

  /// `D`
  public var directions: Int { bidirectional ? 2 : 1 }

  /// `D·H`, the size of a step's output.
  package var outputSize: Int { directions * hiddenSize }

  /// `F`, the size of a classifier's row of features; 0 for a language model.
  package var featureCount: Int { (classifier?.pooling.parts.count ?? 0) * outputSize }

  /// The size of a layer's input: `E` for the first, `D·H` above it.
  package func inputSize(ofLayer layer: Int) -> Int {
    layer == 0 ? embeddingSize : outputSize
  }

  /// Refuses sizes that no machine could hold, so that a hostile or mistyped one is an error and
  /// not a trap.
  public func validate() throws(ConfigurationError) {
    for (name, value, limit) in [
      ("layers", layers, 64), ("hidden size", hiddenSize, 1 << 16),
      ("embedding size", embeddingSize, 1 << 16),
      ("vocabulary size", vocabularySize, 1 << 21), ("classes", classifier?.classes ?? 1, 1 << 16),
      ("longest n-gram", classifier?.ngrams?.longest ?? 1, 16),
      ("n-gram buckets", classifier?.ngrams?.buckets ?? 1, 1 << 26),
    ] where !(1...limit).contains(value) {
      throw .outOfRange(name: name, value: value, limit: limit)
    }
    let weights = ParameterLayout(self).count
    guard weights <= 1 << 32 else { throw .tooManyParameters(weights) }
  }
}

/// What is wrong with a network's shape.
public enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  case outOfRange(name: String, value: Int, limit: Int)
  case tooManyParameters(Int)

  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let limit):
      "\(name) must be between 1 and \(limit), got \(value)"
    case .tooManyParameters(let count):
      "a model of \(count) parameters is too large; choose a smaller hidden size"
    }
  }
}
