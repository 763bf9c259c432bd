/// Rows of which few entries are not zero, each as its columns with their values.
struct SparseRows: Sendable {
  private(set) var columns: [Int32] = []
  private(set) var values: [Float] = []
  /// Where each row ends in these.
  private(set) var ends: [Int] = []

  var count: Int { ends.count }

  mutating func append(_ row: some Sequence<(column: Int32, value: Float)>) {
    for (column, value) in row {
      columns.append(column)
      values.append(value)
    }
    ends.append(columns.count)
  }

  /// The places in `columns` and `values` of a row.
  func range(of row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }
}
