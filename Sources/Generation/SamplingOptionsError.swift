/// A sampling option out of its range, with the value that was given.
public enum SamplingOptionsError: Error, Equatable, Sendable {
  /// Not a finite number of 0 or more.
  case temperature(Double)
  /// Less than 1.
  case topK(Int)
  /// Not more than 0 and at most 1.
  case topP(Double)
  /// Not from 0 to 1.
  case minP(Double)
  /// Not more than 0 and at most 1.
  case typicalP(Double)
  /// Not a finite number of more than 0.
  case repetitionPenalty(Double)
  /// Less than 0.
  case repetitionWindow(Int)
}

extension SamplingOptionsError: CustomStringConvertible {
  /// One line with the option, its range and the value, such as
  /// "temperature must be 0 or more, got -1".
  public var description: String {
    switch self {
    case .temperature(let value):
      "temperature must be \(finite("0 or more", value)), got \(shortest(value))"
    case .topK(let value):
      "top-k must be 1 or more, got \(value)"
    case .topP(let value):
      "top-p must be more than 0 and at most 1, got \(shortest(value))"
    case .minP(let value):
      "min-p must be from 0 to 1, got \(shortest(value))"
    case .typicalP(let value):
      "typical-p must be more than 0 and at most 1, got \(shortest(value))"
    case .repetitionPenalty(let value):
      "repetition-penalty must be \(finite("more than 0", value)), got \(shortest(value))"
    case .repetitionWindow(let value):
      "repetition-window must be 0 or more, got \(value)"
    }
  }

  private func finite(_ range: String, _ value: Double) -> String {
    value == .infinity ? "\(range) and finite" : range
  }

  /// The value as a person would write it: -1, not -1.0.
  private func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
