import Recurrent

/// Batches of texts dealt out to a team's threads, longest first.
final class CPUTextTrainer: TextTrainer {
  private let shares: PerPart<Worker>
  private let gradients: [FloatBuffer]
  /// By worker; empty without n-grams.
  private let touchedRows: [TouchedRows]
  private let network: Network
  private let weights: PackedWeights
  private let team: WorkerTeam

  init(_ network: Network, _ use: StreamUse, team: WorkerTeam) {
    let count = min(team.count, use.lanes)
    let lanes = (use.lanes + count - 1) / count
    let dropout = use.training?.dropout ?? .none
    let weights = PackedWeights(
      network,
      for: .init(
        precision: use.precision, lanes: lanes, training: true,
        inputTable: dropout.embedding == 0 && network.layout.ngrams == nil
          && network.configuration.vocabularySize <= lanes * use.steps,
        weightDrop: use.training?.weightDrop ?? 0))
    self.network = network
    self.team = team
    self.weights = weights
    let all = (0..<count).map { _ in
      Worker(weights, steps: use.steps, lanes: lanes, dropout: dropout)
    }
    gradients = all.map(\.gradients)
    touchedRows = all.compactMap(\.touchedRows)
    shares = PerPart(all)
  }

  var workers: String { "\(gradients.count) thread\(gradients.count == 1 ? "" : "s")" }

  func train(
    _ batch: TextBatch, masks random: @escaping @Sendable (_ text: Int) -> Xoshiro256
  ) -> TextLosses {
    let count = gradients.count
    team.run(workers: count) { [shares] worker in
      shares[worker].train(batch, every: count, from: worker, masks: random)
    }
    return shares.values.map(\.losses).reduce(
      into: TextLosses(features: network.configuration.featureCount)
    ) { $0.add($1) }
  }

  func load(_ parameters: FloatBuffer) {
    weights.replace(parameters)
    weights.pack(on: team, workers: gradients.count)
  }

  func refresh(dropping random: Xoshiro256) {
    weights.pack(on: team, workers: gradients.count, dropping: random)
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    AdamW(
      network, options: options, gradients: gradients, touchedRows: touchedRows, team: team)
  }
}

extension TextLosses {
  fileprivate init(features count: Int) {
    let none = [Float](repeating: 0, count: count)
    self.init(featureSums: none, featureSquares: none)
  }

  fileprivate mutating func add(_ other: TextLosses) {
    classification += other.classification
    languageModel += other.languageModel
    for feature in featureSums.indices {
      featureSums[feature] += other.featureSums[feature]
      featureSquares[feature] += other.featureSquares[feature]
    }
  }
}

/// One thread's share of each batch, and its gradients.
private final class Worker {
  let gradients: FloatBuffer
  private(set) var losses: TextLosses
  private let layout: ParameterLayout
  private let workspace: TextWorkspace
  private let texts: PackedTexts

  init(_ weights: PackedWeights, steps: Int, lanes: Int, dropout: Dropout) {
    layout = weights.layout
    gradients = FloatBuffer(count: weights.layout.count)
    losses = TextLosses(features: weights.configuration.featureCount)
    workspace = TextWorkspace(weights, steps: steps, lanes: lanes, dropout: dropout)
    texts = PackedTexts(steps: steps, lanes: lanes)
  }

  var touchedRows: TouchedRows? { workspace.touchedRows }

  /// Computes the gradients of the scaled losses of every `count`-th text from `first` on; of none
  /// they are zero.
  func train(
    _ batch: TextBatch, every count: Int, from first: Int, masks random: (_ text: Int) -> Xoshiro256
  ) {
    let share = stride(from: first, to: batch.texts.count, by: count)
    var losses = TextLosses(features: losses.featureSums.count)
    defer { self.losses = losses }
    texts.fill(share.map { batch.texts[$0] })
    guard !texts.lengths.isEmpty, let symbols = texts.symbols.baseAddress,
      let next = texts.targets.baseAddress
    else {
      for tensor in layout.tensors where tensor != layout.sparseTable {
        gradients[tensor.range].update(repeating: 0)
      }
      touchedRows?.begin()
      return
    }
    workspace.drawMasks { lane in random(lane * count + first) }
    (losses.classification, losses.languageModel) = workspace.train(
      symbols, lengths: texts.lengths, labels: share.map { batch.labels[$0] },
      expected: batch.expected.isEmpty ? [] : share.map { batch.expected[$0] },
      targets: batch.targets,
      languageModel: batch.languageModelScale > 0
        ? .init(targets: next, scale: batch.languageModelScale) : nil,
      lowest: batch.lowestLayer, gradients: gradients)
    workspace.addMoments(&losses.featureSums, &losses.featureSquares)
  }
}
