import CKernels

/// The rows of a table that a pass has touched, so that what follows need not look at the others.
///
/// Unchecked: whoever runs the pass has them to itself, and others read them once it has ended.
package final class TouchedRows: @unchecked Sendable {
  /// In the order in which the pass came to them.
  private(set) var list: ck_touched
  private var arena = Arena()

  /// - Parameters:
  ///   - table: the table's rows.
  ///   - most: the most that a pass names, with repetitions.
  package init(of table: Int, most: Int) {
    list = ck_touched(
      pass: 1, count: 0, rows: arena.integers(min(table, most)), last: arena.integers(table))
  }

  /// Forgets the rows of the pass before.
  package func begin() {
    list.pass &+= 1
    list.count = 0
  }

  /// Adds rows. Those that are new become zero in `table`, `[*, columns]`.
  package func add(
    _ index: UnsafePointer<Int32>, count: Int, zeroing table: UnsafeMutablePointer<Float>,
    columns: Int
  ) {
    ck_touch_rows(&list, Int64(count), index, Int64(columns), table)
  }

  package var rows: [Int32] {
    Array(UnsafeBufferPointer(start: list.rows, count: Int(list.count)))
  }
}
