import Foundation
import Training

/// A line that is written over, as much of it as a terminal is wide.
struct ProgressLine {
  /// In the order shown. The lowest rank stays longest.
  private var parts: [(text: String, rank: Int)] = []

  var full: String { parts.map(\.text).joined(separator: "  ") }

  /// The parts that have room, the most important first.
  func fitted(to width: Int) -> String {
    var chosen = Set<Int>()
    var used = -2
    for (index, part) in parts.enumerated().sorted(by: { $0.element.rank < $1.element.rank })
    where used + 2 + part.text.count <= width {
      chosen.insert(index)
      used += 2 + part.text.count
    }
    return parts.indices.filter(chosen.contains).map { parts[$0].text }.joined(separator: "  ")
  }

  mutating func add(_ text: String, rank: Int) { parts.append((text, rank)) }
}

extension ProgressLine {
  /// - Parameter bits: whether the loss is one of characters, which bits are usual for.
  init(of report: StepReport, totalSteps: Int, validation: ValidationReport?, bits: Bool) {
    add("epoch \(report.epoch)", rank: 4)
    add("step \(report.step)/\(totalSteps)", rank: 1)
    add(String(format: "loss %.4f nats", report.trainLoss), rank: 2)
    if bits { add(String(format: "%.4f bits", report.trainLoss / log(2)), rank: 7) }
    if let validation {
      add(String(format: "validation %.4f", validation.validationLoss), rank: 5)
      add(String(format: "best %.4f", validation.bestValidationLoss), rank: 3)
    }
    add("\(Int(report.charactersPerSecond).formatted()) characters/s", rank: 6)
    add("\(clock(report.secondsLeft(of: totalSteps))) left", rank: 0)
  }
}

extension StepReport {
  /// For the rest of `totalSteps`, at the rate of late.
  func secondsLeft(of totalSteps: Int) -> Double {
    guard charactersPerSecond > 0, step > 0 else { return 0 }
    let perStep = Double(characters) / Double(step) / charactersPerSecond
    return Double(totalSteps - step) * perStep
  }
}

/// Hours where there are some, minutes and seconds.
func clock(_ seconds: Double) -> String {
  let total = Int(seconds.rounded())
  return total >= 3600
    ? String(format: "%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60)
    : String(format: "%d:%02d", total / 60, total % 60)
}

/// Columns of the terminal on standard error, less the last, lest a line wrap and not be written over.
func widthOfProgress() -> Int {
  var size = winsize()
  guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 79 }
  return max(1, Int(size.ws_col) - 1)
}
