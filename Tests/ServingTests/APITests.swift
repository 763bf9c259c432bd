import CPU
import Classification
import Foundation
import Recurrent
import Testing
import Text

@testable import Serving

@Suite("API")
struct APITests {
  /// Texts that do not end before the test does.
  private static let endless: Limits = {
    var limits = Limits()
    limits.length = 1 << 30
    return limits
  }()

  @Test func models() async throws {
    let tiny = try TinyServer()
    for path in ["/v1/models", "/v1/models/tiny", "/healthz", "/", "/page.js", "/page.css"] {
      #expect(await tiny.api.respond(to: .init(method: "GET", path: path)).status == 200)
      #expect(await tiny.api.respond(to: .init(method: "DELETE", path: path)).status == 405)
    }
    let models = await tiny.api.respond(to: .init(method: "GET", path: "/v1/models"))
    #expect(String(decoding: models.data, as: UTF8.self).contains(#""id":"tiny""#))
    #expect(await tiny.api.respond(to: .init(method: "GET", path: "/v1/models/x")).status == 404)
  }

  @Test func whatIsNotThere() async throws {
    let tiny = try TinyServer()
    #expect(
      try await tiny.refusal(#"{"model": "gpt"}"#)
        == Refusal(
          status: 404, message: "there is no model gpt; this server has tiny", field: "model"))
    #expect(try await tiny.refusal("{}", path: "/v1/chat/completions").status == 404)
    #expect(try await tiny.refusal("{}", path: "/v1/classify").status == 404)
    #expect(
      try await tiny.refusal("{}", path: "/x")
        == Refusal(status: 404, message: "there is nothing at /x"))
    #expect(await tiny.api.respond(to: .init(method: "GET", path: "/v1/completions")).status == 405)
  }

  @Test func aFullQueueRefuses() async throws {
    var limits = Self.endless
    limits.batch = 1
    limits.queue = 2
    let tiny = try TinyServer(limits: limits)
    let long = #"{"max_tokens": 100000000, "stream": true, "n": 2}"#
    guard case .stream(let first) = await tiny.post("/v1/completions", long).body else {
      throw Missing()
    }
    _ = await first.nextEvents()
    guard
      case .stream(let second) = await tiny.post(
        "/v1/completions", #"{"stream": true, "max_tokens": 100000000}"#
      ).body
    else { throw Missing() }
    let refused = await tiny.post("/v1/completions", long)
    #expect(refused.status == 429)
    #expect(refused.headers.contains { $0.name == "Retry-After" })
    // Who goes makes room.
    first.cancel()
    second.cancel()
    #expect(try await tiny.complete(#"{"max_tokens": 5, "n": 2}"#).choices.count == 2)
  }

  @Test func whoGoesLeavesNothingBehind() async throws {
    let tiny = try TinyServer(limits: Self.endless)
    var streams: [Completion] = []
    for _ in 0..<20 {
      guard
        case .stream(let stream) = await tiny.post(
          "/v1/completions", #"{"max_tokens": 100000000, "stream": true}"#
        ).body
      else { throw Missing() }
      streams.append(stream)
    }
    for stream in streams { #expect(await stream.nextEvents() != nil) }
    for stream in streams { stream.cancel() }
    for stream in streams { #expect(await stream.nextEvents() == nil) }
    let deadline = ContinuousClock.now + .seconds(20)
    while tiny.api.counts.writing > 0, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(tiny.api.counts.writing == 0)
    #expect(tiny.api.counts.waiting == 0)
  }

  @Test func theEndOfTheServer() async throws {
    let tiny = try TinyServer(limits: Self.endless)
    guard
      case .stream(let stream) = await tiny.post(
        "/v1/completions", #"{"max_tokens": 100000000, "stream": true}"#
      ).body
    else { throw Missing() }
    _ = await stream.nextEvents()
    tiny.api.end()
    #expect(try await tiny.refusal("{}").status == 503)
    #expect(await stream.nextEvents() != nil)
    tiny.api.stop()
    var last: [UInt8] = []
    while let events = await stream.nextEvents() { last = events }
    #expect(String(decoding: last, as: UTF8.self).contains("the server is ending"))
  }

  @Test func cells() async throws {
    let tiny = try TinyServer()
    let response = await tiny.post("/charlstm/v1/cells", #"{"text": "abXc", "most": 5}"#)
    struct Cells: Decodable {
      struct Cell: Decodable {
        var cell: String
        var values: [Float]
      }
      var characters: [String]
      var cells: [Cell]
    }
    let cells = try JSONDecoder().decode(Cells.self, from: response.data)
    #expect(cells.characters == ["a", "b", "c"])
    #expect(cells.cells.count == 5)
    #expect(cells.cells.allSatisfy { $0.values.count == 3 })
    let last = cells.cells.compactMap(\.values.last).map(abs)
    #expect(last == last.sorted(by: >))
    #expect(try await tiny.refusal("{}", path: "/charlstm/v1/cells").field == "text")
  }

  @Test func classifiers() async throws {
    _ = WorkerTeam(count: 1)
    let vocabulary = try Vocabulary(
      scalars: "abc".unicodeScalars.sorted { $0.value < $1.value }, byteFallback: false)
    let network = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 16, embeddingSize: 4, vocabularySize: 3,
        classifier: ClassifierConfiguration(classes: 3, pooling: .last)), seed: 3)
    let trained = TrainedClassifier(
      model: network, vocabulary: vocabulary, labels: ["x", "y", "z"])
    let api = API(
      .classifier(trained), model: "c", precision: .float32, device: .cpu(threads: 1))
    struct Classes: Decodable {
      struct Text: Decodable {
        struct Class: Decodable {
          var label: String
          var probability: Float
        }
        var index: Int
        var label: String?
        var classes: [Class]
      }
      var data: [Text]
    }
    let response = await api.respond(
      to: .init(
        method: "POST", path: "/v1/classify", body: Array(#"{"input": ["ab", "c"]}"#.utf8)))
    let found = try JSONDecoder().decode(Classes.self, from: response.data)
    let classifier = Classifier(trained, precision: .float32, device: .cpu(threads: 1))
    let expected = classifier.probabilities(of: ["ab", "c"]).map { classifier.ranked($0) }
    #expect(found.data.map(\.index) == [0, 1])
    for (found, expected) in zip(found.data, expected) {
      #expect(found.label == expected[0].label)
      #expect(found.classes.map(\.label) == expected.map(\.label))
      #expect(found.classes.map(\.probability) == expected.map(\.probability))
    }
    let refused = await api.respond(
      to: .init(method: "POST", path: "/v1/completions", body: Array("{}".utf8)))
    #expect(refused.status == 404)
  }
}
