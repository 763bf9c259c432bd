import Classification
import TerminalText

/// As much of a text as stands on a line, around a part of it that is marked on the line below.
struct MarkedExcerpt {
  private struct Cell {
    let text: String
    let width: Int
    let isMarked: Bool
  }

  /// The text, and the marks where there are some.
  let lines: [String]

  /// - Parameters:
  ///   - part: pieces of the evidence; the beginning is shown where there is none.
  ///   - width: in columns.
  init(of evidence: Evidence, marking part: Range<Int>?, width: Int) {
    let cells = evidence.pieces.enumerated().flatMap { index, piece in
      piece.text.unicodeScalars.map { scalar in
        let picture = picture(of: scalar)
        return Cell(
          text: picture, width: columns(of: picture), isMarked: part?.contains(index) ?? false)
      }
    }
    // An ellipsis stands at either end.
    let room = max(1, width - 2)
    var (start, end, used) = (cells.firstIndex(where: \.isMarked) ?? 0, 0, 0)
    end = start
    func takesNext() -> Bool { end < cells.count && used + cells[end].width <= room }
    func takesPrevious() -> Bool { start > 0 && used + cells[start - 1].width <= room }
    func takeNext() {
      used += cells[end].width
      end += 1
    }
    while takesNext(), cells[end].isMarked { takeNext() }
    while takesNext() || takesPrevious() {
      if takesNext() { takeNext() }
      if takesPrevious() {
        start -= 1
        used += cells[start].width
      }
    }
    let shown = cells[start..<end]
    let (before, after) = (start > 0 ? "…" : "", end < cells.count ? "…" : "")
    let text = before + shown.map(\.text).joined() + after
    let marks =
      String(repeating: " ", count: before.count)
      + shown.map { String(repeating: $0.isMarked ? "^" : " ", count: $0.width) }.joined()
    guard let last = marks.lastIndex(of: "^") else {
      lines = [text]
      return
    }
    lines = [text, String(marks[...last])]
  }
}
