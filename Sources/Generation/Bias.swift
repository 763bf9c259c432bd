/// A text that is to come up more often, or less.
///
///     let options = WritingOptions(length: 200, biases: [Bias("the king", 3), Bias("e", -1)])
///
/// Where k of the text's n symbols would stand at the end of what is written with the next one, that
/// one's logit gains k/n of `nats`, and of a whole one all, beside what a new beginning within it gains.
/// So a text with m occurrences is as much more probable as m · `nats` say, but for the sums that
/// make each next symbol's probabilities 1 and for a beginning left at its end. A text of one character
/// is the logit bias that other programs know. Gains of several texts add up.
public struct Bias: Codable, Equatable, Sendable {
  /// Scalar by scalar, without Unicode normalisation.
  public var text: String
  /// Added to the logit; below 0 the text comes up less often.
  public var nats: Double

  public init(_ text: String, _ nats: Double) {
    self.text = text
    self.nats = nats
  }

  /// The largest, up or down: more than any model's logits differ.
  public static let limit = 1000.0

  /// - Throws: `BiasError`.
  public func validate() throws(BiasError) {
    guard !text.isEmpty else { throw .empty }
    guard abs(nats) <= Self.limit else { throw .outOfRange(self) }
  }
}

/// A bias that cannot be.
public enum BiasError: Error, Equatable, Sendable {
  /// Its text has no character.
  case empty
  /// Its nats are no number from -1000 to 1000.
  case outOfRange(Bias)
}

extension BiasError: CustomStringConvertible {
  /// One line: what is wrong, and what to do.
  public var description: String {
    switch self {
    case .empty: "a bias needs a text of at least one character"
    case .outOfRange(let bias):
      "the bias of \(bias.text.debugDescription) must be from -1000 to 1000 nats, got \(bias.nats); "
        + "a ban keeps a text out for good"
    }
  }
}
