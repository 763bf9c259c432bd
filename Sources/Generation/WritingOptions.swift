/// How a text is to be written: which symbols are chosen, and where it ends.
public struct WritingOptions: Codable, Equatable, Sendable {
  /// How each symbol is chosen.
  public var sampling: SamplingOptions
  /// The most characters to write, the prompt not counted.
  public var length: Int
  /// Strings that end the text; they are not part of it.
  public var stops: [String]
  /// Phrases that what is written never contains, however long it is, nor completes where they begin at
  /// the prompt's end; in the prompt they may stand.
  ///
  /// Where one would be complete, the text goes back to its first written character, or to the first
  /// that was not yet final, and is drawn again from there without that character
  /// (`Passage.bansAvoided` counts how often). A stop string that is
  /// complete at the same character ends the text all the same. Writing throws `BansError` for a phrase
  /// without characters, and where the phrases leave no text of this length.
  public var bans: Bans
  /// Texts that are to come up more often, or less. Writing throws `BiasError` for one that cannot be.
  public var biases: [Bias]

  public init(
    sampling: SamplingOptions = SamplingOptions(), length: Int, stops: [String] = [],
    bans: Bans = [], biases: [Bias] = []
  ) {
    self.sampling = sampling
    self.length = length
    self.stops = stops
    self.bans = bans
    self.biases = biases
  }

  /// Options that were kept before there were bans, or biases, have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    sampling = try container.decode(SamplingOptions.self, forKey: .sampling)
    length = try container.decode(Int.self, forKey: .length)
    stops = try container.decode([String].self, forKey: .stops)
    bans = try container.decodeIfPresent(Bans.self, forKey: .bans) ?? []
    biases = try container.decodeIfPresent([Bias].self, forKey: .biases) ?? []
  }
}
