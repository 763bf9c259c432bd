import Text

/// What an option of sampling can be set to.
package protocol SamplingValue: Encodable, LosslessStringConvertible, Sendable {
  /// What a text must be to be one.
  static var kind: String { get }
  /// For the comparison with a range.
  var number: Double { get }
  /// As a person would write it.
  var shortest: String { get }
}

extension Double: SamplingValue {
  package static var kind: String { "a number" }
  package var number: Double { self }
}

extension Int: SamplingValue {
  package static var kind: String { "a whole number" }
  package var number: Double { Double(self) }
  package var shortest: String { "\(self)" }
}
