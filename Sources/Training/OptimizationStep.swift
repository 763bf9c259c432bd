import Recurrent

/// What follows the gradients of a step: their sum over workers and processes, its norm, the update of
/// the weights, and packing them for the next step.
///
/// Workers have a share of the parameters each, and meet between the four.
package final class OptimizationStep {
  package let model: Network
  package let optimizer: AdamW
  private let weights: PackedWeights
  package let team: WorkerTeam
  private let seed: UInt64
  /// What random numbers of dropped weights are for (`RandomStream`).
  private let weightDropStream: UInt64
  /// Nil where there is one process.
  private let exchange: (any GradientExchange)?

  package init(
    _ model: Network, _ weights: PackedWeights, team: WorkerTeam, options: OptimizationOptions,
    weightDropStream: UInt64, exchange: (any GradientExchange)? = nil
  ) {
    self.model = model
    self.weights = weights
    self.team = team
    self.weightDropStream = weightDropStream
    self.exchange = exchange
    seed = options.seed
    optimizer = AdamW(model, options: options.adamW)
  }

  /// Takes a step along the gradients, which are summed up in the first of them.
  ///
  /// - Parameters:
  ///   - loss: in nats, with those gradients.
  ///   - step: the number of this step, from 0.
  ///   - rateFactors: by group of parameters (`AdamW.update`).
  /// - Returns: the loss over all processes and the gradient's norm before clipping.
  /// - Throws: `TrainingError.diverged`, before weights are updated.
  func callAsFunction(
    _ gradients: [FloatBuffer], loss: Double, rate: Float, rateFactors: [Float]?, step: Int
  ) throws(TrainingError) -> (loss: Double, norm: Double) {
    let count = team.count
    let squares = PerWorker(repeating: 0.0, count: count)
    team.run { [optimizer] worker in
      squares[worker] = optimizer.reduce(gradients, worker: worker, workers: count)
    }
    var loss = loss
    if let exchange {
      exchange.sum(gradients[0])
      loss = exchange.sum(loss)
      team.run { [optimizer] worker in
        squares[worker] = optimizer.reduce([gradients[0]], worker: worker, workers: count)
      }
    }
    let norm = squares.values.reduce(0, +).squareRoot()
    guard loss.isFinite && norm.isFinite else {
      throw .diverged(step: step + 1, learningRate: rate)
    }
    team.run { [optimizer, model] worker in
      optimizer.update(
        model.parameters, gradient: gradients[0], norm: norm, learningRate: rate, step: step + 1,
        rateFactors: rateFactors, worker: worker, workers: count)
    }
    pack(step: step + 1)
    return (loss, norm)
  }

  /// Packs the weights for a step, without what it drops of them.
  package func pack(step: Int) {
    weights.pack(
      on: team, dropping: Xoshiro256(seed: seed, stream: [weightDropStream, UInt64(step)]))
  }

  /// Whether there is neither infinity nor NaN in the averaged weights.
  var isAverageFinite: Bool { optimizer.average.elements.allSatisfy(\.isFinite) }

  /// A copy of the averaged weights as they are now.
  package var averagedModel: Network {
    model.replacing(parameters: optimizer.average).copy()
  }
}
