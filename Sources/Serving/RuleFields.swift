import Generation
import Recurrent
import Text

extension RequestFields {
  private static let mostBans = 256
  private static let mostBiases = 1024

  /// What is not to be written: `ban`, as `sample --ban` has it, and phrases by the name that other servers
  /// have for them.
  ///
  /// - Throws: `APIError`, which names the field.
  mutating func takeBans() throws(APIError) -> Bans {
    var bans = Bans(ignoresCase: try takeBool("ban_ignoring_case") ?? false)
    for ban in try takeStrings("ban", most: Self.mostBans) ?? [] {
      bans.add(ban) { $0 }
    }
    // An empty string is how some clients send none.
    for phrase in try takeStrings("banned_strings", most: Self.mostBans) ?? []
    where !phrase.isEmpty {
      Bans.append(phrase, to: &bans.phrases)
    }
    do throws(BansError) {
      try bans.validate()
    } catch {
      throw .invalid(error.description, field: "ban")
    }
    return bans
  }

  /// Nats by text.
  ///
  /// - Throws: `APIError`, which names the field.
  mutating func takeBiases() throws(APIError) -> [Bias] {
    let name = "logit_bias"
    guard let value = take(name), value != .array([]) else { return [] }
    guard case .object(let nats) = value else {
      throw .invalid(
        "\(name) must be an object of nats by text, such as {\"king\": 2}, got \(value.kind)",
        field: name)
    }
    guard nats.count <= Self.mostBiases else {
      throw .invalid(
        "\(name) has \(nats.count) texts, the most are \(Self.mostBiases)", field: name)
    }
    var biases: [Bias] = []
    for (text, value) in nats.sorted(by: { $0.key < $1.key }) {
      guard let number = value.double else {
        throw .invalid(
          "\(name) of \(text.debugDescription) must be a number, got \(value.shown)", field: name)
      }
      let bias = Bias(text, number)
      do throws(BiasError) {
        try bias.validate()
      } catch {
        throw .invalid(error.description, field: name)
      }
      biases.append(bias)
    }
    return biases
  }
}

extension WritingRules {
  /// The rules of a request, for its model.
  ///
  /// - Throws: `APIError`, which names the field.
  static func of(
    _ options: WritingOptions, _ vocabulary: Vocabulary, _ configuration: ModelConfiguration,
    limits: Limits
  ) throws(APIError) -> WritingRules {
    for bias in options.biases {
      guard let unknown = vocabulary.encode(bias.text).unknown.first else { continue }
      throw .invalid(
        "logit_bias of \(bias.text.debugDescription): the model does not know "
          + "\(String(unknown).debugDescription); here a key is the text itself, not the number of a "
          + "token", field: "logit_bias")
    }
    let rules: WritingRules
    do {
      rules = try WritingRules(options, vocabulary: vocabulary, configuration)
    } catch {
      // What a request's fields have passed, but for patterns.
      throw .invalid("\(error)", field: error is BansError ? "ban" : nil)
    }
    guard rules.longestBan <= limits.banned else {
      throw .invalid(
        "a ban may match at most \(limits.banned) characters here, as so many are held back; "
          + "in /…/ give repetitions an end, such as {0,20} instead of *", field: "ban")
    }
    return rules
  }
}
