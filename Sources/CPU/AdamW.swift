import CKernels
import Recurrent

/// The optimizer over a flat buffer of parameters, of which each of a team's workers has a share; of the
/// n-grams' table it updates what a pass has touched (`SparseTable`).
package final class AdamW: Optimizer {
  package let parameters: FloatBuffer
  package var gradients: FloatBuffer { partGradients[0] }
  private let kept: OptimizerState
  private let options: AdamWOptions
  /// By block; the first takes their sum.
  private let partGradients: [FloatBuffer]
  private let team: WorkerTeam
  private let workers: Int
  private let exchange: (any GradientExchange)?
  /// The buffer in pieces of a few thousand elements, for workers to share out; without the table.
  private let pieces: [Piece]
  /// By piece: the sum of its gradients' squares.
  private let squares: PerPart<Double>
  private let table: SparseTable?
  private let tableGroup: Int
  /// The averages as they were read last, whose rows of the table are not behind.
  private let readAverage: FloatBuffer

  private struct Piece: Sendable {
    var range: Range<Int>
    var decays: Bool
    var group: Int
  }

  /// - Parameters:
  ///   - gradients: by block.
  ///   - touchedRows: by block, those of the n-grams' table that have gradients; if empty, all have.
  ///   - workers: those that share the work; one a part if nil.
  package init(
    _ model: Network, options: AdamWOptions, gradients: [FloatBuffer],
    touchedRows: [TouchedRows] = [], team: WorkerTeam, workers: Int? = nil,
    exchange: (any GradientExchange)? = nil
  ) {
    precondition(touchedRows.isEmpty || touchedRows.count == gradients.count)
    let workers = workers ?? gradients.count
    self.options = options
    partGradients = gradients
    self.team = team
    self.workers = workers
    self.exchange = exchange
    parameters = model.parameters
    let layout = model.layout
    let kept = OptimizerState(
      first: FloatBuffer(count: layout.count), second: FloatBuffer(count: layout.count),
      average: FloatBuffer(copying: model.parameters))
    self.kept = kept
    let sparse = touchedRows.isEmpty ? nil : layout.sparseTable
    table = sparse.map {
      SparseTable(
        $0, of: model.parameters, kept, averageDecay: options.averageDecay, parts: touchedRows,
        workers: workers)
    }
    tableGroup = sparse.map { layout.group(of: $0) } ?? 0
    readAverage = sparse == nil ? kept.average : FloatBuffer(count: layout.count)
    let pieces = layout.tensors.filter { $0 != sparse }.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 8192).map { start in
        Piece(
          range: start..<min(start + 8192, tensor.range.upperBound), decays: tensor.isMatrix,
          group: layout.group(of: tensor))
      }
    }
    self.pieces = pieces
    squares = PerPart(pieces.map { _ in 0 })
  }

  private func pieces(of worker: Int) -> Range<Int> {
    Share.range(worker, of: workers, pieces.count, unit: 1)
  }

  package func reduceGradients() throws(DeviceError) -> Double {
    guard let exchange else {
      let blocks = partGradients.indices
      return addUp(
        SumTree(blocks: blocks.count).additions(within: blocks).map {
          (partGradients[$0.block], partGradients[$0.into])
        })
    }
    precondition(table == nil, "rows that others have touched are not told")
    try exchange.finish()
    return addUp([])
  }

  /// Adds up gradients, those of the table too, and returns the norm of the first.
  private func addUp(_ additions: [(gradients: FloatBuffer, into: FloatBuffer)]) -> Double {
    let ofTable = PerPart((0..<workers).map { _ in 0.0 })
    team.run(workers: workers) { worker in
      for piece in self.pieces(of: worker) {
        let (start, count) = (self.pieces[piece].range.lowerBound, self.pieces[piece].range.count)
        for (gradients, sum) in additions {
          ck_add(Int64(count), gradients.pointer + start, sum.pointer + start)
        }
        self.squares[piece] = ck_sum_of_squares(Int64(count), self.gradients.pointer + start)
      }
      if let table = self.table { ofTable[worker] = table.sum(self.partGradients, by: worker) }
    }
    // Piece by piece, so that it does not depend on the number of workers.
    return (squares.values.reduce(0, +) + ofTable.values.reduce(0, +)).squareRoot()
  }

  package func update(norm: Double, learningRate: Float, step: Int, rateFactors: [Float]?) {
    let update = ck_adamw(options, norm: norm, step: step)
    table?.step = step
    team.run(workers: workers) { [update] worker in
      func scaled(_ factor: Float, decays: Bool) -> ck_adamw {
        var scaled = update
        scaled.learning_rate = learningRate * factor
        scaled.weight_decay = decays ? self.options.weightDecay : 0
        return scaled
      }
      for piece in self.pieces[self.pieces(of: worker)] {
        let start = piece.range.lowerBound
        let factor = rateFactors?[piece.group] ?? 1
        if factor == 0 { continue }
        var update = scaled(factor, decays: piece.decays)
        ck_adamw_update(
          &update, Int64(piece.range.count), self.gradients.pointer + start,
          self.parameters.pointer + start, self.kept.first.pointer + start,
          self.kept.second.pointer + start, self.kept.average.pointer + start)
      }
      let factor = rateFactors?[self.tableGroup] ?? 1
      if let table = self.table, factor != 0 {
        table.update(
          scaled(factor, decays: true), gradients: self.gradients, by: worker)
      }
    }
  }

  package var average: FloatBuffer {
    guard let table else { return kept.average }
    let range = table.tensor.range
    readAverage.pointer.update(from: kept.average.pointer, count: range.lowerBound)
    (readAverage.pointer + range.upperBound).update(
      from: kept.average.pointer + range.upperBound, count: kept.average.count - range.upperBound)
    team.run(workers: workers) { worker in
      table.writeAverage(into: self.readAverage, by: worker)
    }
    return readAverage
  }

  package var state: OptimizerState {
    var state = kept
    state.averagedSteps = table?.averagedSteps
    return state
  }

  package func restore(_ state: OptimizerState, step: Int) {
    for (mine, saved) in [
      (kept.first, state.first), (kept.second, state.second), (kept.average, state.average),
    ] {
      mine.pointer.update(from: saved.pointer, count: mine.count)
    }
    table?.restore(averagedSteps: state.averagedSteps, step: step)
  }

  package func set(_ values: [Float], of tensor: ParameterLayout.Tensor) {
    for buffer in [parameters, kept.average] {
      _ = buffer[tensor.range].update(fromContentsOf: values)
    }
  }
}
