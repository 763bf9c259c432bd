/// What processes that train one network together, each on lanes of its own, tell each other in a step.
///
/// A device is made with it, so that whatever trains there takes part.
package protocol GradientExchange: Sendable {
  /// Replaces this process's gradients by the sum of all processes'.
  ///
  /// - Parameter loss: this process's, in nats.
  /// - Returns: the sum of all processes' losses.
  func sum(_ gradients: FloatBuffer, loss: Double) -> Double
}
