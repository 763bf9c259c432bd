/// `text` in lines of at most `width` columns, broken at blanks where there are some.
///
/// - Parameter splitsWords: whether a word that is wider is broken, too; a path is better whole.
package func wrapped(_ text: String, width: Int, splitsWords: Bool = true) -> [String] {
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
      let next = splitsWords ? overflow : line[overflow...].firstIndex(of: " ") ?? line.endIndex
      let end = blank.flatMap { $0 > line.startIndex ? $0 : nil } ?? next
      lines.append(String(line[..<end]))
      line = line[end...]
      if line.first == " " { line = line.dropFirst() }
      if line.isEmpty { break }
    }
  }
  return lines
}

/// `text` on one line of at most `width` columns.
package func clipped(_ text: String, to width: Int) -> String {
  let line = excerpt(text, limit: max(1, width))
  guard columns(of: line) > width else { return line }
  var used = 1
  let fitting = line.unicodeScalars.prefix { scalar in
    used += columns(of: scalar)
    return used <= width
  }
  return String(fitting) + "…"
}
