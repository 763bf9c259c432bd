import Recurrent

/// What processes that train one network together tell each other in an optimizer step.
package protocol GradientExchange: Sendable {
  /// Replaces the gradients of this process by the sum of all processes'.
  func sum(_ gradients: FloatBuffer)
  /// The sum of a number over all processes.
  func sum(_ value: Double) -> Double
}
