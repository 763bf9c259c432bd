/// How a text is to be written: which symbols are chosen, and where it ends.
public struct WritingOptions: Codable, Equatable, Sendable {
  /// How each symbol is chosen.
  public var sampling: SamplingOptions
  /// The most characters to write, the prompt not counted.
  public var length: Int
  /// Strings that end the text; they are not part of it.
  public var stops: [String]

  public init(sampling: SamplingOptions = SamplingOptions(), length: Int, stops: [String] = []) {
    self.sampling = sampling
    self.length = length
    self.stops = stops
  }
}
