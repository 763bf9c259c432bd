import Foundation

/// What a run's losses are the mean of.
package enum LossUnit: String, Equatable, Sendable {
  case character
  /// Of a vocabulary of bytes.
  case byte
  /// Of a classifier.
  case text

  package var nats: String { "nats a \(rawValue)" }
}

extension RunRecord {
  package var lossUnit: LossUnit {
    let vocabulary = setting("vocabulary") ?? teachers.first?.setting("vocabulary")
    return isClassifier ? .text : vocabulary?.text == "bytes" ? .byte : .character
  }
}

/// A loss in four decimals, and a huge one in four digits.
func lossText(_ nats: Double) -> String {
  String(format: abs(nats) < 1e6 ? "%.4f" : "%.4g", nats)
}
