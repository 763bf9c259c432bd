/// Rows of as many cells each as lines: the first column flush left, the others flush right.
package func aligned(_ rows: [[String]]) -> [String] {
  let widths = (rows.first ?? []).indices.map { column in
    rows.map { columns(of: $0[column]) }.max() ?? 0
  }
  return rows.map { row in
    row[0].padded(to: widths[0])
      + zip(row, widths).dropFirst().map { cell, width in
        "  " + String(repeating: " ", count: width - columns(of: cell)) + cell
      }.joined()
  }
}
