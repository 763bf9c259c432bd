import CKernels
import Recurrent

/// A table of which each step reads a few rows: what follows the gradients of a step, in the rows
/// that it has touched alone.
///
/// Moments and weights of other rows stay as they are, as with PyTorch's SparseAdam. Their averages
/// would go on towards the weights; as these are constant, the steps that were passed over are made up
/// for in closed form when a row is touched again or the averages are read. Reading changes nothing,
/// so that what comes of training does not depend on it.
///
/// Each worker has the rows of a range, in the order in which the parts' passes came to them.
///
/// Unchecked: each worker uses what is of its range, and between runs the caller has all.
final class SparseTable: @unchecked Sendable {
  /// `[rows, columns]`
  let tensor: ParameterLayout.Tensor
  /// The number of the last update, or of the one under way.
  var step = 0
  /// By row: the step up to which its average goes.
  private let averaged: UnsafeMutablePointer<Int32>
  private let parameters: FloatBuffer
  private let state: OptimizerState
  private let schedule: ck_average
  private let parts: [TouchedRows]
  private let ranges: [Range<Int>]
  /// By worker: the rows of the last sum of gradients.
  private let sums: PerPart<ck_touched>
  private var arena = Arena()

  private var rows: Int { tensor.shape[0] }
  private var columns: Int64 { Int64(tensor.shape[1]) }

  /// - Parameters:
  ///   - tensor: of those in `parameters` and `state`.
  ///   - parts: what each part of a pass has touched.
  init(
    _ tensor: ParameterLayout.Tensor, of parameters: FloatBuffer, _ state: OptimizerState,
    averageDecay: Float, parts: [TouchedRows], workers: Int
  ) {
    self.tensor = tensor
    self.parameters = parameters
    self.state = state
    let decay = Double(averageDecay)
    schedule = ck_average(decay: decay, rise: ck_average_rise(decay))
    self.parts = parts
    let rows = tensor.shape[0]
    averaged = arena.integers(rows)
    let last = arena.integers(rows)
    let list = arena.integers(rows)
    let ranges = (0..<workers).map { Share.range($0, of: workers, rows, unit: 1) }
    self.ranges = ranges
    sums = PerPart(
      ranges.map {
        ck_touched(pass: 1, count: 0, rows: list + $0.lowerBound, last: last)
      })
  }

  private func pointer(_ buffer: FloatBuffer) -> UnsafeMutablePointer<Float> {
    buffer.pointer + tensor.range.lowerBound
  }

  /// Adds a worker's rows of all parts' gradients into the first, whose other rows are zero then.
  /// - Returns: the sum of their squares.
  func sum(_ gradients: [FloatBuffer], by worker: Int) -> Double {
    let total = pointer(gradients[0])
    let range = ranges[worker]
    var first = parts[0].list
    ck_clear_rows(&sums[worker], &first, columns, total)
    begin(worker)
    for (part, gradients) in zip(parts, gradients) {
      var list = part.list
      ck_add_rows(
        &sums[worker], &list, Int64(range.lowerBound), Int64(range.upperBound), columns,
        pointer(gradients), total)
    }
    return ck_sum_of_squares_of_rows(&sums[worker], columns, total)
  }

  private func begin(_ worker: Int) {
    sums[worker].pass &+= 1
    sums[worker].count = 0
  }

  /// Updates a worker's rows.
  func update(_ update: ck_adamw, gradients: FloatBuffer, by worker: Int) {
    var (update, schedule) = (update, schedule)
    ck_adamw_update_rows(
      &update, &schedule, Int64(step), &sums[worker], columns, pointer(gradients),
      pointer(parameters), pointer(state.first), pointer(state.second), pointer(state.average),
      averaged)
  }

  /// Writes the averages after `step` of a worker's range.
  func writeAverage(into destination: FloatBuffer, by worker: Int) {
    var schedule = schedule
    let range = ranges[worker]
    ck_average_rows(
      &schedule, Int64(step), Int64(range.lowerBound), Int64(range.upperBound), columns,
      pointer(parameters), pointer(state.average), averaged, pointer(destination))
  }

  /// By row: the step up to which its average goes.
  var averagedSteps: [Int32] { Array(UnsafeBufferPointer(start: averaged, count: rows)) }

  /// - Parameter steps: those of a run that goes on after `step`; that step for all rows if nil.
  func restore(averagedSteps steps: [Int32]?, step: Int) {
    self.step = step
    let rows = UnsafeMutableBufferPointer(start: averaged, count: rows)
    if let steps {
      _ = rows.update(fromContentsOf: steps)
    } else {
      rows.update(repeating: Int32(clamping: step))
    }
  }
}
