/// A sampling option out of its range.
public struct SamplingOptionsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option as the command line spells it, without dashes.
  public let name: String
  /// What was given.
  public let value: String
  /// What it must be.
  public let range: String

  public init(name: String, value: String, range: String) {
    self.name = name
    self.value = value
    self.range = range
  }

  /// One line, such as "temperature must be 0 or more, got -1".
  public var description: String { description { $0 } }

  /// The same, the option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    "\(option(name)) must be \(range), got \(value)"
  }
}
