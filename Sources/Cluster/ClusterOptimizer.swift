import Recurrent

/// The optimizer of a network in several processes: each updates all weights of its own copy, by the same
/// gradients, or where steps are local by gradients of its own lanes, and now and then they take the mean.
final class ClusterOptimizer: Optimizer {
  private let own: any Optimizer
  private let body: Int
  private let others: [Int]
  private let leader: Leader
  private let averaging: WeightAverage?
  private let averageEvery: Int

  /// - Parameter averageEvery: steps between two averages, where they are local.
  init(
    _ own: any Optimizer, body: Int, others: [Int], leader: Leader, averaging: WeightAverage?,
    every averageEvery: Int
  ) {
    self.averaging = averaging
    self.averageEvery = averageEvery
    self.own = own
    self.body = body
    self.others = others
    self.leader = leader
  }

  var parameters: FloatBuffer { own.parameters }
  var average: FloatBuffer { own.average }
  var state: OptimizerState { own.state }
  var gradients: FloatBuffer { own.gradients }

  func restore(_ state: OptimizerState, step: Int) {
    leader.ask(
      others,
      .restore(
        body: body, first: Array(state.first.elements), second: Array(state.second.elements),
        average: Array(state.average.elements), step: step)
    ) { own.restore(state, step: step) }
  }

  func set(_ values: [Float], of tensor: ParameterLayout.Tensor) {
    preconditionFailure("a language model has no tensor that no gradient reaches")
  }

  func reduceGradients() throws(DeviceError) -> Double {
    // What one of them has sent as its loss would have been nothing.
    if let failure = leader.failure { throw failure }
    return try leader.ask(others, .reduce(body: body)) { () throws(DeviceError) in
      try own.reduceGradients()
    }
  }

  func update(norm: Double, learningRate: Float, step: Int, rateFactors: [Float]?) {
    precondition(rateFactors == nil, "groups of weights are a classifier's")
    leader.ask(others, .update(body: body, learningRate: learningRate, step: step)) {
      own.update(norm: norm, learningRate: learningRate, step: step, rateFactors: nil)
    }
    guard let averaging, step % averageEvery == 0, leader.failure == nil else { return }
    try? leader.ask(others, .average(body: body)) { () throws(DeviceError) in
      try averaging.average(own.trained)
    }
  }
}

extension Optimizer {
  /// All that changes with an update.
  var trained: [FloatBuffer] {
    let state = state
    return [parameters, state.first, state.second, state.average]
  }
}
