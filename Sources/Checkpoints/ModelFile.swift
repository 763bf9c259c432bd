import Foundation
import Recurrent
import Safetensors
import Text

/// A file with a network, open: a model or the state of a run.
///
/// Its tensors stay on the disk until they are read. Among its metadata, which are JSON, every such
/// file has the network's configuration and its vocabulary, which fit each other.
package struct ModelFile {
  package let contents: SafetensorsFile
  package let configuration: ModelConfiguration
  package let vocabulary: Vocabulary

  package var path: String { contents.path }

  /// Whether its network tells classes; otherwise it is a language model.
  package var isClassifier: Bool { configuration.classifier != nil }

  /// Opens a file, whose weights are not read yet.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, has no network, or whose
  ///   configuration and vocabulary do not fit together.
  package init(path: String) throws(CheckpointError) {
    do throws(SafetensorsError) {
      contents = try SafetensorsFile(path: path)
    } catch {
      throw CheckpointError(error)
    }
    configuration = try Self.value(of: "configuration", in: contents)
    do throws(ConfigurationError) {
      try configuration.validate()
    } catch {
      throw .invalidMetadata(path: path, key: "configuration", reason: error.description)
    }
    vocabulary = try Self.value(of: "vocabulary", in: contents)
    guard vocabulary.count == configuration.vocabularySize else {
      throw .invalidMetadata(
        path: path, key: "vocabulary",
        reason: "it has \(vocabulary.count) symbols, the configuration "
          + "\(configuration.vocabularySize)")
    }
  }

  /// - Throws: `CheckpointError.isClassifier`; `.invalidMetadata` for a network that reads in both
  ///   directions.
  package func checkIsLanguageModel() throws(CheckpointError) {
    guard !isClassifier else { throw .isClassifier(path: path) }
    guard !configuration.bidirectional else {
      throw .invalidMetadata(
        path: path, key: "configuration",
        reason: "a language model reads in one direction only, this one reads in both")
    }
  }

  // MARK: Metadata

  /// The JSON under a key of the metadata.
  ///
  /// - Throws: `CheckpointError.notAModel` where there is no such key, `.invalidMetadata` where its
  ///   value is not what it should be.
  package func decode<Value: Decodable>(_ key: String) throws(CheckpointError) -> Value {
    try Self.value(of: key, in: contents)
  }

  /// The value of a key that need not be there.
  package func decodeIfPresent<Value: Decodable>(
    _ key: String
  ) throws(CheckpointError) -> Value? {
    if contents.metadata[key] == nil { return nil }
    let value: Value = try decode(key)
    return value
  }

  private static func value<Value: Decodable>(
    of key: String, in file: SafetensorsFile
  ) throws(CheckpointError) -> Value {
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

  private static func reason(_ error: any Error) -> String {
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

extension ModelFile {
  /// Reads the weights of the network, which with `others` are all that the file must hold.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, of another shape, not finite, or one
  ///   too many.
  package func network(beside others: [String] = []) throws(CheckpointError) -> Network {
    let layout = ParameterLayout(configuration)
    // Before memory for the weights is taken: the file must have them all.
    for tensor in layout.tensors {
      try contents.checkShape(of: tensor.name, is: tensor.shape)
    }
    let names = Set(layout.tensors.map(\.name) + others)
    if let extra = contents.tensors.keys.filter({ !names.contains($0) }).min() {
      throw .unexpectedTensor(path: path, tensor: extra)
    }
    let network = Network(valid: configuration)
    for tensor in layout.tensors {
      try contents.read(tensor, into: network.parameters)
    }
    return network
  }

  /// Writes tensors and JSON as a file, whole or not at all.
  ///
  /// - Throws: `CheckpointError`.
  package static func write(
    _ tensors: [TensorContent], metadata: [String: String], to path: String
  ) throws(CheckpointError) {
    do throws(SafetensorsError) {
      try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    } catch {
      throw CheckpointError(error)
    }
  }
}
