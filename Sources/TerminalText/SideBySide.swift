/// Texts beside each other under their headings, in `width` columns; one below the other where that
/// is too narrow.
package func sideBySide(_ texts: [(heading: String, text: String)], width: Int) -> [String] {
  let separator = " │ "
  let column = (width - 3 * (texts.count - 1)) / max(1, texts.count)
  guard column >= 16 else {
    return texts.flatMap { ["── " + $0.heading] + wrapped($0.text, width: max(1, width)) }
  }
  let cells = texts.map { [$0.heading] + wrapped($0.text, width: column) }
  let height = cells.map(\.count).max() ?? 0
  return (0..<height).map { row in
    let line = cells.map { ($0.count > row ? $0[row] : "").padded(to: column) }
      .joined(separator: separator)
    let end = line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex
    return String(line[..<end])
  }
}
