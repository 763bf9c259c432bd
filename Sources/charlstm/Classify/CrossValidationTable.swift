import Classification
import Foundation
import TerminalText

/// A cross-validation for people: a row for each fold as it comes, and what they have in common.
struct CrossValidationTable {
  private static let head = [
    "fold", "texts", "accuracy", "macro F1", "nats per label", "best epoch", "time",
  ]
  private static let widths = [9, 7, 8, 8, 14, 10, 8]

  private let result: CrossValidationResult

  init(_ result: CrossValidationResult) { self.result = result }

  /// Lines of the fold that came last, under the head where it is the first.
  var latestFold: [String] {
    guard let fold = result.folds.last else { return [] }
    let line = row(
      ["\(fold.fold)", fold.texts.grouped] + cells(fold.scores)
        + [String(format: "%.2f", fold.bestEpoch), clock(fold.seconds)])
    return (result.folds.count == 1 ? [row(Self.head)] : []) + [line]
  }

  /// Lines of the means and deviations, and of the classes; none before the first fold.
  var summary: [String] {
    guard let mean = result.mean else { return [] }
    var lines = [row(["mean", ""] + cells(mean))]
    if let deviation = result.deviation { lines.append(row(["deviation", ""] + cells(deviation))) }
    let classes = result.classes.map {
      [
        excerpt($0.label, limit: 24), $0.f1.map(fixed) ?? "–", $0.f1Deviation.map(fixed) ?? "–",
        $0.texts.grouped,
      ]
    }
    return lines + [""] + aligned([["class", "mean F1", "deviation", "texts"]] + classes)
  }

  private func cells(_ scores: CrossValidationResult.Scores) -> [String] {
    [scores.accuracy, scores.macroF1, scores.meanNegativeLogLikelihood].map(fixed)
  }

  /// The first cell flush left, the others flush right.
  private func row(_ cells: [String]) -> String {
    zip(cells, Self.widths).enumerated().map { index, cell in
      let blanks = String(repeating: " ", count: max(0, cell.1 - columns(of: cell.0)))
      return index == 0 ? cell.0 + blanks : "  " + blanks + cell.0
    }.joined()
  }
}

private func fixed(_ value: Double) -> String { String(format: "%.4f", value) }
