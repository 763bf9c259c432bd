import Classification
import TerminalText

extension Screen {
  /// Shows a text coloured by what its characters did, green for the decision and red against it;
  /// without colours, with marks below.
  func evidence(_ evidence: Evidence) throws {
    for row in rows(of: cells(of: evidence), width: width()) {
      guard outputStyle.isOn else {
        try line(row.map(\.text).joined())
        let marks = row.map { $0.strength.mark.padded(to: $0.width) }.joined()
        let end = marks.lastIndex { $0 != " " }.map(marks.index(after:)) ?? marks.startIndex
        if end > marks.startIndex { try line(String(marks[..<end])) }
        continue
      }
      var text = ""
      var rest = row[...]
      while let strength = rest.first?.strength {
        let run = rest.prefix { $0.strength == strength }
        let piece = run.map(\.text).joined()
        text += strength.colour.map { outputStyle.coloured(piece, $0) } ?? piece
        rest = rest.dropFirst(run.count)
      }
      try line(text)
    }
  }
}

/// How far a shift is, from -3 to 3.
private struct Strength: Equatable {
  private let level: Int

  init(_ shift: Double) {
    let size =
      switch abs(shift) {
      case ..<0.25: 0
      case ..<1: 1
      case ..<2: 2
      default: 3
      }
    level = shift < 0 ? -size : size
  }

  /// Of the 256 of xterm.
  var colour: Int? { [160, 167, 174, nil, 108, 71, 34][level + 3] }

  var mark: String { ["-", "-", " ", " ", " ", "+", "+"][level + 3] }
}

/// What stands in one place of a line: a scalar with the marks on it.
private struct Cell {
  var text: String
  var width: Int
  var shift: Double

  var strength: Strength { Strength(shift) }
}

private func cells(of evidence: Evidence) -> [Cell] {
  var cells: [Cell] = []
  for (scalar, shift) in evidence.scalars {
    let picture = picture(of: scalar)
    let width = columns(of: picture)
    guard width == 0 else {
      cells.append(Cell(text: picture, width: width, shift: shift))
      continue
    }
    // A mark that begins the text has nothing to stand on.
    if cells.isEmpty { cells.append(Cell(text: "\u{25CC}", width: 1, shift: 0)) }
    cells[cells.count - 1].text += picture
    if abs(shift) > abs(cells[cells.count - 1].shift) { cells[cells.count - 1].shift = shift }
  }
  return cells
}

/// Cells in rows of at most `width` columns, broken after blanks where there are some.
private func rows(of cells: [Cell], width: Int) -> [ArraySlice<Cell>] {
  var rows: [ArraySlice<Cell>] = []
  var rest = cells[...]
  while !rest.isEmpty {
    var used = 0
    let fitting = rest.prefix { cell in
      used += cell.width
      return used <= width
    }
    var row = fitting.isEmpty ? rest.prefix(1) : fitting
    if let feed = row.firstIndex(where: { $0.text == picture(of: "\n") }) {
      row = row[...feed]
    } else if row.endIndex < rest.endIndex, let blank = row.lastIndex(where: { $0.text == " " }) {
      row = row[...blank]
    }
    rows.append(row)
    rest = rest[row.endIndex...]
  }
  return rows
}
