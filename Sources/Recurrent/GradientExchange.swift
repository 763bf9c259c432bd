/// What processes that train one network together, each on blocks of lanes of its own, tell each other
/// in a step. The backward pass comes to the last layers first, whose gradients can be on their way while
/// those below are computed.
package protocol GradientExchange: AnyObject, Sendable {
  /// Takes the gradients of this process's blocks, before the first step.
  func begin(_ gradients: [FloatBuffer], of layout: ParameterLayout)

  /// Tells that a block's gradients of a segment (`ParameterLayout.segments`) are what they come to in this
  /// step. Called for several blocks at a time, and for each in order of segments.
  func isReady(segment: Int, ofBlock block: Int)

  /// Returns once the first of this process's blocks has the sum of all processes' gradients.
  func finish() throws(DeviceError)
}

/// Why a device cannot go on, for people.
package struct DeviceError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
