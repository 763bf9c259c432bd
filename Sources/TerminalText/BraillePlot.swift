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
  private let columns: Int
  private let rows: Int
  private let x: ClosedRange<Double>
  private let y: ClosedRange<Double>

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
    columns = max(10, width - Self.labelWidth(y) - 2)
    rows = max(3, height - 2)
  }

  /// From the lowest to the highest; a value alone has room on both sides.
  private static func range(of values: [Double]) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    guard high == low else { return low...high }
    let room = low == 0 ? 1 : abs(low) / 10
    return low - room...low + room
  }

  private static func labelWidth(_ y: ClosedRange<Double>) -> Int {
    max(shortNumber(y.lowerBound).count, shortNumber(y.upperBound).count)
  }

  /// Top to bottom, the last with the ends of the x axis.
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
    let width = Self.labelWidth(y)
    var lines = (0..<rows).map { row in
      let cells = (0..<columns).map { column -> String in
        let index = row * columns + column
        if let mark = marks[index] { return String(mark) }
        guard dots[index] != 0 else { return " " }
        return String(UnicodeScalar(0x2800 + UInt32(dots[index])).map(Character.init) ?? " ")
      }.joined()
      let label = row == 0 ? y.upperBound : row == rows - 1 ? y.lowerBound : nil
      let text = label.map(shortNumber) ?? ""
      let line =
        String(repeating: " ", count: width - text.count) + text + (label == nil ? " │" : " ┤")
        + cells
      return Self.trimmed(line)
    }
    let indent = String(repeating: " ", count: width + 1)
    lines.append(indent + "└" + String(repeating: "─", count: columns))
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

/// A number in about four digits, whole ones with all of theirs.
func shortNumber(_ value: Double) -> String {
  if let whole = Int(exactly: value) { return whole.grouped }
  let size = abs(value)
  if size >= 1e6 || size < 1e-3 { return rounded(value, digits: 4) }
  let digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 4
  let power = [1, 10, 100, 1000, 10000][digits]
  let scaled = (size * Double(power)).rounded()
  guard let units = Int(exactly: scaled) else { return "\(value)" }
  let fraction = "\(units % power)"
  let zeros = String(repeating: "0", count: max(0, digits - fraction.count))
  let whole = (value < 0 ? "-" : "") + (units / power).grouped
  return digits == 0 ? whole : "\(whole).\(zeros)\(fraction)"
}

/// In the fewest digits that tell a number rounded to `digits`.
private func rounded(_ value: Double, digits: Int) -> String {
  var unit = 1.0
  while abs(value) / unit >= 10 && unit < 1e300 { unit *= 10 }
  while abs(value) / unit < 1 && unit > 1e-300 { unit /= 10 }
  let factor = [1.0, 10, 100, 1000, 10000][digits - 1]
  return "\((value / unit * factor).rounded() / factor * unit)"
}
