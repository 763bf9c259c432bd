/// The kind of recurrent cell.
public enum Cell: String, Codable, Sendable, CaseIterable {
  /// Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate.
  case lstm
  /// Gated recurrent unit (Cho et al. 2014), in PyTorch's form.
  case gru
  /// The simple recurrent network (Elman 1990) with tanh.
  case rnn

  /// Gates `G`: a layer's weights have `G·H` rows.
  public var gateCount: Int {
    switch self {
    case .lstm: 4
    case .gru: 3
    case .rnn: 1
    }
  }
}

/// The shape of a network: an embedding, recurrent layers, and a linear head.
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

  public init(
    cell: Cell = .lstm, layers: Int, hiddenSize: Int, embeddingSize: Int, vocabularySize: Int,
    bidirectional: Bool = false
  ) {
    self.cell = cell
    self.layers = layers
    self.hiddenSize = hiddenSize
    self.embeddingSize = embeddingSize
    self.vocabularySize = vocabularySize
    self.bidirectional = bidirectional
  }

  /// `D`
  public var directions: Int { bidirectional ? 2 : 1 }

  /// The size of a layer's input: `E` for the first, `D·H` above it.
  package func inputSize(ofLayer layer: Int) -> Int {
    layer == 0 ? embeddingSize : directions * hiddenSize
  }

  /// Refuses sizes that no machine could hold, so that a hostile or mistyped one is an error and
  /// not a trap.
  public func validate() throws(ConfigurationError) {
    for (name, value, limit) in [
      ("layers", layers, 64), ("hidden size", hiddenSize, 1 << 16),
      ("embedding size", embeddingSize, 1 << 16),
      ("vocabulary size", vocabularySize, 1 << 21),
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
