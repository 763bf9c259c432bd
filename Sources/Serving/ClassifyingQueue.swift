import Classification
import Dispatch
import Recurrent
import Synchronization

/// Classifies the texts of one request after the other's on a thread of its own.
final class ClassifyingQueue: Sendable {
  /// Unchecked: only work of the queue uses the classifier.
  private struct Owned: @unchecked Sendable { let classifier: Classifier }

  private let owned: Owned
  private let device: Device
  private let queue = DispatchQueue(label: "charlstm classifying")
  private let waiting = Mutex(0)
  private let limit: Int

  /// - Parameter limit: texts that may wait.
  init(_ classifier: sending Classifier, device: Device, limit: Int) {
    owned = Owned(classifier: classifier)
    self.device = device
    self.limit = limit
  }

  /// - Throws: `APIError` where too many are waiting.
  func answer(_ request: ClassifyRequest, model: String) async throws(APIError) -> ClassifyAnswer {
    let count = request.texts.count
    let hasRoom = waiting.withLock { waiting in
      guard waiting == 0 || waiting + count <= limit else { return false }
      waiting += count
      return true
    }
    guard hasRoom else { throw .full }
    defer { waiting.withLock { $0 -= count } }
    let most = request.most
    let data = await withCheckedContinuation {
      (continuation: CheckedContinuation<[ClassifyAnswer.Text]?, Never>) in
      queue.async { [owned] in
        continuation.resume(
          returning: Self.judge(request.texts, by: owned.classifier, most: most))
      }
    }
    if let failure = device.backend.failure { throw .deviceFailed(failure.description) }
    guard let data else {
      throw APIError(
        status: 500, message: "the model's weights are so large that it gives no probabilities")
    }
    return ClassifyAnswer(model: model, data: data)
  }

  /// Nil where there are no numbers.
  private static func judge(
    _ texts: [String], by classifier: Classifier, most: Int?
  ) -> [ClassifyAnswer.Text]? {
    guard !texts.isEmpty else { return [] }
    let judgements = classifier.judgements(of: texts.map { classifier.symbols(in: $0.utf8) })
    var answers: [ClassifyAnswer.Text] = []
    for (index, judgement) in judgements.enumerated() {
      guard judgement.probabilities.allSatisfy(\.isFinite) else { return nil }
      let ranked = classifier.ranked(judgement.probabilities)
      answers.append(
        ClassifyAnswer.Text(
          index: index, label: classifier.rejects(judgement) ? nil : ranked.first?.label,
          classes: ranked.prefix(most ?? ranked.count).map {
            .init(label: $0.label, probability: $0.probability)
          }))
    }
    return answers
  }
}
