import CKernels
import Recurrent

/// Adapts the weights of one lane's body, packed anew after each step.
package final class RMSAdaptation: Adaptation {
  private let rate: Float
  private let decay: Float
  package let parameters: FloatBuffer
  private let gradient: FloatBuffer
  private let pack: () -> Void
  private let original: FloatBuffer
  private let meanSquares: FloatBuffer
  private var steps = 0

  /// - Parameter pack: takes the weights after each step.
  package init(
    _ parameters: FloatBuffer, gradient: FloatBuffer, rate: Float, decay: Float,
    pack: @escaping () -> Void
  ) {
    precondition(gradient.count == parameters.count)
    self.rate = rate
    self.decay = decay
    self.parameters = parameters
    self.gradient = gradient
    self.pack = pack
    original = FloatBuffer(copying: parameters)
    meanSquares = FloatBuffer(count: parameters.count)
  }

  package func step() {
    steps += 1
    let count = Int64(original.count)
    let sum = ck_mean_squares_update(
      count, 1 / Float(steps), gradient.pointer, meanSquares.pointer)
    let meanRoot = Float(sum / Double(original.count))
    // Nothing has ever had a gradient: there is nothing to learn, and nothing to go back from.
    guard meanRoot > 0 else { return }
    var options = ck_adaptation(
      rate: rate, decay_by_root: decay / meanRoot, epsilon: meanRoot / 10)
    ck_adapt(
      &options, count, gradient.pointer, meanSquares.pointer, original.pointer,
      parameters.pointer)
    pack()
  }
}
