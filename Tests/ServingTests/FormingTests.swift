import CPU
import Form
import Foundation
import Generation
import Recurrent
import Testing

@testable import Serving

/// Texts in a form, as `sample` writes them.
@Suite("Forms of completions")
struct FormingTests {
  /// What `sample` writes, texts 0 to `count` of a prompt, in a form.
  private func expected(
    _ tiny: TinyServer, _ request: FormRequest, prompt: String, seed: UInt64, count: Int,
    particles: Int = 64
  ) throws -> [String] {
    let writer = FormWriter(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, particles: particles,
      device: .cpu(threads: 1))
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
    var state = generator.start()
    generator.read(tiny.vocabulary.encode(prompt).symbols, into: &state)
    return try (0..<count).map { index in
      var random = Xoshiro256(seed: seed, stream: [UInt64(index)])
      return try writer.text(request, from: state, using: &random).text
    }
  }

  @Test func aFormIsThatOfSample() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete(
      #"{"prompt": "ab", "lines": 3, "line_length": "4-9", "acrostic": "abc", "max_tokens": 40, "#
        + #""seed": 4, "n": 3, "particles": 16, "temperature": 0.8}"#)
    var form = Form()
    form.lines = 3
    form.lineLength = 4...9
    form.acrostic = "abc"
    let request = FormRequest(form, length: 40, temperature: 0.8)
    #expect(
      try answer.choices.map(\.text)
        == expected(tiny, request, prompt: "ab", seed: 4, count: 3, particles: 16))
    #expect(answer.choices.map(\.finish_reason) == ["stop", "stop", "stop"])
    let statistics = try #require(answer.choices[0].statistics)
    #expect(try #require(statistics.effective_sample_size) >= 1)
    #expect(try #require(statistics.log_probability) < 0)
  }

  @Test func aSuffixIsLedInto() async throws {
    let tiny = try TinyServer()
    let body = #"{"prompt": "ab", "suffix": "hgf", "max_tokens": 20, "seed": 6, "n": 2"#
    let answer = try await tiny.complete(body + "}")
    let request = FormRequest(Form(), length: 20, following: "hgf")
    let texts = try expected(tiny, request, prompt: "ab", seed: 6, count: 2)
    #expect(answer.choices.map(\.text) == texts)
    #expect(answer.choices.allSatisfy { $0.statistics?.nats_of_suffix ?? 0 > 0 })
    #expect(
      answer.usage?.completion_tokens == texts.reduce(0) { $0 + $1.unicodeScalars.count })
    let parts = try await tiny.stream(body + #", "stream": true, "echo": true}"#)
    for index in 0..<2 {
      let own = parts.flatMap(\.choices).filter { $0.index == index }
      #expect(own.map(\.text).joined() == "ab" + texts[index])
      #expect(own.last?.finish_reason == "stop")
    }
  }

  /// What `sample --beam` writes: the most probable text, in a form, without one and before a suffix,
  /// whatever the seed; a prompt of several has its own.
  @Test func aBeamIsThatOfSample() async throws {
    let tiny = try TinyServer()
    var form = Form()
    form.match = "[a-e]{3,9}"
    let writer = FormWriter(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, particles: 5,
      device: .cpu(threads: 1))
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
    for (fields, request) in [
      (#""match": "[a-e]{3,9}""#, FormRequest(form, length: 12)),
      (#""temperature": 0.7"#, FormRequest(Form(), length: 12, temperature: 0.7)),
      (#""suffix": "hgf""#, FormRequest(Form(), length: 12, following: "hgf")),
    ] {
      var expected: [FormedText] = []
      for prompt in ["ab", "c"] {
        var state = generator.start()
        generator.read(tiny.vocabulary.encode(prompt).symbols, into: &state)
        expected.append(try writer.mostProbable(writer.prepare(request), from: state))
      }
      for seed in 1...2 {
        let answer = try await tiny.complete(
          #"{"prompt": ["ab", "c"], "max_tokens": 12, "beam": 5, "seed": \#(seed), \#(fields)}"#)
        #expect(answer.choices.map(\.text) == expected.map(\.text))
        for (choice, text) in zip(answer.choices, expected) {
          #expect(choice.statistics?.effective_sample_size == nil)
          #expect(choice.statistics?.log_probability == text.logProbability)
          #expect(choice.finish_reason == "stop")
        }
      }
    }
  }

  /// A beam is given up as its client goes, while it reads what must follow, too.
  @Test(.timeLimit(.minutes(2))) func aBeamThatNobodyWants() async throws {
    var limits = Limits()
    limits.formed = .max
    limits.length = 1 << 30
    let tiny = try TinyServer(limits: limits)
    let suffix = String(repeating: "ab", count: 200_000)
    for body in [
      #"{"beam": 8, "max_tokens": 100000000, "stream": true}"#,
      #"{"beam": 8, "suffix": "\#(suffix)", "max_tokens": 90, "stream": true}"#,
      #"{"particles": 8, "suffix": "\#(suffix)", "max_tokens": 90, "stream": true}"#,
    ] {
      guard case .stream(let stream) = await tiny.post("/v1/completions", body).body else {
        throw Missing()
      }
      while tiny.api.counts.writing == 0 { try await Task.sleep(for: .milliseconds(2)) }
      stream.cancel()
      #expect(try await tiny.complete(#"{"match": "a{5}"}"#).choices[0].text == "aaaaa")
    }
  }

  /// Another request's form, or number of particles, is not used for this one.
  @Test func requestsInTurns() async throws {
    let tiny = try TinyServer()
    let texts = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      for index in 0..<6 {
        group.addTask {
          let answer = try await tiny.complete(
            #"{"match": "[ab]{\#(index + 2)}", "n": 3, "seed": 1, "particles": \#(8 + index % 2)}"#)
          return (index, answer.choices.map(\.text))
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for index in 0..<6 {
      var form = Form()
      form.match = "[ab]{\(index + 2)}"
      let request = FormRequest(form, length: 16)
      #expect(
        try texts[index]
          == expected(
            tiny, request, prompt: "", seed: 1, count: 3, particles: 8 + index % 2))
    }
  }

  @Test func whatCannotBeKeptTo() async throws {
    let tiny = try TinyServer()
    let response = await tiny.post(
      "/v1/completions", #"{"lines": 3, "line_length": 20, "max_tokens": 50}"#)
    #expect(response.status == 400)
    #expect(
      String(decoding: response.data, as: UTF8.self)
        == #"{"error":{"code":"impossible_form","message":"lines and line_length together cannot be "#
        + #"kept to within 50 characters: the shortest such text has 62; ask for more with max_tokens","#
        + #""param":null,"type":"invalid_request_error"}}"#)
    #expect(
      try await tiny.refusal(#"{"ends_with": "xyz"}"#)
        == Refusal(
          message: "ends_with cannot be kept to by any text of the model's characters; change it",
          field: "ends_with"))
    #expect(
      try await tiny.refusal(#"{"suffix": "xyz"}"#)
        == Refusal(
          message: #"the model does not know "x", which is in the text that is to follow; "#
            + "leave it out",
          field: "suffix"))
  }

  /// A form that takes long keeps neither free texts nor, once its reader has gone, other forms waiting.
  @Test(.timeLimit(.minutes(2))) func whoWantsItNoMore() async throws {
    var limits = Limits()
    limits.formed = .max
    limits.length = 1 << 30
    let tiny = try TinyServer(limits: limits)
    let endless = #"{"match": "[^q]*", "max_tokens": 100000000, "n": 4, "stream": true}"#
    guard case .stream(let stream) = await tiny.post("/v1/completions", endless).body else {
      throw Missing()
    }
    while tiny.api.counts.writing == 0 { try await Task.sleep(for: .milliseconds(2)) }
    #expect(
      try await tiny.complete(#"{"max_tokens": 50, "seed": 2}"#).choices[0].text
        == tiny.sample(WritingOptions(length: 50), seed: 2))
    #expect(tiny.api.counts.waiting == 3)
    async let other = tiny.complete(#"{"match": "a{5}"}"#)
    stream.cancel()
    #expect(try await other.choices[0].text == "aaaaa")
    while tiny.api.counts != (0, 0) { try await Task.sleep(for: .milliseconds(2)) }
  }

  @Test(.timeLimit(.minutes(2))) func theEndOfTheServer() async throws {
    var limits = Limits()
    limits.formed = .max
    limits.length = 1 << 30
    let tiny = try TinyServer(limits: limits)
    let endless = #"{"match": "[^q]*", "max_tokens": 100000000, "n": 2, "stream": true}"#
    guard case .stream(let stream) = await tiny.post("/v1/completions", endless).body else {
      throw Missing()
    }
    while tiny.api.counts.writing == 0 { try await Task.sleep(for: .milliseconds(2)) }
    tiny.api.end()
    #expect(try await tiny.refusal(#"{"lines": 1}"#).status == 503)
    tiny.api.stop()
    var last: [UInt8] = []
    while let events = await stream.nextEvents() { last = events }
    #expect(String(decoding: last, as: UTF8.self).contains("the server is ending"))
  }

  @Test func aFullQueueRefuses() async throws {
    var limits = Limits()
    limits.formed = .max
    limits.length = 1 << 30
    limits.queue = 2
    let tiny = try TinyServer(limits: limits)
    let endless = #"{"match": "[^q]*", "max_tokens": 100000000, "n": 2, "stream": true}"#
    guard case .stream(let stream) = await tiny.post("/v1/completions", endless).body else {
      throw Missing()
    }
    let refused = await tiny.post("/v1/completions", endless)
    #expect(refused.status == 429)
    stream.cancel()
    #expect(try await tiny.complete(#"{"match": "a{5}", "n": 2}"#).choices.count == 2)
  }
}
