/// Columns that a scalar takes on a terminal: 0 for marks, 2 for wide ones (Unicode Standard Annex
/// 11, by blocks), otherwise 1.
func columns(of scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
    0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}

func columns(of text: String) -> Int {
  text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
}

extension String {
  /// With blanks up to `width` columns.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - columns(of: self)))
  }
}

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
