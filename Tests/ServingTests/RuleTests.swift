import Foundation
import Generation
import Recurrent
import Testing

@testable import Serving

/// Bans, biases and the best of several, as `sample` has them.
@Suite("Rules of completions")
struct RuleTests {
  @Test func bansAndBiasesAreThoseOfSample() async throws {
    let tiny = try TinyServer()
    for (fields, bans, biases) in [
      (#""ban": ["ab", "c"], "#, ["ab", "c"] as Bans, []),
      (
        #""ban": ["A", "/b[cd]{1,3}e?/"], "ban_ignoring_case": true, "#,
        Bans(["A"], patterns: ["b[cd]{1,3}e?"], ignoresCase: true), []
      ),
      (#""logit_bias": {"a": 3, "bc": -2.5}, "#, [], [Bias("a", 3), Bias("bc", -2.5)]),
      (#""ban": ["a "], "logit_bias": {" a": 4}, "#, ["a "], [Bias(" a", 4)]),
    ] as [(String, Bans, [Bias])] {
      let answer = try await tiny.complete(
        #"{\#(fields)"prompt": "ab", "max_tokens": 200, "seed": 11, "n": 3}"#)
      let options = WritingOptions(length: 200, bans: bans, biases: biases)
      let expected = try (0..<3).map {
        try tiny.sample(options, prompt: "ab", seed: 11, index: $0)
      }
      #expect(answer.choices.map(\.text) == expected)
      let free = try tiny.sample(WritingOptions(length: 200), prompt: "ab", seed: 11)
      #expect(expected[0] != free)
      for phrase in bans.phrases { #expect(!expected.joined(separator: "|").contains(phrase)) }
      #expect(
        answer.choices.allSatisfy {
          ($0.statistics?.bans_avoided ?? 0 > 0) == !bans.isEmpty
        })
    }
  }

  /// Some ban and some do not, each with its own, in one batch that grows and shrinks.
  @Test func rulesAreEachTexts() async throws {
    let tiny = try TinyServer()
    func options(_ index: Int) -> WritingOptions {
      var options = WritingOptions(length: 30 + index * 29 % 70)
      if index % 2 == 0 { options.bans = [index % 4 == 0 ? "a" : "bc"] }
      if index % 3 == 0 { options.biases = [Bias("d", Double(index % 7))] }
      return options
    }
    let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for index in 0..<40 {
        let options = options(index)
        group.addTask {
          let body = try JSONSerialization.data(withJSONObject: [
            "max_tokens": options.length, "seed": index, "ban": options.bans.phrases,
            "logit_bias": Dictionary(
              uniqueKeysWithValues: options.biases.map { ($0.text, $0.nats) }),
          ])
          let answer = try await tiny.complete(String(decoding: body, as: UTF8.self))
          return (index, answer.choices[0].text)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for index in 0..<40 {
      #expect(try texts[index] == tiny.sample(options(index), seed: UInt64(index)))
    }
  }

  /// The text may go back; what is told of its characters goes back with it.
  @Test(arguments: [false, true])
  func probabilitiesOfATextThatGoesBack(byteFallback: Bool) async throws {
    let tiny = try TinyServer(byteFallback: byteFallback)
    let fields =
      #""ban": ["ab", "cd", "e"], "logit_bias": {"a": 6, "b": 6, "c": 6, "d": 6}, "#
      + #""max_tokens": 300, "seed": 3, "logprobs": 2"#
    let choice = try await tiny.complete("{\(fields)}").choices[0]
    #expect(try #require(choice.statistics?.bans_avoided) > 5)
    let logprobs = try #require(choice.logprobs)
    #expect(logprobs.tokens.joined() == choice.text)
    #expect(logprobs.text_offset == Array(0..<300))
    // The model's own, as whoever reads the text finds them.
    guard !byteFallback else { return }
    let read = try await tiny.complete(
      json(["prompt": choice.text, "max_tokens": 0, "logprobs": 0, "echo": true]))
    let scored = try #require(read.choices[0].logprobs).token_logprobs
    for (drawn, scored) in zip(logprobs.token_logprobs, scored) {
      #expect(abs(drawn - scored) < 1e-4)
    }
    let parts = try await tiny.stream(#"{\#(fields), "stream": true}"#).flatMap(\.choices)
    #expect(parts.map(\.text).joined() == choice.text)
    #expect(parts.flatMap { $0.logprobs?.tokens ?? [] } == logprobs.tokens)
    #expect(parts.flatMap { $0.logprobs?.token_logprobs ?? [] } == logprobs.token_logprobs)
  }

  @Test func theBestOfSeveral() async throws {
    let tiny = try TinyServer()
    let answer = try await tiny.complete(
      #"{"prompt": ["a", "b"], "max_tokens": 60, "seed": 5, "n": 2, "best_of": 6, "echo": true}"#)
    let options = WritingOptions(length: 60)
    var expected: [String] = []
    for (number, prompt) in ["a", "b"].enumerated() {
      let generator = Generator(
        tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
      let written = try (0..<6).map { index -> (text: String, nats: Double) in
        var random = Xoshiro256(seed: 5, stream: [UInt64(number * 6 + index)])
        var state = generator.start()
        let symbols = tiny.vocabulary.encode(prompt).symbols
        generator.read(symbols, into: &state)
        var bytes: [UInt8] = []
        let passage = try generator.write(
          from: &state, options, after: TextRead(symbols), using: &random
        ) {
          bytes += $0
          return true
        }
        return (prompt + String(decoding: bytes, as: UTF8.self), passage.meanSurprisal)
      }
      expected += written.sorted { $0.nats < $1.nats }.prefix(2).map(\.text)
    }
    #expect(answer.choices.map(\.text) == expected)
    #expect(answer.choices.map(\.index) == [0, 1, 2, 3])
    let scores = answer.choices.compactMap(\.statistics?.score)
    #expect(scores.count == 4 && scores[0] >= scores[1] && scores[2] >= scores[3])
    // All that were written are paid for.
    #expect(answer.usage?.completion_tokens == 720)
  }

  @Test func theBestByAnExpression() async throws {
    let tiny = try TinyServer()
    let fields = #""max_tokens": 80, "seed": 9, "stop": "a""#
    let all = try await tiny.complete("{\(fields), \"n\": 8, \"best_of\": 8}").choices.map(\.text)
    let longest = try await tiny.complete(
      "{\(fields), \"n\": 8, \"best_of\": 8, \"best_by\": \"characters\"}"
    ).choices.map(\.text)
    let sorted = all.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }.map(\.element)
    #expect(longest == sorted)
    #expect(longest != all)
  }

  @Test func whatOnlyTheModelKnows() async throws {
    let tiny = try TinyServer()
    #expect(
      try await tiny.refusal(#"{"logit_bias": {"50256": -100}}"#)
        == Refusal(
          message: #"logit_bias of "50256": the model does not know "5"; here a key is the text "#
            + "itself, not the number of a token", field: "logit_bias"))
    #expect(
      try await tiny.refusal(#"{"ban": ["/a.*b/"]}"#)
        == Refusal(
          message: "a ban may match at most 200 characters here, as so many are held back; in "
            + "/…/ give repetitions an end, such as {0,20} instead of *", field: "ban"))
    let all = Array("\n abcdefgh").map { "\($0)" }
    #expect(
      try await tiny.refusal(json(["ban": all]))
        == Refusal(
          message: "the bans leave nothing to write: every character that the model knows would "
            + "complete one; ban less", field: "ban"))
  }
}

private func json(_ object: [String: Any]) throws -> String {
  String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
}
