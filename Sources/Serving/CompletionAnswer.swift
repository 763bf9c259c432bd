import Form
import Generation

/// What `/v1/completions` answers with: the whole, or a part of a stream.
struct CompletionAnswer: Encodable {
  struct Choice: Encodable {
    var text: String
    var index: Int
    var logprobs: LogProbabilities?
    var finish_reason: String?
    var statistics: Statistics?

    private enum Key: CodingKey { case text, index, logprobs, finish_reason, statistics }

    /// With the fields that are null, as clients expect them.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(text, forKey: .text)
      try container.encode(index, forKey: .index)
      try container.encode(logprobs, forKey: .logprobs)
      try container.encode(finish_reason, forKey: .finish_reason)
      try container.encodeIfPresent(statistics, forKey: .statistics)
    }
  }

  /// What is known of a text whose request asks for bans, a choice or a form, named as `sample --json-lines`
  /// names it. OpenAI has no such thing.
  struct Statistics: Encodable {
    var nats_per_character: Double?
    var bans_avoided: Int?
    /// By which it was chosen.
    var score: Double?
    var effective_sample_size: Double?
    var log_probability: Double?
    var nats_of_suffix: Double?

    init(_ passage: Passage, bansAvoided: Int?) {
      nats_per_character = passage.meanSurprisal.forJSON
      bans_avoided = bansAvoided
    }

    init(_ text: FormedText) {
      nats_per_character = text.meanSurprisal.forJSON
      effective_sample_size = text.effectiveSampleSize?.forJSON
      log_probability = text.logProbability.forJSON
      nats_of_suffix = text.surprisalAfter?.forJSON
    }
  }

  struct LogProbabilities: Encodable {
    var tokens: [String]
    var token_logprobs: [Float]
    var top_logprobs: [[String: Float]]
    var text_offset: [Int]

    init(_ characters: [CharacterReports.Character]) {
      tokens = characters.map(\.text)
      token_logprobs = characters.map(\.logProbability)
      top_logprobs = characters.map(\.alternatives)
      text_offset = characters.map(\.offset)
    }
  }

  struct Usage: Encodable {
    var prompt_tokens: Int
    var completion_tokens: Int
    var total_tokens: Int
  }

  var id: String
  var object = "text_completion"
  /// Seconds since 1970.
  var created: Int
  var model: String
  var choices: [Choice]
  var usage: Usage?
  /// What gives the same texts again.
  var seed: UInt64
}

extension Double {
  /// JSON has no infinity.
  fileprivate var forJSON: Double? { isFinite ? self : nil }
}
