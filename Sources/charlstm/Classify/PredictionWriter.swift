import ArgumentParser
import Checkpoints
import Classification
import Foundation
import LabelledData
import TerminalText

/// Writes what texts are taken for, a line each.
struct PredictionWriter {
  /// How results are written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    /// Label and probability of the most probable classes, parted by tabs; nothing for a failure. A
    /// text without an answer has `unknown`, without a probability, and the first of the others.
    case text
    /// The label and the probability of each class, with a header; empty fields for a failure.
    case csv
    /// An object a line; for a failure with `error`.
    case jsonLines = "json-lines"
  }

  /// What tells which text a result is of.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case row, id, text
  }

  /// Which text of the input, where there are several, what that calls it, in JSON, and what it is,
  /// where that is asked for.
  struct Origin {
    var row: Int?
    var id: String?
    var text: String?

    /// Nothing where it is not known.
    func field(_ part: Part) -> String {
      switch part {
      case .row: row.map(String.init) ?? ""
      case .id:
        id.map { (try? JSONDecoder().decode(String.self, from: Data($0.utf8))) ?? $0 } ?? ""
      case .text: text ?? ""
      }
    }
  }

  let format: Format
  let topK: Int
  /// What stands before each result, in this order.
  let parts: [Part]
  private var output = StandardOutput()

  init(format: Format, topK: Int, parts: [Part] = []) {
    self.format = format
    self.topK = topK
    self.parts = parts
  }

  mutating func writeHeader(labels: [String]) throws {
    guard format == .csv else { return }
    let columns = parts.map(\.rawValue) + ["label"] + labels.map { "probability of \($0)" }
    try output.write(line: columns.map(csvField).joined(separator: ","))
  }

  mutating func write(
    _ judgement: Judgement, of classifier: Classifier, _ origin: Origin
  ) throws {
    let row = judgement.probabilities
    guard row.allSatisfy(\.isFinite) else {
      throw Failure.badData("the model's weights are so large that it gives no probabilities")
    }
    let best = classifier.ranked(row).prefix(topK)
    let isRejected = classifier.rejects(judgement)
    let label = isRejected ? labelOfNone(beside: classifier.labels) : best.first?.label ?? ""
    switch format {
    case .text:
      let pairs = best.map { "\(printable($0.label))\t\(String(format: "%.4f", $0.probability))" }
      // As many fields as ever.
      let shown = isRejected ? ["\(label)\t"] + pairs.dropLast() : pairs
      try output.write(
        line: (parts.map { printable(origin.field($0)) } + shown).joined(separator: "\t"))
    case .csv:
      try output.write(
        line: ((parts.map(origin.field) + [label]).map(csvField)
          + row.map { String(format: "%.6f", $0) }).joined(separator: ","))
    case .jsonLines:
      try write(
        PredictionRecord(
          label: label, rejected: classifier.leastLogOdds == nil ? nil : isRejected,
          classes: best.map { .init(label: $0.label, probability: $0.probability) },
          row: origin.row, text: origin.text),
        id: origin.id)
    }
  }

  /// - Parameter error: why there is no result.
  mutating func write(failure error: String, classes: Int, _ origin: Origin) throws {
    switch format {
    case .text:
      try output.write(
        line: parts.map { printable(origin.field($0)) }.joined(separator: "\t"))
    case .csv:
      try output.write(
        line: parts.map { csvField(origin.field($0)) + "," }.joined()
          + String(repeating: ",", count: classes))
    case .jsonLines: try write(FailureRecord(error: error, row: origin.row), id: origin.id)
    }
  }

  mutating func flush() throws { try output.flush() }

  /// The id stands as the input spells it: numbers keep all their digits.
  private mutating func write(_ record: some Encodable, id: String?) throws {
    let object = json(record)
    try output.write(line: id.map { "{\"id\":\($0)," + object.dropFirst() } ?? object)
  }
}

private struct PredictionRecord: Encodable {
  struct Class: Encodable {
    var label: String
    var probability: Float
  }

  var label: String
  /// Whether it is that of no class; nil where the classifier answers all texts.
  var rejected: Bool?
  /// The most probable first.
  var classes: [Class]
  var row: Int?
  var text: String?
}

private struct FailureRecord: Encodable {
  var error: String
  var row: Int?
}
