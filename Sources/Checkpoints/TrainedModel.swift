import Foundation
import Recurrent
import Text

/// How a model came to be, as its file tells.
public struct TrainingSummary: Codable, Equatable, Sendable {
  /// The names of the files it was trained on.
  public var corpus: [String]
  /// Symbols of the training part.
  public var trainingCharacters: Int
  /// Passes over the training part, the last one perhaps in part.
  public var epochs: Double
  /// Optimizer steps.
  public var steps: Int
  /// Nats per character on the validation part; nil where there was none.
  public var validationLoss: Double?
  /// The options of the run, as `train` would take them.
  public var options: [String: String]

  public init(
    corpus: [String], trainingCharacters: Int, epochs: Double, steps: Int, validationLoss: Double?,
    options: [String: String]
  ) {
    self.corpus = corpus
    self.trainingCharacters = trainingCharacters
    self.epochs = epochs
    self.steps = steps
    self.validationLoss = validationLoss
    self.options = options
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

  public init(model: Network, vocabulary: Vocabulary, summary: TrainingSummary? = nil) {
    precondition(model.configuration.vocabularySize == vocabulary.count)
    self.model = model
    self.vocabulary = vocabulary
    self.summary = summary
  }

  /// Reads a model file.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is no model, or whose parts do not
  ///   fit together.
  public init(contentsOf path: String) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    let metadata = ModelMetadata(file: file)
    let configuration: ModelConfiguration
    (configuration, vocabulary) = try metadata.languageModel()
    summary = try metadata.decodeIfPresent("training")
    model = try file.network(configuration)
  }

  /// Writes the model, whole or not at all. The same model gives the same bytes.
  ///
  /// - Parameter halfSize: whether to store weights as bfloat16, rounded to nearest, at half the
  ///   size.
  /// - Throws: `CheckpointError`.
  public func write(to path: String, halfSize: Bool = false) throws(CheckpointError) {
    var metadata = [
      "configuration": json(model.configuration),
      "vocabulary": json(vocabulary),
    ]
    if let summary { metadata["training"] = json(summary) }
    try model.write(to: path, metadata: metadata, halfSize: halfSize)
  }
}

extension Network {
  /// - Parameter others: tensors that are not the network's.
  func write(
    to path: String, beside others: [TensorContent] = [], metadata: [String: String],
    halfSize: Bool
  ) throws(CheckpointError) {
    try SafetensorsFile.write(
      layout.tensors.map { tensor in
        .parameters(tensor, in: parameters, asBFloat16: halfSize)
      } + others,
      metadata: metadata, to: path)
  }
}

extension SafetensorsFile {
  /// Reads the weights of a network, which with `others` are all that the file must hold.
  func network(
    _ configuration: ModelConfiguration, beside others: [String] = []
  ) throws(CheckpointError) -> Network {
    let layout = ParameterLayout(configuration)
    // Before memory for the weights is taken: the file must have them all.
    for tensor in layout.tensors {
      try checkShape(of: tensor.name, is: tensor.shape)
    }
    let names = Set(layout.tensors.map(\.name) + others)
    if let extra = tensors.keys.filter({ !names.contains($0) }).min() {
      throw .unexpectedTensor(path: path, tensor: extra)
    }
    let network = Network(valid: configuration)
    for tensor in layout.tensors {
      try read(tensor, into: network.parameters)
    }
    return network
  }
}

extension TensorContent {
  /// A tensor of a flat buffer of parameters, in PyTorch's order.
  package static func parameters(
    _ tensor: ParameterLayout.Tensor, named name: String? = nil, in buffer: FloatBuffer,
    asBFloat16: Bool = false
  ) -> TensorContent {
    TensorContent(
      name: name ?? tensor.name, elementType: asBFloat16 ? .bf16 : .f32, shape: tensor.shape
    ) { (sink) throws(CheckpointError) in
      // A copy of one tensor at a time, in the file's order.
      let elements = Network.fileOrder(of: tensor, in: buffer)
      try elements.withUnsafeBufferPointer { (elements) throws(CheckpointError) in
        try TensorContent(
          name: tensor.name, shape: tensor.shape, floats: elements, asBFloat16: asBFloat16
        ).emit(sink)
      }
    }
  }
}

extension SafetensorsFile {
  /// Reads a tensor of a flat buffer of parameters, from PyTorch's order.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, of another shape, or not finite.
  package func read(
    _ tensor: ParameterLayout.Tensor, named name: String? = nil, into buffer: FloatBuffer
  ) throws(CheckpointError) {
    var elements = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
    try elements.withUnsafeMutableBufferPointer { (elements) throws(CheckpointError) in
      try read(name ?? tensor.name, expecting: tensor.shape, into: elements)
    }
    Network.setFileOrder(elements, of: tensor, in: buffer)
  }
}

/// JSON values among a file's metadata.
package struct ModelMetadata {
  private let file: SafetensorsFile

  package init(file: SafetensorsFile) {
    self.file = file
  }

  /// - Throws: `CheckpointError.notAModel` where there is no such key, `.invalidMetadata` where its
  ///   value is not what it should be.
  package func decode<Value: Decodable>(_ key: String) throws(CheckpointError) -> Value {
    guard let text = file.metadata[key] else {
      throw .notAModel(path: file.path, reason: "its metadata have no \(key)")
    }
    guard isShallowJSON(Array(text.utf8)) else {
      throw .invalidMetadata(path: file.path, key: key, reason: "it is nested too deeply")
    }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
      throw .invalidMetadata(path: file.path, key: key, reason: reason(error))
    }
  }

  /// The value of a key that need not be there.
  func decodeIfPresent<Value: Decodable>(_ key: String) throws(CheckpointError) -> Value? {
    if file.metadata[key] == nil { return nil }
    let value: Value = try decode(key)
    return value
  }

  /// The configuration and the vocabulary of a language model, which fit each other.
  package func languageModel() throws(CheckpointError) -> (ModelConfiguration, Vocabulary) {
    let (configuration, vocabulary) = try network()
    guard configuration.classifier == nil else { throw .isClassifier(path: file.path) }
    guard !configuration.bidirectional else {
      throw .invalidMetadata(
        path: file.path, key: "configuration",
        reason: "a language model reads in one direction only, this one reads in both")
    }
    return (configuration, vocabulary)
  }

  /// The configuration and the vocabulary of any network, which fit each other.
  package func network() throws(CheckpointError) -> (ModelConfiguration, Vocabulary) {
    let configuration: ModelConfiguration = try decode("configuration")
    do throws(ConfigurationError) {
      try configuration.validate()
    } catch {
      throw .invalidMetadata(path: file.path, key: "configuration", reason: error.description)
    }
    let vocabulary: Vocabulary = try decode("vocabulary")
    guard vocabulary.count == configuration.vocabularySize else {
      throw .invalidMetadata(
        path: file.path, key: "vocabulary",
        reason: "it has \(vocabulary.count) symbols, the configuration "
          + "\(configuration.vocabularySize)")
    }
    return (configuration, vocabulary)
  }

  private func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "it has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.map(\.stringValue).joined(separator: ".")
        + (context.codingPath.isEmpty ? "" : ": ") + context.debugDescription
    default: "\(error)"
    }
  }
}

/// JSON with sorted keys, so that the same value gives the same bytes.
package func json(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // JSON has no numbers that are not finite; a result that is none is shown all the same.
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  // Values here are numbers, strings and lists of them, which always encode.
  guard let data = try? encoder.encode(value) else { preconditionFailure("not JSON: \(value)") }
  return String(decoding: data, as: UTF8.self)
}
