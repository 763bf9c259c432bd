/// A precision as asked for.
public enum PrecisionChoice: String, Codable, Sendable, CaseIterable {
  /// What is fastest on this CPU for the work at hand.
  case auto
  case float32
  case bfloat16
  case int8

  /// What products are for.
  public enum Work: Sendable {
    case training
    /// Writing texts, where a thousandth of a nat is nothing to the reader.
    case writing
    /// Scoring and classifying texts, where figures are compared.
    case reading
  }

  public func resolved(for work: Work) -> Precision {
    switch (self, work) {
    case (.auto, .training): .nativeForTraining
    case (.auto, .writing): .nativeForWriting
    case (.auto, .reading): .native
    case (.float32, _): .float32
    case (.bfloat16, _): .bfloat16
    case (.int8, _): .int8
    }
  }
}
