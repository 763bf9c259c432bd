/// What processes that train one network together, each on blocks of lanes of its own, tell each other
/// in a step.
package protocol GradientExchange: Sendable {
  /// Replaces the first of this process's gradients by the sum of all processes'.
  ///
  /// - Parameter gradients: the sums of its blocks, as far as `SumTree` has it add them up.
  func sum(_ gradients: [FloatBuffer]) throws(DeviceError)
}

/// Why a device cannot go on, for people.
package struct DeviceError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
