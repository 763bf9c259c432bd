import Foundation

/// Curves on a terminal: lines of Braille dots, 2 × 4 to a character, and single points as letters.
package struct BraillePlot: Sendable {
  package struct Curve: Sendable {
    package var points: [(x: Double, y: Double)]
    /// What stands at each point; nil for a line of dots through them.
    package var mark: Character?

    /// - Parameter points: in order of x; what is no finite number is left out.
    package init(_ points: [(x: Double, y: Double)], mark: Character? = nil) {
      self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
      self.mark = mark
    }
  }

  private let curves: [Curve]
  private let labelWidth: Int
  private let columns: Int
  private let rows: Int
  private let x: ClosedRange<Double>
  private let y: ClosedRange<Double>
  /// Where all points have the same, whose range is only room around it.
  private let onlyX: Double?
  private let onlyY: Double?

  /// Nil where there is not one point.
  ///
  /// - Parameter width, height: in characters, axes included; what is too little for a plot is taken
  ///   as the least that is enough.
  package init?(_ curves: [Curve], width: Int, height: Int) {
    let points = curves.flatMap(\.points)
    guard let x = Self.range(of: points.map(\.x)), let y = Self.range(of: points.map(\.y)) else {
      return nil
    }
    self.curves = curves
    self.x = x
    self.y = y
    onlyX = Self.only(points.map(\.x))
    onlyY = Self.only(points.map(\.y))
    labelWidth = Self.labels(y, only: onlyY).map(\.count).max() ?? 0
    columns = max(10, width - labelWidth - 2)
    rows = max(3, height - 2)
  }

  /// From the lowest to the highest; a value alone has room on both sides.
  private static func range(of values: [Double]) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    guard high == low else { return low...high }
    let room = low == 0 ? 1 : abs(low) / 10
    return low - room...low + room
  }

  private static func only(_ values: [Double]) -> Double? {
    values.allSatisfy { $0 == values.first } ? values.first : nil
  }

  private static func labels(_ range: ClosedRange<Double>, only: Double?) -> [String] {
    (only.map { [$0] } ?? [range.lowerBound, range.upperBound]).map(shortNumber)
  }

  /// Top to bottom, the last with the ends of the x axis, or the only place there is.
  ///
  /// - Parameter name: of the x axis.
  package func lines(xName name: String) -> [String] {
    var dots = [UInt8](repeating: 0, count: columns * rows)
    var marks: [Int: Character] = [:]
    for curve in curves {
      let places = curve.points.map(place)
      if let mark = curve.mark {
        for (column, row) in places { marks[row / 4 * columns + column / 2] = mark }
      } else if places.count == 1 {
        set(places[0], in: &dots)
      } else {
        for (first, second) in zip(places, places.dropFirst()) { line(first, second, in: &dots) }
      }
    }
    var labels = [0: y.upperBound, rows - 1: y.lowerBound]
    if let onlyY { labels = [place((x: x.lowerBound, y: onlyY)).row / 4: onlyY] }
    var lines = (0..<rows).map { row in
      let cells = (0..<columns).map { column -> String in
        let index = row * columns + column
        if let mark = marks[index] { return String(mark) }
        guard dots[index] != 0 else { return " " }
        return String(UnicodeScalar(0x2800 + UInt32(dots[index])).map(Character.init) ?? " ")
      }.joined()
      let label = labels[row]
      let text = label.map(shortNumber) ?? ""
      let line =
        String(repeating: " ", count: labelWidth - text.count) + text + (label == nil ? " │" : " ┤")
        + cells
      return Self.trimmed(line)
    }
    let indent = String(repeating: " ", count: labelWidth + 1)
    lines.append(indent + "└" + String(repeating: "─", count: columns))
    if let onlyX {
      let text = "\(shortNumber(onlyX)) \(name)"
      let column = place((x: onlyX, y: y.lowerBound)).column / 2
      let before = max(0, min(column, columns - text.count))
      lines.append(indent + " " + String(repeating: " ", count: before) + text)
      return lines
    }
    let low = shortNumber(x.lowerBound)
    let high = shortNumber(x.upperBound) + " " + name
    let gap = max(1, columns - low.count - high.count)
    lines.append(indent + " " + low + String(repeating: " ", count: gap) + high)
    return lines
  }

  /// In dots from the top left.
  private func place(_ point: (x: Double, y: Double)) -> (column: Int, row: Int) {
    func dot(_ value: Double, _ range: ClosedRange<Double>, _ count: Int) -> Int {
      // Halves first: the width of a range may be more than the greatest number.
      let part = (value / 2 - range.lowerBound / 2) / (range.upperBound / 2 - range.lowerBound / 2)
      return min(max(Int((part * Double(count - 1)).rounded()), 0), count - 1)
    }
    return (dot(point.x, x, columns * 2), rows * 4 - 1 - dot(point.y, y, rows * 4))
  }

  private func set(_ place: (column: Int, row: Int), in dots: inout [UInt8]) {
    // The dots of a character are numbered 1, 2, 3, 7 down the left and 4, 5, 6, 8 down the right.
    let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    dots[place.row / 4 * columns + place.column / 2] |= bits[place.row % 4][place.column % 2]
  }

  private func line(
    _ first: (column: Int, row: Int), _ second: (column: Int, row: Int), in dots: inout [UInt8]
  ) {
    let steps = max(abs(second.column - first.column), abs(second.row - first.row), 1)
    for step in 0...steps {
      let part = Double(step) / Double(steps)
      set(
        (
          first.column + Int((Double(second.column - first.column) * part).rounded()),
          first.row + Int((Double(second.row - first.row) * part).rounded())
        ), in: &dots)
    }
  }

  private static func trimmed(_ line: String) -> String {
    line.lastIndex { $0 != " " }.map { String(line[...$0]) } ?? ""
  }
}

/// A number in about four digits, whole ones below a billion with all of theirs.
func shortNumber(_ value: Double) -> String {
  let size = abs(value)
  if size < 1e9, let whole = Int(exactly: value) { return whole.grouped }
  if size >= 1e6 || size < 1e-3 { return String(format: "%.4g", value) }
  if size >= 1000, let whole = Int(exactly: value.rounded()) { return whole.grouped }
  return String(format: size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.4f", value)
}
