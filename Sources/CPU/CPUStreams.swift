import Recurrent

/// Streams divided among a team's threads (`Division`).
///
/// Unchecked: a workspace is used by one worker, or by those that divide its units, while the team runs,
/// and by the caller between runs.
final class CPUStreams: Streams, @unchecked Sendable {
  let parts: [any StreamPart]
  private let workspaces: [StreamWorkspace]
  private let network: Network
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let exchange: (any GradientExchange)?
  /// Those that work at a time.
  private let workers: Int
  let division: String
  /// Those of a product. A single lane cannot be divided, but its products can.
  private let productThreads: Int

  /// - Parameters:
  ///   - triesThreads: whether a single lane's products are shared among as many threads as turn out to
  ///     be fastest, or else by all of the team.
  ///   - division: what the team divides; nil for what seems fastest.
  init(
    _ network: Network, _ use: StreamUse, team: WorkerTeam, triesThreads: Bool,
    division: Division?, exchange: (any GradientExchange)?
  ) {
    let configuration = network.configuration
    let division =
      division.flatMap { $0.isPossible(for: use, of: configuration) ? $0 : nil }
      ?? .fastest(for: use, of: configuration, threads: team.count)
    let shares =
      division == .units ? Division.mostShares(of: configuration, threads: team.count) : 1
    let count = division == .units ? 1 : min(team.count, use.lanes)
    let productThreads = division == .lanes && count == 1 && !triesThreads ? team.count : 1
    // oneDNN divides a product when it is prepared, once and for all.
    let stepThreads =
      division == .lanes && count == 1 && triesThreads && use.steps == 1 && team.count > 1
        && ProductEngine.best(for: use.precision, rows: 1) == .panels
      ? StepThreads(most: team.count) : nil
    let dropout = use.training?.dropout ?? .none
    self.network = network
    self.team = team
    self.exchange = exchange
    self.productThreads = productThreads
    workers = max(count, shares)
    self.division =
      "\(workers) thread\(workers == 1 ? "" : "s")"
      + (shares > 1 ? ", which divide the hidden units" : "")
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
          weightDrop: use.training?.weightDrop ?? 0, shares: shares))
      let workspaces = (0..<count).map { worker in
        StreamWorkspace(
          weights, steps: use.steps,
          lanes: use.lanes * worker / count..<use.lanes * (worker + 1) / count, dropout: dropout,
          threads: stepThreads, team: team)
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
    weights.pack(on: team, workers: workers)
  }

  func refresh(dropping random: Xoshiro256) {
    weights.pack(on: team, workers: workers, dropping: random)
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    AdamW(
      network, options: options, gradients: workspaces.compactMap(\.gradients), team: team,
      workers: workers, exchange: exchange)
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
