import CKernels
import Recurrent

/// Streams divided by lanes among a team's threads, with all that their cells do kept.
final class CPUObserver: Observer {
  let steps: Int
  let lanes: Int
  private let parts: [Part]
  private let team: WorkerTeam
  private let configuration: ModelConfiguration
  private var hasRead = false

  /// One worker's lanes.
  ///
  /// Unchecked: a worker has its part to itself, and between runs the caller has all.
  private final class Part: @unchecked Sendable {
    let lanes: Range<Int>
    let stack: RecurrentStack
    /// Of all rows.
    let head: SymbolHead
    /// Of one row.
    let rowHead: SymbolHead
    /// `[T, B]` of its lanes.
    var symbols: [Int32]

    init(_ weights: PackedWeights, _ head: PackedWeights.Head, steps: Int, lanes: Range<Int>) {
      self.lanes = lanes
      stack = RecurrentStack(weights, steps: steps, lanes: lanes.count)
      self.head = SymbolHead(head, of: weights, rows: steps * lanes.count)
      rowHead = SymbolHead(head, of: weights, rows: 1)
      symbols = Array(repeating: 0, count: steps * lanes.count)
    }

    /// What is its lanes' of `[T, B]`.
    func rows(of values: [Int32], lanes all: Int) -> [Int32] {
      stride(from: 0, to: values.count, by: all).flatMap { step in
        values[step + lanes.lowerBound..<step + lanes.upperBound]
      }
    }
  }

  init(_ network: Network, lanes: Int, steps: Int, team: WorkerTeam) {
    precondition(!network.configuration.bidirectional, "a language model is needed")
    self.steps = steps
    self.lanes = lanes
    self.team = team
    configuration = network.configuration
    let count = min(team.count, lanes)
    let weights = PackedWeights(
      network,
      for: .init(
        precision: .float32, lanes: (lanes + count - 1) / count, training: true, inputTable: false))
    guard let head = weights.head else { preconditionFailure("a language model is needed") }
    parts = (0..<count).map { worker in
      Part(
        weights, head, steps: steps,
        lanes: lanes * worker / count..<lanes * (worker + 1) / count)
    }
    restart()
  }

  func restart() {
    let state = RecurrentState(configuration)
    for part in parts {
      for lane in part.lanes.indices { part.stack.load(state, lane: lane - part.lanes.lowerBound) }
    }
    hasRead = false
  }

  func read(_ symbols: [Int32]) {
    team.run(workers: parts.count) { [parts, steps, lanes, hasRead] worker in
      let part = parts[worker]
      // Not before: the way back through the last chunk begins with the states before it.
      if hasRead { part.stack.carryOver(steps: steps) }
      part.symbols = part.rows(of: symbols, lanes: lanes)
      part.stack.forward(part.symbols, steps: .all(steps: steps))
    }
    hasRead = true
  }

  func copy(_ activity: Activity, layer: Int, into values: inout [Float]) {
    fill(&values, width: configuration.hiddenSize) { part, steps, row in
      for step in 0..<steps {
        for lane in part.lanes.indices {
          part.stack.layers[layer][0].copy(
            activity, step: step, lane: lane - part.lanes.lowerBound, into: row(step, lane))
        }
      }
    }
  }

  func copy(_ activity: Activity, layer: Int, lane: Int, into values: inout [Float]) {
    let hidden = configuration.hiddenSize
    guard let part = parts.first(where: { $0.lanes.contains(lane) }) else {
      preconditionFailure("no such lane")
    }
    precondition(values.count == steps * hidden, "room of another shape")
    values.withUnsafeMutableBufferPointer { values in
      guard let first = values.baseAddress else { return }
      for step in 0..<steps {
        part.stack.layers[layer][0].copy(
          activity, step: step, lane: lane - part.lanes.lowerBound, into: first + step * hidden)
      }
    }
  }

  func surprisal(of targets: [Int32], into values: inout [Float]) {
    fill(&values, width: 1) { [lanes] part, steps, row in
      var losses = part.symbols.map { _ in Float() }
      _ = part.head.loss(
        part.stack.headInput, targets: part.rows(of: targets, lanes: lanes), rows: losses.count,
        losses: &losses)
      for step in 0..<steps {
        for (index, lane) in part.lanes.enumerated() {
          row(step, lane).pointee = losses[step * part.lanes.count + index]
        }
      }
    }
  }

  func logits(step: Int, lane: Int, into values: inout [Float]) {
    guard let part = parts.first(where: { $0.lanes.contains(lane) }) else {
      preconditionFailure("no such lane")
    }
    let row = step * part.lanes.count + lane - part.lanes.lowerBound
    let logits = part.rowHead.computeLogits(
      part.stack.headInput + row * configuration.outputSize * MemoryLayout<Float>.size)
    values.withUnsafeMutableBufferPointer { values in
      precondition(values.count == configuration.vocabularySize)
      values.baseAddress?.update(from: logits, count: values.count)
    }
  }

  func inputGradients(ofLast targets: [Int32], into values: inout [Float]) {
    precondition(targets.count == lanes, "a target for each lane is needed")
    let size = configuration.embeddingSize
    fill(&values, width: size) { part, steps, row in
      let last = (steps - 1) * part.lanes.count
      let targets = Array(repeating: -1, count: last) + targets[part.lanes]
      _ = part.head.lossAndGradients(
        part.stack.headInput, targets: targets, rows: targets.count, scale: 1,
        inputGradients: part.stack.outputGradients, gradients: nil)
      part.stack.backward(part.symbols, steps: .all(steps: steps), into: nil)
      let gradients = part.stack.embeddingGradients.assumingMemoryBound(to: Float.self)
      for step in 0..<steps {
        for (index, lane) in part.lanes.enumerated() {
          row(step, lane).update(
            from: gradients + (step * part.lanes.count + index) * size, count: size)
        }
      }
    }
  }

  /// Has every worker write the rows of its lanes, of `[T, B, width]`.
  private func fill(
    _ values: inout [Float], width: Int,
    _ body:
      @escaping @Sendable (
        Part, _ steps: Int, _ row: (_ step: Int, _ lane: Int) -> UnsafeMutablePointer<Float>
      ) -> Void
  ) {
    precondition(values.count == steps * lanes * width, "room of another shape")
    values.withUnsafeMutableBufferPointer { values in
      guard let first = values.baseAddress else { return }
      // Rows are one worker's each, and nobody else is here until all are done.
      nonisolated(unsafe) let rows = first
      team.run(workers: parts.count) { [parts, steps, lanes] worker in
        body(parts[worker], steps) { rows + ($0 * lanes + $1) * width }
      }
    }
  }
}
