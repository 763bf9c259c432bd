import Recurrent

/// Streams divided among a team's threads (`BatchDivision`).
///
/// Unchecked: a workspace is used by one worker, or by those that divide its units, while the team runs,
/// and by the caller between runs.
final class CPUStreams: Streams, @unchecked Sendable {
  let parts: [any StreamPart]
  let division: BatchDivision
  private let workspaces: [StreamWorkspace]
  private let network: Network
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let exchange: (any GradientExchange)?
  /// Those that have parts of their own.
  private let partWorkers: Int
  /// Those of the products of a part in training: they divide its units.
  private let shares: Int
  /// Those of a product. A single lane cannot be divided, but its products can.
  private let productThreads: Int

  /// - Parameter triesThreads: whether a single lane's products are shared among as many threads as turn
  ///   out to be fastest, or else by all of the team.
  init(
    _ network: Network, _ use: StreamUse, team: WorkerTeam, triesThreads: Bool,
    exchange: (any GradientExchange)?
  ) {
    let configuration = network.configuration
    let division = BatchDivision(for: use, of: configuration, threads: [team.count])
    let shares =
      division.within == .units
      ? Division.mostShares(of: configuration, threads: team.count) : 1
    let blocks = use.training?.blocksHere ?? 0..<division.blocks
    let isAlone = division.within == .lanes && division.blocks == 1
    let productThreads = isAlone && !triesThreads ? team.count : 1
    // oneDNN divides a product when it is prepared, once and for all.
    let stepThreads =
      isAlone && triesThreads && use.steps == 1 && team.count > 1
        && ProductEngine.best(for: use.precision, rows: 1) == .panels
      ? StepThreads(most: team.count) : nil
    let dropout = use.training?.dropout ?? .none
    self.network = network
    self.team = team
    self.exchange = exchange
    self.productThreads = productThreads
    self.division = division
    self.shares = shares
    partWorkers = shares > 1 ? 1 : min(team.count, blocks.count)
    (weights, workspaces) = withProductThreads(productThreads) {
      let weights = PackedWeights(
        network,
        for: .init(
          precision: use.precision,
          lanes: (use.lanes + division.blocks - 1) / division.blocks,
          training: use.training != nil,
          // In training a table pays where it has fewer rows than the chunk.
          inputTable: dropout.embedding == 0
            && (use.training == nil
              || network.configuration.vocabularySize <= use.lanes * use.steps),
          weightDrop: use.training?.weightDrop ?? 0, shares: shares))
      let workspaces = blocks.map { block in
        StreamWorkspace(
          weights, steps: use.steps, lanes: division.lanes(ofBlock: block, of: use.lanes),
          dropout: dropout, threads: stepThreads, team: team)
      }
      return (weights, workspaces)
    }
    parts = workspaces
    guard let exchange else { return }
    exchange.begin(workspaces.compactMap(\.gradients), of: network.layout)
    for (block, workspace) in workspaces.enumerated() {
      workspace.gradientsAreReady = { segment in
        exchange.isReady(segment: segment, ofBlock: block)
      }
    }
  }

  /// Those that pack weights and update them.
  private var updaters: Int { max(partWorkers, shares) }

  var workers: String {
    "\(updaters) thread\(updaters == 1 ? "" : "s")"
      + (shares > 1 ? ", which divide the hidden units" : "")
  }

  func run(_ body: @escaping @Sendable (_ part: Int) -> Void) {
    if partWorkers == 1 {
      withProductThreads(productThreads) {
        for part in workspaces.indices { body(part) }
      }
    } else {
      team.run(workers: partWorkers) { [partWorkers, count = workspaces.count] worker in
        for part in Share.range(worker, of: partWorkers, count, unit: 1) { body(part) }
      }
    }
  }

  func withOnlyPart<Result>(_ body: (any StreamPart) throws -> Result) rethrows -> Result {
    precondition(workspaces.count == 1, "lanes that are divided have no only part")
    return try withProductThreads(productThreads) { try body(workspaces[0]) }
  }

  func load(_ parameters: FloatBuffer) {
    weights.replace(parameters)
    weights.pack(on: team, workers: updaters)
  }

  func refresh(dropping random: Xoshiro256) {
    weights.pack(on: team, workers: updaters, dropping: random)
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    AdamW(
      network, options: options, gradients: workspaces.compactMap(\.gradients), team: team,
      workers: updaters, exchange: exchange)
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
