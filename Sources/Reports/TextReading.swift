/// What came of reading the validation part of a text once more, character by character.
package struct TextReading: Encodable, Equatable, Sendable {
  /// Characters that follow each other, with how much each surprised the model.
  package struct Passage: Encodable, Equatable, Sendable {
    /// Where it begins: characters of the validation part before it.
    package var start: Int
    /// The mean of the passage.
    package var natsPerCharacter: Double
    package var characters: [String]
    /// One for each character.
    package var nats: [Double]

    package init(start: Int, natsPerCharacter: Double, characters: [String], nats: [Double]) {
      self.start = start
      self.natsPerCharacter = natsPerCharacter
      self.characters = characters
      self.nats = nats
    }

    private enum CodingKeys: String, CodingKey {
      case start
      case natsPerCharacter = "nats_per_character"
      case characters
      case nats
    }
  }

  /// That were read.
  package var characters: Int
  package var natsPerCharacter: Double
  package var reliability: Reliability
  /// The most surprising first.
  package var surprising: [Passage]
  /// The least surprising first.
  package var expected: [Passage]

  package init(
    characters: Int, natsPerCharacter: Double, reliability: Reliability, surprising: [Passage],
    expected: [Passage]
  ) {
    self.characters = characters
    self.natsPerCharacter = natsPerCharacter
    self.reliability = reliability
    self.surprising = surprising
    self.expected = expected
  }

  private enum CodingKeys: String, CodingKey {
    case characters
    case natsPerCharacter = "nats_per_character"
    case reliability
    case surprising
    case expected
  }
}
