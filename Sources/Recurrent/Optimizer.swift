/// Updates a network's weights on its device by the gradients of the last pass: AdamW (Loshchilov
/// and Hutter 2019), with clipping by the global norm and an exponential moving average of the
/// weights. Rows of a table that few texts touch may be left as they are by steps that do not touch
/// them.
package protocol Optimizer: AnyObject, Sendable {
  /// The weights as they are now.
  var parameters: FloatBuffer { get }

  /// The averaged weights after the last update, valid until the next one or the next reading. Reading
  /// changes nothing of what follows.
  var average: FloatBuffer { get }

  /// All it takes to go on beside the weights, not copied.
  var state: OptimizerState { get }

  /// The sum of the gradients of the last pass, before clipping, once they were added up; what
  /// follows the next pass is not told.
  var gradients: FloatBuffer { get }

  /// Goes on with what an optimizer knew of the same weights.
  ///
  /// - Parameters:
  ///   - state: of a network of the same shape.
  ///   - step: the number of the last update.
  func restore(_ state: OptimizerState, step: Int)

  /// Sets a tensor that no gradient reaches, in the weights and in their average.
  func set(_ values: [Float], of tensor: ParameterLayout.Tensor)

  /// Adds up the gradients of all blocks of the last pass, those of other processes too where the device
  /// has any.
  ///
  /// - Returns: the norm of the sum.
  func reduceGradients() throws(DeviceError) -> Double

  /// Updates the weights by the gradients that were added up.
  ///
  /// - Parameters:
  ///   - step: the number of this update, from 1.
  ///   - norm: that of the gradients.
  ///   - rateFactors: on the rate of each group (`ParameterLayout.group`), 0 where weights stay as
  ///     they are; 1 for all where nil.
  func update(norm: Double, learningRate: Float, step: Int, rateFactors: [Float]?)
}

/// What an optimizer keeps of a network's weights, in the order of the parameters.
package struct OptimizerState: Sendable {
  /// The moments of each weight's gradient.
  package var first: FloatBuffer
  package var second: FloatBuffer
  /// The averaged weights, as far as they go.
  package var average: FloatBuffer
  /// By row of `ParameterLayout.sparseTable`: the number of the update up to which the averages go, for
  /// later ones have left the row as it was. Nil where all go to the last update.
  package var averagedSteps: [Int32]?

  package init(
    first: FloatBuffer, second: FloatBuffer, average: FloatBuffer, averagedSteps: [Int32]? = nil
  ) {
    self.first = first
    self.second = second
    self.average = average
    self.averagedSteps = averagedSteps
  }
}

package struct AdamWOptions: Codable, Equatable, Sendable {
  package var beta1: Float = 0.9
  package var beta2: Float = 0.999
  package var epsilon: Float = 1e-8
  /// For matrices only.
  package var weightDecay: Float = 0
  /// The largest norm of all gradients together; 0 for no clipping.
  package var clipNorm: Float = 1
  /// How much of the average an update keeps, once it has seen many.
  package var averageDecay: Float = 0.999

  package init() {}
}

/// Adapts weights to the text being read, by dynamic evaluation (Krause et al. 2018, arXiv
/// 1709.07432, equations 5 to 7): by gradient g, from weights θ with the original ones θ₀,
///
///     θ += min(1, decay · r / mean r) · (θ₀ − θ) − rate · g / (r + mean r / 10)
///
/// where r is the root of each weight's mean squared gradient. In the paper that mean is over the
/// training text, and what is added to r a constant; here it is over the gradients so far, the
/// present one included, so that no training text is needed.
package protocol Adaptation: AnyObject {
  /// The weights as they are now.
  var parameters: FloatBuffer { get }

  /// Takes a step by the gradients of the last chunk, which was of one lane.
  func step()
}
