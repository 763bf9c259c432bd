import TerminalText

extension Screen {
  /// Shows names with their probabilities, as numbers and as bars where there is room.
  func probabilities(_ rows: [(name: String, probability: Double)]) throws {
    let names = rows.map { clipped($0.name, to: max(8, width() - 8)) }
    let nameWidth = names.map { columns(of: $0) }.max() ?? 0
    let room = min(50, width() - nameWidth - 10)
    for (name, (_, probability)) in zip(names, rows) {
      let percent = (probability * 100).fixed(1)
      let label = String(repeating: " ", count: max(0, 5 - percent.count)) + percent + "%"
      let bar = room < 4 ? "" : bar(probability, width: room)
      try line(name.padded(to: nameWidth) + " " + label + (bar.isEmpty ? "" : " " + bar))
    }
  }
}

/// A bar of `fraction` of `width` columns, to an eighth of one.
private func bar(_ fraction: Double, width: Int) -> String {
  let eighths = Int((min(max(fraction, 0), 1) * Double(width * 8)).rounded())
  let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
}
