import Checkpoints
import Classification
import FileTesting
import Foundation
import Recurrent
import Text

extension TemporaryFolder {
  /// Writes an untrained model of strong opinions, so that what it writes depends on all it has read,
  /// and returns its path. The same seed gives the same model.
  @discardableResult
  func writeModel(
    _ name: String = "tiny.safetensors", seed: UInt64 = 1, vocabulary: Vocabulary? = nil,
    cell: Cell = .lstm
  ) throws -> String {
    let letters = "\n !',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    let vocabulary =
      try vocabulary ?? Vocabulary(scalars: Array(letters.unicodeScalars), byteFallback: false)
    let model = try Network(
      ModelConfiguration(
        cell: cell, layers: 2, hiddenSize: 24, embeddingSize: 8,
        vocabularySize: vocabulary.count), seed: seed)
    for index in model.layout.head?.weight.range ?? 0..<0 {
      model.parameters.elements[index] *= 2.4
    }
    try FileManager.default.createDirectory(
      at: URL(filePath: file(name)).deletingLastPathComponent(),
      withIntermediateDirectories: true)
    try TrainedModel(model: model, vocabulary: vocabulary).write(to: file(name))
    return file(name)
  }

  /// Writes an untrained classifier of strong opinions, which knows small letters, blanks, line
  /// feeds, a wide character and a mark, and returns its path.
  @discardableResult
  func writeClassifier(
    _ name: String = "kinds.safetensors", labels: [String] = ["sweet", "sour", "salty", "bitter"],
    vocabulary: Vocabulary? = nil, bidirectional: Bool = true, limit: TextLimit = TextLimit()
  ) throws -> String {
    let letters = "\n !abcdefghijklmnopqrstuvwxyz\u{301}\u{4E16}"
    let vocabulary =
      try vocabulary ?? Vocabulary(scalars: Array(letters.unicodeScalars), byteFallback: false)
    let model = try Network(
      ModelConfiguration(
        cell: .gru, layers: 1, hiddenSize: 12, embeddingSize: 6, vocabularySize: vocabulary.count,
        bidirectional: bidirectional,
        classifier: ClassifierConfiguration(classes: labels.count, pooling: .mean)), seed: 5)
    for index in model.layout.classifier?.weight.range ?? 0..<0 {
      model.parameters.elements[index] *= 24
    }
    try TrainedClassifier(model: model, vocabulary: vocabulary, labels: labels, limit: limit)
      .write(to: file(name))
    return file(name)
  }
}
