import Text

/// The numbers that an option may be.
package struct SamplingRange: Equatable, Sendable {
  private let lower: Double
  private let includesLower: Bool
  /// The largest one; nil for any finite number.
  private let upper: Double?

  package static func atLeast(_ lower: Double) -> SamplingRange {
    SamplingRange(lower: lower, includesLower: true, upper: nil)
  }
  package static func moreThan(_ lower: Double) -> SamplingRange {
    SamplingRange(lower: lower, includesLower: false, upper: nil)
  }
  package static func from(_ lower: Double, to upper: Double) -> SamplingRange {
    SamplingRange(lower: lower, includesLower: true, upper: upper)
  }
  package static func moreThan(_ lower: Double, atMost upper: Double) -> SamplingRange {
    SamplingRange(lower: lower, includesLower: false, upper: upper)
  }

  /// NaN is in no range.
  package func contains(_ number: Double) -> Bool {
    guard includesLower ? number >= lower : number > lower else { return false }
    return upper.map { number <= $0 } ?? number.isFinite
  }

  /// What a number must be, such as "0 or more". That it must be finite only needs saying where
  /// infinity was given.
  package func description(refusing number: Double) -> String {
    let lower = lower.shortest
    if let upper = upper?.shortest {
      return includesLower ? "from \(lower) to \(upper)" : "more than \(lower) and at most \(upper)"
    }
    return (includesLower ? "\(lower) or more" : "more than \(lower)")
      + (number == .infinity ? " and finite" : "")
  }
}
