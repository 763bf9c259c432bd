import Foundation
import TerminalText

extension ClassificationReport {
  /// For people: the figures, a table of classes, and the confusion matrix; where that is wider
  /// than 100 columns, the most frequent mistakes in its place. Lines end with a line feed.
  package var table: String {
    let figures = [
      ["texts", "\(texts)"],
      ["accuracy", fixed(accuracy)],
      ["macro F1", fixed(macroF1)],
      ["top-\(topK) accuracy", fixed(topKAccuracy)],
      ["nats per text", fixed(meanNegativeLogLikelihood)],
      ["calibration error", fixed(expectedCalibrationError)],
      ["AURC", fixed(areaUnderRiskCoverageCurve)],
      ["excess AURC", fixed(excessAreaUnderRiskCoverageCurve)],
    ]
    let answers =
      answered.map {
        [
          ["answered", "\($0.texts)"], ["coverage", fixed($0.coverage)],
          ["accuracy of answers", fixed($0.accuracy)],
        ]
      } ?? []
    let names = classes.map { excerpt($0.label, limit: 24) }
    let perClass =
      [["class", "precision", "recall", "F1", "texts"]]
      + zip(names, classes).map { name, values in
        [
          name, fixed(values.precision), fixed(values.recall), fixed(values.f1),
          "\(values.support)",
        ]
      }
    return [aligned(figures + answers) + missing, aligned(perClass), confusions(names)].filter {
      !$0.isEmpty
    }
    .map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
  }

  /// Which classes the figures say little or nothing of.
  private var missing: [String] {
    let names = classes.filter { $0.support == 0 }.map { excerpt($0.label, limit: 24) }
    guard !names.isEmpty else { return [] }
    let shown = names.prefix(10).joined(separator: ", ")
    let more = names.count > 10 ? " and \(names.count - 10) more" : ""
    let mean =
      "macro F1 is the mean of \(macroF1Classes) of \(classes.count) classes: the others occur in "
      + "neither texts nor predictions"
    return ["no text of: \(shown)\(more)"] + (macroF1Classes < classes.count ? [mean] : [])
  }

  private func confusions(_ names: [String]) -> [String] {
    let matrix = aligned(
      [["true \\ predicted"] + names]
        + zip(names, confusionMatrix).map { [$0] + $1.map { String($0) } })
    guard matrix.contains(where: { columns(of: $0) > 100 }) else { return matrix }
    let mistakes = confusionMatrix.enumerated().flatMap { truth, counts in
      counts.enumerated().filter { $0.offset != truth && $0.element > 0 }
        .map { (truth: truth, predicted: $0.offset, count: $0.element) }
    }
    let worst = mistakes.sorted {
      ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted)
    }.prefix(10)
    guard !worst.isEmpty else { return [] }
    return aligned(
      [["most frequent mistakes", "texts"]]
        + worst.map { ["\(names[$0.truth]) taken for \(names[$0.predicted])", "\($0.count)"] })
  }
}

private func fixed(_ value: Double) -> String { String(format: "%.4f", value) }
