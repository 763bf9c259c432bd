import Recurrent

/// What follows the gradients of a step: their sum over all parts and processes, its norm, the update of
/// the weights, and readying them for the next step.
package final class OptimizationStep {
  package let model: Network
  package let optimizer: any Optimizer
  private let body: any TrainableBody
  private let seed: UInt64
  /// What random numbers of dropped weights are for (`RandomStream`).
  private let weightDropStream: UInt64

  /// - Parameter body: that of the model.
  package init(
    _ model: Network, on body: any TrainableBody, options: OptimizationOptions,
    weightDropStream: UInt64
  ) {
    self.model = model
    self.body = body
    self.weightDropStream = weightDropStream
    seed = options.seed
    optimizer = body.optimizer(options.adamW)
  }

  /// Takes a step along the gradients of the last batch.
  ///
  /// - Parameters:
  ///   - loss: in nats, with those gradients.
  ///   - step: the number of this step, from 0.
  ///   - rateFactors: by group of parameters (`Optimizer.update`).
  /// - Returns: the gradient's norm before clipping.
  /// - Throws: `TrainingError.diverged`, `.deviceFailed`, before weights are updated.
  func callAsFunction(
    loss: Double, rate: Float, rateFactors: [Float]?, step: Int
  ) throws(TrainingError) -> Double {
    let norm: Double
    do {
      norm = try optimizer.reduceGradients()
    } catch {
      throw .deviceFailed(step: step, reason: error.description)
    }
    guard loss.isFinite && norm.isFinite else {
      throw .diverged(step: step + 1, learningRate: rate)
    }
    optimizer.update(norm: norm, learningRate: rate, step: step + 1, rateFactors: rateFactors)
    ready(step: step + 1)
    return norm
  }

  /// Readies the weights for a step, without what it drops of them.
  package func ready(step: Int) {
    body.refresh(dropping: Xoshiro256(seed: seed, stream: [weightDropStream, UInt64(step)]))
  }

  /// Whether there is neither infinity nor NaN in the averaged weights.
  var isAverageFinite: Bool { optimizer.average.elements.allSatisfy(\.isFinite) }

  /// The model with the averaged weights, which change with further steps.
  package var sharedAverage: Network { model.replacing(parameters: optimizer.average) }

  /// A copy of the averaged weights as they are now.
  package var averagedModel: Network { sharedAverage.copy() }
}
