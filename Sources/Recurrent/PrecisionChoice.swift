/// A precision as asked for.
public enum PrecisionChoice: String, Codable, Sendable, CaseIterable {
  /// What the device is fastest with at the work at hand.
  case auto
  case float32
  case bfloat16
  case int16
  case int8

  /// What products are for.
  public enum Work: Sendable {
    case training
    /// Writing texts, where a thousandth of a nat is nothing to the reader.
    case writing
    /// Scoring and classifying texts, where figures are compared.
    case reading
  }

  public func resolved(for work: Work, on device: Device) -> Precision {
    asked ?? device.precision(for: work)
  }

  /// Nil for `auto`.
  package var asked: Precision? {
    switch self {
    case .auto: nil
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .int16: .int16
    case .int8: .int8
    }
  }
}
