import Checkpoints
import Classification
import Recurrent
import Synchronization

/// What a classifier says of texts that are to be of one class.
final class ClassVerdict: Sendable {
  private let classifier: Mutex<Classifier>
  private let label: Int

  /// - Throws: `CheckpointError`; a `Failure` where there is no such class.
  init(_ path: String, label: String) throws {
    let trained = try TrainedClassifier(contentsOf: path)
    guard let index = trained.labels.firstIndex(of: label) else {
      throw Failure.usage(
        "\(path: path) has no class \(label); it has " + trained.labels.joined(separator: ", "))
    }
    self.label = index
    // Not the device that writes, which is at work when a text is delivered.
    let device = Device.cpu(threads: 1)
    classifier = Mutex(
      Classifier(
        trained, precision: PrecisionChoice.auto.resolved(for: .reading, on: device),
        device: device))
  }

  func probability(of text: String) throws -> Double {
    let probability = classifier.withLock { $0.probabilities(of: [text])[0][label] }
    guard probability.isFinite else {
      throw Failure.badData("the classifier's weights are so large that it gives no probabilities")
    }
    return Double(probability)
  }
}
