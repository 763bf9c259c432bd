import Recurrent

/// Streams divided among a team's threads, each with the lanes of one workspace.
///
/// Unchecked: a workspace is used by one worker while the team runs, and by the caller between runs.
final class CPUStreams: Streams, @unchecked Sendable {
  let parts: [any StreamPart]
  private let workspaces: [StreamWorkspace]
  private let network: Network
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let exchange: (any GradientExchange)?
  /// Those of a product. A single lane cannot be divided, but its products can.
  private let productThreads: Int

  /// - Parameter triesThreads: whether a single lane's products are shared among as many threads as
  ///   turn out to be fastest, or else by all of the team.
  init(
    _ network: Network, _ use: StreamUse, team: WorkerTeam, triesThreads: Bool,
    exchange: (any GradientExchange)?
  ) {
    let count = min(team.count, use.lanes)
    let productThreads = count == 1 && !triesThreads ? team.count : 1
    // oneDNN divides a product when it is prepared, once and for all.
    let stepThreads =
      count == 1 && triesThreads && use.steps == 1 && team.count > 1
        && ProductEngine.best(for: use.precision, rows: 1) == .panels
      ? StepThreads(most: team.count) : nil
    let dropout = use.training?.dropout ?? .none
    self.network = network
    self.team = team
    self.exchange = exchange
    self.productThreads = productThreads
    (weights, workspaces) = withProductThreads(productThreads) {
      let weights = PackedWeights(
        network,
        for: .init(
          precision: use.precision, lanes: (use.lanes + count - 1) / count,
          training: use.training != nil,
          // In training a table pays where it has fewer rows than the chunk.
          inputTable: dropout.embedding == 0
            && (use.training == nil
              || network.configuration.vocabularySize <= use.lanes * use.steps),
          weightDrop: use.training?.weightDrop ?? 0))
      let workspaces = (0..<count).map { worker in
        StreamWorkspace(
          weights, steps: use.steps,
          lanes: use.lanes * worker / count..<use.lanes * (worker + 1) / count, dropout: dropout,
          threads: stepThreads)
      }
      return (weights, workspaces)
    }
    parts = workspaces
  }

  func run(_ body: @escaping @Sendable (_ part: Int) -> Void) {
    if workspaces.count == 1 {
      withProductThreads(productThreads) { body(0) }
    } else {
      team.run(workers: workspaces.count, body)
    }
  }

  func withOnlyPart<Result>(_ body: (any StreamPart) throws -> Result) rethrows -> Result {
    precondition(workspaces.count == 1, "lanes that are divided have no only part")
    return try withProductThreads(productThreads) { try body(workspaces[0]) }
  }

  func load(_ parameters: FloatBuffer) {
    weights.replace(parameters)
    weights.pack(on: team, workers: workspaces.count)
  }

  func refresh(dropping random: Xoshiro256) {
    weights.pack(on: team, workers: workspaces.count, dropping: random)
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    AdamW(
      network, options: options, gradients: workspaces.compactMap(\.gradients), team: team,
      exchange: exchange)
  }

  func adaptation(rate: Float, decay: Float) -> any Adaptation {
    guard workspaces.count == 1, let gradient = workspaces[0].gradients else {
      preconditionFailure("one lane in training is needed")
    }
    return RMSAdaptation(
      network.parameters, gradient: gradient, rate: rate, decay: decay,
      pack: { [weights] in weights.packShare(of: 0, workers: 1) })
  }
}
