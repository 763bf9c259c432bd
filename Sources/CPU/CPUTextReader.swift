import Recurrent

/// Texts read in groups of about the same length, which a team's threads take in turn.
final class CPUTextReader: TextReader {
  private let workers: PerPart<Worker>
  private let weights: PackedWeights
  private let team: WorkerTeam

  init(_ network: Network, precision: Precision, team: WorkerTeam) {
    let weights = PackedWeights(
      network,
      for: .init(
        precision: precision, lanes: 64, training: false,
        inputTable: network.layout.ngrams == nil))
    self.weights = weights
    self.team = team
    workers = PerPart((0..<team.count).map { _ in Worker(weights) })
  }

  func load(_ parameters: FloatBuffer) {
    weights.replace(parameters)
    weights.pack(on: team, workers: team.count)
  }

  func logits(
    of texts: [[Int32]], finish: @escaping @Sendable (_ text: Int, _ logits: [Float]) -> [Float]
  ) -> [[Float]] {
    let groups = TextGroup.dividing(texts.map(\.count), lanes: 64, symbols: 1 << 15)
    // No thread is woken for nothing.
    let count = max(1, min(team.count, groups.count))
    let results = PerPart([[(text: Int, logits: [Float])]](repeating: [], count: count))
    team.run(workers: count) { [workers] worker in
      for index in stride(from: worker, to: groups.count, by: count) {
        let group = groups[index]
        let logits = workers[worker].logits(of: group.texts.map { texts[$0] }, in: group.shape)
        results[worker] += zip(group.texts, logits).map { ($0, finish($0, $1)) }
      }
    }
    var all = [[Float]](repeating: [], count: texts.count)
    for (text, logits) in results.values.joined() { all[text] = logits }
    return all
  }
}

/// One thread's workspaces, one of each shape that has been needed.
private final class Worker {
  private let weights: PackedWeights
  private var rooms: [TextGroup.Shape: Room] = [:]

  init(_ weights: PackedWeights) {
    self.weights = weights
  }

  func logits(of texts: [[Int32]], in shape: TextGroup.Shape) -> [[Float]] {
    let room = rooms[shape] ?? Room(weights, shape)
    rooms[shape] = room
    return room.logits(of: texts)
  }
}

/// A workspace of one shape.
private final class Room {
  private let workspace: TextWorkspace
  private let texts: PackedTexts
  private let classes: Int

  init(_ weights: PackedWeights, _ shape: TextGroup.Shape) {
    workspace = TextWorkspace(weights, steps: shape.steps, lanes: shape.lanes)
    texts = PackedTexts(steps: shape.steps, lanes: shape.lanes)
    classes = weights.configuration.classifier?.classes ?? 0
  }

  func logits(of texts: [[Int32]]) -> [[Float]] {
    self.texts.fill(texts)
    guard let symbols = self.texts.symbols.baseAddress else { return [] }
    let logits = workspace.logits(symbols, lengths: self.texts.lengths)
    return texts.indices.map { lane in
      Array(UnsafeBufferPointer(start: logits + lane * classes, count: classes))
    }
  }
}
