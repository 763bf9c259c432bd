import CCUDA
import Recurrent

/// The rows of a table that a pass over texts reads, each with the places that have read it, so
/// that a row's gradient is summed in the same order each time, and what follows need not look at
/// the other rows.
///
/// Unchecked: used as its GPU is.
final class GPUTouchedRows: @unchecked Sendable {
  /// How many rows the last pass has touched.
  private(set) var count = 0
  /// `[count]`
  let rows: GPUBuffer
  /// `[count + 1]`: where each row's places begin.
  let starts: GPUBuffer
  /// The places of all rows, row by row.
  let places: GPUBuffer
  private let rowsOfPass: PinnedBuffer<Int32>
  private let startsOfPass: PinnedBuffer<Int32>
  private let placesOfPass: PinnedBuffer<Int32>
  /// By row of the table: its number among those touched, valid where `last` is this pass.
  private var numbers: [Int32]
  private var last: [Int32]
  private var pass: Int32 = 0
  /// By number: where the next place of a row goes.
  private var ends: [Int32]

  /// - Parameters:
  ///   - table: the table's rows.
  ///   - most: the most that a pass names, with repetitions.
  init(of table: Int, most: Int, on gpu: GPU) throws(CUDAError) {
    let different = min(table, most)
    rows = try GPUBuffer(gpu, bytes: different * 4)
    starts = try GPUBuffer(gpu, bytes: (different + 1) * 4)
    places = try GPUBuffer(gpu, bytes: most * 4)
    rowsOfPass = try PinnedBuffer(gpu, count: different)
    startsOfPass = try PinnedBuffer(gpu, count: different + 1)
    placesOfPass = try PinnedBuffer(gpu, count: most)
    numbers = [Int32](repeating: 0, count: table)
    last = [Int32](repeating: 0, count: table)
    ends = [Int32](repeating: 0, count: different)
  }

  /// Forgets the rows of the pass before.
  func begin() { count = 0 }

  /// Lists the rows that the first lanes of each step name. Not before the GPU has been waited for
  /// since the last time.
  /// - Parameter index: `[N, T, B]`, N rows for each place.
  func list(
    _ index: UnsafePointer<Int32>, of lengths: Int, steps active: StepLanes, lanes: Int
  ) throws(CUDAError) {
    pass &+= 1
    count = 0
    func forEachPlace(_ body: (_ row: Int, _ place: Int32) -> Void) {
      for length in 0..<lengths {
        for step in 0..<active.steps {
          let first = step * lanes
          let rows = index + length * active.steps * lanes + first
          for lane in 0..<active(step, of: lanes) { body(Int(rows[lane]), Int32(first + lane)) }
        }
      }
    }
    forEachPlace { row, _ in
      if last[row] != pass {
        last[row] = pass
        numbers[row] = Int32(count)
        rowsOfPass.elements[count] = Int32(row)
        ends[count] = 0
        count += 1
      }
      ends[Int(numbers[row])] += 1
    }
    var start: Int32 = 0
    for number in 0..<count {
      startsOfPass.elements[number] = start
      (start, ends[number]) = (start + ends[number], start)
    }
    startsOfPass.elements[count] = start
    forEachPlace { row, place in
      let number = Int(numbers[row])
      placesOfPass.elements[Int(ends[number])] = place
      ends[number] += 1
    }
    try rowsOfPass.upload(count, to: rows.pointer)
    try startsOfPass.upload(count + 1, to: starts.pointer)
    try placesOfPass.upload(Int(start), to: places.pointer)
  }
}
