import CCUDA
import CKernels
import Recurrent

/// A table on a GPU of which each step updates a few rows, as the CPU's `SparseTable`: moments and
/// weights of other rows stay as they are, and what their averages pass over is made up for later.
///
/// Unchecked: used as its GPU is.
final class GPUSparseTable: @unchecked Sendable {
  /// `[rows, columns]`
  let tensor: ParameterLayout.Tensor
  /// The number of the last update, or of the one under way.
  var step = 0
  private let gpu: GPU
  private let touched: GPUTouchedRows
  /// By row: the step up to which its average goes.
  private let averaged: GPUBuffer
  private let schedule: ck_average
  private let adamwRows: Kernel

  private var rows: Int { tensor.shape[0] }

  init(
    _ tensor: ParameterLayout.Tensor, touched: GPUTouchedRows, averageDecay: Float, on gpu: GPU
  ) throws(CUDAError) {
    self.tensor = tensor
    self.touched = touched
    self.gpu = gpu
    averaged = try GPUBuffer(gpu, zeroed: tensor.shape[0] * 4)
    let decay = Double(averageDecay)
    schedule = ck_average(decay: decay, rise: ck_average_rise(decay))
    adamwRows = try gpu.kernel("adamw_rows")
  }

  /// Updates the rows that the last pass has touched.
  /// - Parameter update: that of the whole table.
  func update(_ update: adamw_arguments) throws(CUDAError) {
    try gpu.launch(
      adamwRows, elements: touched.count * 32,
      adamw_rows_arguments(
        update: update, rows: touched.rows.pointer, averaged: averaged.pointer,
        average_decay: schedule.decay, rise: schedule.rise, average_age: Int32(CK_AVERAGE_AGE),
        step: Int32(step), count: Int32(touched.count), columns: Int32(tensor.shape[1])))
  }

  /// By row: the step up to which its average goes; waits for the GPU.
  func averagedSteps() throws(CUDAError) -> [Int32] {
    let steps = try PinnedBuffer<Int32>(gpu, count: rows)
    try steps.download(from: averaged.pointer)
    try gpu.synchronize()
    // The elements are no reference to the buffer.
    return withExtendedLifetime(steps) { Array(steps.elements) }
  }

  /// - Parameter steps: those of a run that goes on after `step`; that step for all rows if nil.
  func restore(averagedSteps steps: [Int32]?, step: Int) throws(CUDAError) {
    self.step = step
    let steps = steps ?? [Int32](repeating: Int32(clamping: step), count: rows)
    try gpu.copy(from: steps, to: averaged.pointer, bytes: rows * 4)
    try gpu.synchronize()
  }

  /// Writes the table's averages after the last update.
  /// - Parameters:
  ///   - kept: the averages as far as they go.
  ///   - averaged: how far that is.
  func makeUpForSteps(
    in kept: FloatBuffer, upTo averaged: [Int32], weights: FloatBuffer, into result: FloatBuffer
  ) {
    var schedule = schedule
    let start = tensor.range.lowerBound
    ck_average_rows(
      &schedule, Int64(step), 0, Int64(rows), Int64(tensor.shape[1]), weights.pointer + start,
      kept.pointer + start, averaged, result.pointer + start)
  }
}
