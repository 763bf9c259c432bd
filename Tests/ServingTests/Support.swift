import CPU
import Checkpoints
import Classification
import Foundation
import Generation
import Recurrent
import Testing
import Text

@testable import Serving

/// An untrained model of a few symbols, and a server of it.
struct TinyServer {
  let vocabulary: Vocabulary
  let model: Network
  let api: API

  init(
    scalars: String = "\n abcdefgh", byteFallback: Bool = false, limits: Limits = Limits(),
    device: Device = .cpu(threads: 2)
  ) throws {
    // Tests run on many threads: products that each took all processors would wait for each other.
    _ = WorkerTeam(count: 1)
    vocabulary = try Vocabulary(
      scalars: scalars.unicodeScalars.sorted { $0.value < $1.value }, byteFallback: byteFallback)
    model = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 2, hiddenSize: 24, embeddingSize: 6,
        vocabularySize: vocabulary.count), seed: 1)
    for index in model.layout.head?.weight.range ?? 0..<0 { model.parameters.elements[index] *= 2 }
    api = API(
      .languageModel(TrainedModel(model: model, vocabulary: vocabulary)), model: "tiny",
      precision: .float32, device: device, limits: limits)
  }

  /// Text `index` that `sample` writes with a seed.
  func sample(
    _ options: WritingOptions, prompt: String = "", seed: UInt64, index: UInt64 = 0
  ) throws -> String {
    let generator = Generator(
      model, vocabulary: vocabulary, precision: .float32, device: .cpu(threads: 1))
    var random = Xoshiro256(seed: seed, stream: [index])
    return try generator.text(after: prompt, options, using: &random)
  }

  func post(_ path: String, _ body: String) async -> API.Response {
    await api.respond(to: API.Request(method: "POST", path: path, body: Array(body.utf8)))
  }

  func complete(_ body: String) async throws -> Answer {
    let response = await post("/v1/completions", body)
    return try JSONDecoder().decode(Answer.self, from: response.data)
  }

  /// The message, field and status of a refusal.
  func refusal(_ body: String, path: String = "/v1/completions") async throws -> Refusal {
    let response = await post(path, body)
    let error = try JSONDecoder().decode(ErrorBody.self, from: response.data).error
    return Refusal(status: response.status, message: error.message, field: error.param)
  }

  /// The objects of a stream, without the last, which must be `[DONE]`.
  func stream(_ body: String) async throws -> [Answer] {
    guard case .stream(let completion) = await post("/v1/completions", body).body else {
      throw Missing()
    }
    var bytes: [UInt8] = []
    while let events = await completion.nextEvents() { bytes += events }
    let events = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n")
      .filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    #expect(events.last == "[DONE]")
    return try events.dropLast().map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
  }
}

struct Missing: Error {}

struct Refusal: Equatable {
  var status = 400
  var message: String
  var field: String?
}

struct Answer: Decodable {
  struct Choice: Decodable {
    struct LogProbabilities: Decodable {
      var tokens: [String]
      var token_logprobs: [Double]
      var top_logprobs: [[String: Double]]
      var text_offset: [Int]
    }
    struct Statistics: Decodable {
      var nats_per_character: Double?
      var bans_avoided: Int?
      var score: Double?
      var effective_sample_size: Double?
      var log_probability: Double?
      var nats_of_suffix: Double?
    }
    var text: String
    var index: Int
    var statistics: Statistics?
    var finish_reason: String?
    var logprobs: LogProbabilities?
  }
  struct Usage: Decodable, Equatable {
    var prompt_tokens: Int
    var completion_tokens: Int
    var total_tokens: Int
  }
  var object: String
  var model: String
  var choices: [Choice]
  var usage: Usage?
  var seed: UInt64
}

private struct ErrorBody: Decodable {
  struct Description: Decodable {
    var message: String
    var type: String
    var param: String?
  }
  var error: Description
}

extension API.Response {
  /// Of an answer that is whole.
  var data: Data {
    if case .whole(let bytes) = body { Data(bytes) } else { Data() }
  }
}
