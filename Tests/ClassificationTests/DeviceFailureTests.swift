import Classification
import DeviceTesting
import Recurrent
import Testing
import Text

@Suite("A device that fails while classifying")
struct DeviceFailureTests {
  /// No numbers, which whoever shows probabilities does not take for some.
  @Test func noTextHasProbabilities() throws {
    let vocabulary = try Vocabulary(scalars: Array("abc".unicodeScalars), byteFallback: false)
    let network = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 6, embeddingSize: 4, vocabularySize: vocabulary.count,
        classifier: ClassifierConfiguration(classes: 2, pooling: .last)), seed: 1)
    let classifier = Classifier(
      TrainedClassifier(model: network, vocabulary: vocabulary, labels: ["x", "y"]),
      precision: .float32, device: .failing(after: 1))
    let before = classifier.probabilities(of: ["ab", "c"]).flatMap(\.self)
    #expect(before.count == 4 && !before.contains { !$0.isFinite })
    let after = classifier.probabilities(of: ["ab", "c"]).flatMap(\.self)
    #expect(after.count == 4 && !after.contains { !$0.isNaN })
  }
}
