import CKernels

/// Adapts weights to the text being read: the RMS rule of dynamic evaluation (Krause et al. 2018,
/// arXiv 1709.07432, equations 5 to 7), by gradient g, from weights θ with the original ones θ₀:
///
///     θ += min(1, decay · r / mean r) · (θ₀ − θ) − rate · g / (r + mean r / 10)
///
/// where r is the root of each weight's mean squared gradient. In the paper that mean is over the
/// training text, and what is added to r a constant; here it is over the gradients so far, the
/// present one included, so that no training text is needed.
package struct Adaptation {
  private let rate: Float
  private let decay: Float
  private let original: FloatBuffer
  private let meanSquares: FloatBuffer
  private var steps = 0

  package init(of original: FloatBuffer, rate: Float, decay: Float) {
    self.rate = rate
    self.decay = decay
    self.original = original
    meanSquares = FloatBuffer(count: original.count)
  }

  package mutating func step(_ parameters: FloatBuffer, gradient: FloatBuffer) {
    precondition(parameters.count == original.count && gradient.count == original.count)
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
  }
}
