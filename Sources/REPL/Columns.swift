import Text

/// `text` in lines of at most `width` columns, broken at blanks where there are some.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for paragraph in text.replacing("\t", with: " ").unicodeScalars
    .split(separator: "\n", omittingEmptySubsequences: false)
  {
    var line = paragraph[...]
    while true {
      var used = 0
      let overflow = line.indices.first { index in
        used += columns(of: line[index])
        return used > width
      }
      guard let overflow, overflow > line.startIndex else {
        lines.append(String(line))
        break
      }
      let blank = line[...overflow].lastIndex(of: " ")
      let end = blank.flatMap { $0 > line.startIndex ? $0 : nil } ?? overflow
      lines.append(String(line[..<end]))
      line = line[end...]
      if line.first == " " { line = line.dropFirst() }
    }
  }
  return lines
}

/// `text` on one line of at most `width` columns.
func clipped(_ text: String, to width: Int) -> String {
  let line = excerpt(text, limit: max(1, width))
  guard columns(of: line) > width else { return line }
  var used = 1
  let fitting = line.unicodeScalars.prefix { scalar in
    used += columns(of: scalar)
    return used <= width
  }
  return String(fitting) + "…"
}

/// Texts beside each other under their headings, in `width` columns; one below the other where that
/// is too narrow.
func sideBySide(_ texts: [(heading: String, text: String)], width: Int) -> [String] {
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
