import Generation
import Recurrent
import Text

/// What `/set` changes, but for the seed, which belongs to a place in a text.
package struct Settings: Codable, Equatable, Sendable {
  package var writing: WritingOptions
  /// Characters a second; nil writes at the model's speed.
  package var speed: Double?
  /// The operands of matrix products.
  package var precision: PrecisionChoice
  /// Of how many texts each that is written is the best; nil for the first.
  package var bestOf: BestOf?

  package init(
    writing: WritingOptions = WritingOptions(length: 500), speed: Double? = nil,
    precision: PrecisionChoice = .auto
  ) {
    self.writing = writing
    self.speed = speed
    self.precision = precision
  }

  /// - Throws: `SamplingOptionsError`, `StopStringsError`, `BansError`, `BiasError` or `ReplError` for the first
  ///   value out of its range.
  package func validate() throws {
    try writing.sampling.validate()
    _ = try StopStrings(writing.stops)
    try writing.bans.validate()
    for bias in writing.biases { try bias.validate() }
    guard writing.length >= 1 else {
      throw ReplError.usage("length must be 1 or more, got \(writing.length)")
    }
    if let speed, !(speed > 0 && speed.isFinite) {
      throw ReplError.usage("speed must be more than 0 characters a second, got \(speed.shortest)")
    }
    if let bestOf { try bestOf.validate() }
  }
}

extension BestOf {
  /// - Throws: `ReplError`.
  fileprivate func validate() throws(ReplError) {
    guard Self.counts.contains(count) else {
      throw .usage("best-of must be 1 to \(Self.counts.upperBound) texts, got \(count)")
    }
    guard !expression.needsClassifier else {
      throw .usage(
        "toward is what a classifier says, which only sample --toward asks; leave it out of "
          + "\(expression)")
    }
  }
}
