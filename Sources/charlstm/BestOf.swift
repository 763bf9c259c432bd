import Checkpoints
import Classification
import Generation
import Recurrent
import Synchronization

/// How the best of several texts is found.
final class BestOf: Sendable {
  /// Texts that each is chosen from.
  let count: Int
  let expression: RankingExpression
  private let verdict: Verdict?

  init(_ count: Int, by expression: RankingExpression, verdict: Verdict?) {
    self.count = count
    self.expression = expression
    self.verdict = verdict
  }

  /// A text in the running.
  struct Entry: Sendable {
    var text: [UInt8]
    var passage: Passage
    var statistics: TextStatistics
    var score: Double
  }

  /// - Parameter prompt: what a classifier reads before the text.
  func entry(_ text: [UInt8], _ passage: Passage, after prompt: String) throws -> Entry {
    let string = String(decoding: text, as: UTF8.self)
    let statistics = TextStatistics(
      string, passage, toward: try verdict?.probability(of: prompt + string))
    return Entry(
      text: text, passage: passage, statistics: statistics, score: expression.value(of: statistics))
  }
}

/// The best so far of the texts that come one after the other.
final class Contest: Sendable {
  private let state = Mutex((best: BestOf.Entry?.none, entered: 0))

  /// Takes the next text; returns the best of `count`, the first of equals, once all are there.
  func enter(_ entry: BestOf.Entry, of count: Int) -> BestOf.Entry? {
    state.withLock { state in
      if state.best.map({ entry.score > $0.score }) ?? true { state.best = entry }
      state.entered += 1
      guard state.entered == count else { return nil }
      defer { state = (nil, 0) }
      return state.best
    }
  }
}

/// What a classifier says of texts that are to be of one class.
final class Verdict: Sendable {
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
