import Foundation
import Generation
import Text

/// What `POST /v1/completions` asks for.
package struct CompletionRequest: Sendable {
  package var prompts: [String]
  package var model: String?
  package var options: WritingOptions
  /// Texts of each prompt that are returned.
  package var count: Int
  /// Texts of each prompt that are written.
  package var candidates: Int
  /// Which of them are returned, the best first; nil for all of them, as they were written.
  package var ranking: RankingExpression?
  /// Nil where they are written freely.
  package var formed: FormedRequest?
  package var seed: UInt64
  package var streams: Bool
  /// Whether the prompt is part of the text that is returned.
  package var echoes: Bool
  /// How many alternatives to give for each character; nil for no probabilities.
  package var alternatives: Int?
  package var includesUsage: Bool

  /// As OpenAI has it, for those who do not say how much they want.
  private static let usualLength = 16
  private static let mostStops = 32
  private static let mostAlternatives = 20

  /// - Throws: `APIError`, which names the field.
  package init(_ body: [UInt8], limits: Limits) throws(APIError) {
    var fields = try RequestFields(body)
    prompts = try fields.takeStrings("prompt", most: limits.queue) ?? [""]
    guard !prompts.isEmpty else { throw .invalid("prompt has no strings", field: "prompt") }
    model = try fields.takeString("model")
    count = try fields.takeInteger("n", in: 1...min(128, limits.queue)) ?? 1
    (candidates, ranking) = try Self.choice(&fields, of: count)
    guard prompts.count * candidates <= limits.queue else {
      throw .invalid(
        "\(prompts.count) prompts of \(candidates) texts are more than the \(limits.queue) that may "
          + "wait", field: candidates > count ? "best_of" : "n")
    }
    streams = try fields.takeBool("stream") ?? false
    guard !streams || ranking == nil else {
      throw .invalid(
        "which of best_of texts are the best is known when all are written; leave out stream",
        field: "stream")
    }
    echoes = try fields.takeBool("echo") ?? false
    alternatives = try fields.takeInteger("logprobs", in: 0...Self.mostAlternatives)
    seed = try Self.seed(fields.take("seed"))
    includesUsage = try Self.includesUsage(fields.take("stream_options"), streams: streams)
    let length = try fields.takeInteger("max_tokens", in: 0...limits.length) ?? Self.usualLength
    let stops = try fields.takeStrings("stop", most: Self.mostStops) ?? []
    guard !stops.contains("") else {
      throw .invalid("a stop string needs at least one character", field: "stop")
    }
    options = WritingOptions(
      sampling: try Self.sampling(&fields), length: length, stops: stops,
      bans: try fields.takeBans(), biases: try fields.takeBiases())
    formed = try FormedRequest.take(from: &fields, options, limits: limits)
    if formed != nil { try checkForm() }
    try ForeignFields.check(&fields)
  }

  /// - Throws: `APIError` for what does not go with a form, beside the options of writing.
  private func checkForm() throws(APIError) {
    guard formed?.isBeam != true || candidates == 1 else {
      throw .invalid(
        "beam finds one text; leave out n and best_of", field: count > 1 ? "n" : "best_of")
    }
    guard candidates == count, ranking == nil else {
      throw .invalid("best_of does not go with a form", field: "best_of")
    }
    guard alternatives == nil else {
      throw .invalid("logprobs does not go with a form", field: "logprobs")
    }
  }

  /// How many texts are written, and which of them are wanted.
  private static func choice(
    _ fields: inout RequestFields, of count: Int
  ) throws(APIError) -> (Int, RankingExpression?) {
    let best = try fields.takeInteger("best_of", in: 1...1000)
    let expression = try fields.takeString("best_by")
    guard let best else {
      guard expression == nil else {
        throw .invalid(
          "best_by chooses among texts; give best_of, how many", field: "best_by")
      }
      return (count, nil)
    }
    guard best >= count else {
      throw .invalid("best_of must be at least n, \(count), got \(best)", field: "best_of")
    }
    guard let expression else { return (best, best > count ? .leastSurprising : nil) }
    do throws(RankingError) {
      let ranking = try RankingExpression(expression)
      guard !ranking.needsClassifier else {
        throw RankingError.syntax(
          expression: expression, position: 1, problem: "there is no classifier here for toward")
      }
      return (best, ranking)
    } catch {
      throw .invalid("best_by: \(error)", field: "best_by")
    }
  }

  /// Any whole number; one below 0, as other servers' clients send it, is none.
  private static func seed(_ value: JSONValue?) throws(APIError) -> UInt64 {
    switch value {
    case .integer(let seed) where seed >= 0: return UInt64(seed)
    case .large(let seed): return seed
    case nil, .integer: return UInt64.random(in: 0...UInt64(UInt32.max))
    case .some(let value):
      throw .invalid("seed must be a whole number, got \(value.shown)", field: "seed")
    }
  }

  private static func includesUsage(
    _ value: JSONValue?, streams: Bool
  ) throws(APIError) -> Bool {
    guard let value else { return false }
    guard streams else {
      throw .invalid("stream_options needs stream", field: "stream_options")
    }
    guard case .object(let options) = value else {
      throw .invalid(
        "stream_options must be an object, got \(value.kind)", field: "stream_options")
    }
    guard case .bool(let isIncluded)? = options["include_usage"] else { return false }
    return isIncluded
  }

  /// A field for each rule of sampling, spelt with `_`.
  private static func sampling(
    _ fields: inout RequestFields
  ) throws(APIError) -> SamplingOptions {
    var options = SamplingOptions()
    for rule in SamplingOptions.rules {
      let name = fieldName(rule.name)
      guard let value = fields.take(name), !isOff(value, of: rule) else { continue }
      guard let number = value.double, rule.set(&options, to: number.shortestWhole) else {
        throw .invalid("\(name) must be \(rule.kind), got \(value.shown)", field: name)
      }
    }
    // llama.cpp's and others' name of it.
    if let range = try fields.takeInteger("repetition_penalty_range", in: 0...1 << 30), range > 0 {
      options.repetitionWindow = range
    }
    do throws(SamplingOptionsError) {
      try options.validate()
    } catch {
      throw .invalid(error.description(spelling: fieldName), field: fieldName(error.name))
    }
    return options
  }

  /// Other servers have 0 or -1 for what is off.
  private static func isOff(_ value: JSONValue, of rule: SamplingRule) -> Bool {
    rule.canBeOff && (value.double.map { $0 == 0 || $0 == -1 } ?? false)
  }
}

extension Double {
  /// Whole numbers without a point.
  fileprivate var shortestWhole: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}
