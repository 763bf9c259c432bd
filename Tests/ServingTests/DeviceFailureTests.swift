import Checkpoints
import Classification
import DeviceTesting
import Foundation
import Recurrent
import Testing
import Text

@testable import Serving

/// Requests are refused with the device's error, and whoever runs the server is told to end it.
@Suite("A server whose device fails", .timeLimit(.minutes(1)))
struct DeviceFailureTests {
  private let refused = Refusal(status: 503, message: FailingBackend.reason)

  @Test(arguments: [
    #"{"prompt": "abc", "max_tokens": 40, "seed": 1}"#,
    #"{"prompt": "abc", "max_tokens": 20, "seed": 1, "match": "[a-h ]+"}"#,
  ])
  func noTextIsAnswered(_ body: String) async throws {
    let tiny = try TinyServer(device: .failing(after: 10))
    #expect(tiny.api.failure == nil)
    #expect(try await tiny.refusal(body) == refused)
    #expect(tiny.api.failure == DeviceError(FailingBackend.reason))
    // Again, and whether it is well.
    #expect(try await tiny.refusal(body) == refused)
    let health = await tiny.api.respond(to: .init(method: "GET", path: "/healthz"))
    #expect(health.status == 503)
  }

  @Test func noTextIsClassified() async throws {
    let vocabulary = try Vocabulary(scalars: Array("abc".unicodeScalars), byteFallback: false)
    let network = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 6, embeddingSize: 4, vocabularySize: vocabulary.count,
        classifier: ClassifierConfiguration(classes: 2, pooling: .last)), seed: 1)
    let api = API(
      .classifier(TrainedClassifier(model: network, vocabulary: vocabulary, labels: ["x", "y"])),
      model: "c", precision: .float32, device: .failing(after: 1))
    let request = API.Request(
      method: "POST", path: "/v1/classify", body: Array(#"{"input": ["ab"]}"#.utf8))
    #expect(await api.respond(to: request).status == 200)
    #expect(await api.respond(to: request).status == 503)
  }
}
