import Generation
import Recurrent
import Text

/// A written text with all that made it.
struct PassageRecord: Encodable {
  var written: WrittenText
  var sampling: SamplingOptions
  /// Nil where it was written freely.
  var formed: FormRecord?

  /// One flat object.
  func encode(to encoder: any Encoder) throws {
    try written.encode(to: encoder)
    try formed?.encode(to: encoder)
    var container = encoder.container(keyedBy: OptionKey.self)
    for rule in SamplingOptions.rules {
      guard let value = rule.value(sampling) else { continue }
      let key = OptionKey(stringValue: rule.name.replacing("-", with: "_"))
      try container.encode(value, forKey: key)
    }
  }

  private struct OptionKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

/// A text, and what made it but for the choice of its characters.
struct WrittenText: Encodable {
  var index: Int
  var text: String
  var prompt: String
  var seed: UInt64
  var characters: Int
  var nats_per_character: Double
  var stop: String?
  var length: Int
  var adapt: [String]?
  var clamp: [String]?
  var ban: [String]?
  var ban_ignoring_case: Bool?
  var bans_avoided: Int?
  var bias: [String: Double]?
  var avoid_copying: Int?
  var copies_avoided: Int?
  var best_of: Int?
  var best_by: String?
  var score: Double?
  var toward: Double?
}

/// What all texts of a run have in common.
struct PassageDescription: Sendable {
  var seed: UInt64
  var options: WritingOptions
  /// Cells that are held.
  var clamps: [Clamp]
  /// What the model has learnt from before it wrote.
  var adaptedTo: [String]
  var omitsPrompt: Bool
  var count: Int
  /// Of which none is written.
  var passages: PassageSet?
  /// Nil where each text is the only one.
  var bestOf: BestOf?
  /// A classifier that is asked about each text; nil for none.
  var verdict: ClassVerdict?

  /// - Parameter choice: how it came out of several, where it did.
  func record(
    _ index: Int, _ prompt: String, _ text: [UInt8], _ passage: Passage,
    _ choice: (score: Double, statistics: TextStatistics)? = nil
  ) -> PassageRecord {
    let text = String(decoding: text, as: UTF8.self)
    let bans = options.bans.isEmpty ? nil : options.bans
    return PassageRecord(
      written: WrittenText(
        index: index, text: omitsPrompt ? text : prompt + text, prompt: prompt, seed: seed,
        characters: passage.characters, nats_per_character: passage.meanSurprisal,
        stop: passage.stop, length: options.length,
        adapt: adaptedTo.isEmpty ? nil : adaptedTo, clamp: clamps.texts,
        ban: bans.map { $0.phrases + $0.patternSpellings }, ban_ignoring_case: bans?.ignoresCase,
        bans_avoided: bans.map { _ in passage.bansAvoided },
        bias: options.biases.isEmpty
          ? nil : Dictionary(options.biases.map { ($0.text, $0.nats) }, uniquingKeysWith: +),
        avoid_copying: passages?.length,
        copies_avoided: passages.map { _ in passage.copiesAvoided },
        best_of: bestOf?.count, best_by: bestOf?.expression.description,
        score: choice.flatMap { $0.score.isFinite ? $0.score : nil },
        toward: choice?.statistics.toward),
      sampling: options.sampling)
  }
}
