#if canImport(Glibc)
  import Glibc
#endif

/// How the learning rate goes after the warm-up, in which it rises linearly to its highest.
public enum LearningRateSchedule: String, Codable, Sendable, CaseIterable {
  /// Stays at the highest.
  case constant
  /// Falls in a straight line.
  case linear
  /// Falls as half a cosine (Loshchilov and Hutter 2017).
  case cosine

  /// The share of the highest rate that is left at the end.
  static let floor: Float = 0.01

  /// The factor on the highest rate at a step counted from 0.
  package func factor(step: Int, warmup: Int, total: Int) -> Float {
    guard step >= warmup else { return Float(step + 1) / Float(warmup) }
    let progress = min(1, Float(step - warmup) / Float(max(1, total - warmup)))
    let remaining: Float =
      switch self {
      case .constant: 1
      case .linear: 1 - progress
      case .cosine: 0.5 * (1 + cos(.pi * progress))
      }
    return Self.floor + (1 - Self.floor) * remaining
  }
}
