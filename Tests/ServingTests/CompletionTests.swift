import Foundation
import Generation
import Testing
import Text

@testable import Serving

@Suite("Completions")
struct CompletionTests {
  @Test func aSeedGivesTheTextOfSample() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete(
      #"{"prompt": "abc", "max_tokens": 120, "seed": 7, "n": 3, "temperature": 0.9, "top_k": 6}"#)
    let options = WritingOptions(
      sampling: SamplingOptions(temperature: 0.9, topK: 6), length: 120)
    #expect(
      try answer.choices.map(\.text)
        == (0..<3).map { try tiny.sample(options, prompt: "abc", seed: 7, index: $0) })
    #expect(answer.choices.map(\.index) == [0, 1, 2])
    #expect(answer.choices.map(\.finish_reason) == ["length", "length", "length"])
    #expect(answer.object == "text_completion")
    #expect(answer.model == "tiny")
    #expect(answer.seed == 7)
    #expect(
      answer.usage == .init(prompt_tokens: 3, completion_tokens: 360, total_tokens: 363))
  }

  @Test func whatIsNotAskedForIsAsOpenAIHasIt() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete("{}")
    #expect(answer.choices.map(\.text.unicodeScalars.count) == [16])
    #expect(answer.choices[0].logprobs == nil)
    #expect(
      try answer.choices[0].text == tiny.sample(WritingOptions(length: 16), seed: answer.seed))
  }

  @Test func severalPrompts() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete(
      #"{"prompt": ["a", "bcd"], "max_tokens": 30, "seed": 2, "n": 2}"#)
    let options = WritingOptions(length: 30)
    #expect(
      try answer.choices.map(\.text)
        == (0..<4).map {
          try tiny.sample(options, prompt: $0 < 2 ? "a" : "bcd", seed: 2, index: $0)
        })
  }

  /// Whoever comes and goes beside it, at whatever step.
  @Test func companyDoesNotMatter() async throws {
    var limits = Limits()
    limits.batch = 70
    let tiny = try TinyServer(limits: limits)
    let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for index in 0..<150 {
        group.addTask {
          let length = 20 + index * 37 % 90
          let answer = try await tiny.complete(
            #"{"prompt": "\#(index % 2 == 0 ? "ab" : "")", "max_tokens": \#(length), "#
              + #""seed": \#(index), "temperature": \#(0.5 + Double(index % 5) / 4)}"#)
          return (index, answer.choices[0].text)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for index in 0..<150 {
      let options = WritingOptions(
        sampling: SamplingOptions(temperature: 0.5 + Double(index % 5) / 4),
        length: 20 + index * 37 % 90)
      #expect(
        try texts[index]
          == tiny.sample(options, prompt: index % 2 == 0 ? "ab" : "", seed: UInt64(index)))
    }
  }

  @Test func aStreamIsTheSameText() async throws {
    let tiny = try TinyServer()
    let parts = try await tiny.stream(
      #"{"prompt": "a", "max_tokens": 200, "seed": 3, "n": 2, "stream": true, "#
        + #""stream_options": {"include_usage": true}}"#)
    for index in 0..<2 {
      let choices = parts.flatMap(\.choices).filter { $0.index == index }
      #expect(
        try choices.map(\.text).joined()
          == tiny.sample(WritingOptions(length: 200), prompt: "a", seed: 3, index: UInt64(index)))
      #expect(choices.compactMap(\.finish_reason) == ["length"])
      #expect(choices.last?.finish_reason == "length")
    }
    #expect(parts.last?.choices.isEmpty == true)
    #expect(
      parts.last?.usage == .init(prompt_tokens: 1, completion_tokens: 400, total_tokens: 401))
    #expect(parts.dropLast().allSatisfy { $0.usage == nil })
  }

  @Test func stopsEndTheText() async throws {
    let tiny = try TinyServer()
    let whole = try tiny.sample(WritingOptions(length: 200), seed: 5)
    let stop = String(whole.dropFirst(60).prefix(2))
    let answer = try await tiny.complete(
      json(["max_tokens": 200, "seed": 5, "stop": ["zz", stop], "logprobs": 2]))
    let end = try #require(whole.range(of: stop)).lowerBound
    #expect(answer.choices[0].text == String(whole[..<end]))
    #expect(answer.choices[0].finish_reason == "stop")
    // Of the stop string there are no probabilities either.
    #expect(answer.choices[0].logprobs?.tokens.joined() == answer.choices[0].text)
    #expect(answer.usage?.completion_tokens == answer.choices[0].text.unicodeScalars.count)
  }

  @Test(arguments: [false, true])
  func probabilities(byteFallback: Bool) async throws {
    let tiny = try TinyServer(scalars: "\nabé", byteFallback: byteFallback)
    let answer = try await tiny.complete(
      #"{"prompt": "ab", "max_tokens": 40, "seed": 1, "logprobs": 3, "echo": true}"#)
    let choice = answer.choices[0]
    let logprobs = try #require(choice.logprobs)
    #expect(choice.text.hasPrefix("ab"))
    #expect(logprobs.tokens.joined() == choice.text)
    #expect(logprobs.text_offset == Array(0..<42))
    #expect(logprobs.token_logprobs.count == 42)
    for (index, top) in logprobs.top_logprobs.enumerated() {
      #expect((3...4).contains(top.count))
      guard !byteFallback else { continue }
      let own = try #require(top[logprobs.tokens[index]])
      #expect(own == logprobs.token_logprobs[index])
      #expect(top.values.reduce(0) { $0 + exp($1) } <= 1.00001)
    }
  }

  /// What a reader of probabilities gets is what scoring the text gives.
  @Test func probabilitiesAreThoseOfScoring() async throws {
    let tiny = try TinyServer()
    let written = try await tiny.complete(
      #"{"max_tokens": 50, "seed": 4, "logprobs": 0, "temperature": 0.3}"#)
    let text = written.choices[0].text
    let read = try await tiny.complete(
      json(["prompt": text, "max_tokens": 0, "logprobs": 0, "echo": true]))
    #expect(read.choices[0].text == text)
    let scored = try #require(read.choices[0].logprobs).token_logprobs
    let drawn = try #require(written.choices[0].logprobs).token_logprobs
    #expect(scored.count == 50)
    for (scored, drawn) in zip(scored, drawn) { #expect(abs(scored - drawn) < 1e-4) }
  }

  @Test func whatTheModelDoesNotKnow() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete(
      #"{"prompt": "aXb", "max_tokens": 5, "seed": 1, "logprobs": 1, "echo": true}"#)
    #expect(answer.choices[0].text.hasPrefix("aXb"))
    #expect(answer.choices[0].logprobs?.text_offset == [0, 2, 3, 4, 5, 6, 7])
    #expect(
      try await tiny.refusal(#"{"prompt": "XYZ"}"#)
        == Refusal(message: "the model knows no character of the prompt", field: "prompt"))
  }

  @Test func noTextAtAll() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete(
      #"{"prompt": "", "max_tokens": 0, "echo": true, "logprobs": 1}"#)
    #expect(answer.choices[0].text == "")
    #expect(answer.choices[0].finish_reason == "length")
    #expect(answer.choices[0].logprobs?.tokens == [])
  }

  private func json(_ object: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }
}
