import ArgumentParser
import Checkpoints
import Classification
import Foundation
import LabelledData
import TerminalText
import Text

struct ClassifyPredict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Tell the classes of texts.",
    discussion: """
      One text on the command line, or many from a file or standard input, a text a line or a row. \
      Results come in the order of the texts, a line each, as they are ready.
      """)

  /// How results are written.
  enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// Label and probability of the most probable classes, separated by tabs.
    case text
    /// The label and the probability of each class, with a header.
    case csv
    /// An object a line.
    case jsonLines = "json-lines"
  }

  @OptionGroup var classifier: ClassifierArgument

  @Argument(help: "The text.")
  var text: String?

  @Option(help: "Texts: lines, CSV, TSV or JSON Lines; - for standard input.")
  var input: String?

  @OptionGroup(title: "Data") var data: DataOptions

  @Option(help: "How results are written.")
  var outputFormat = OutputFormat.text

  @Option(help: "Show the k most probable classes.")
  var topK = 1

  /// Texts that are read before any is classified: enough for full batches of about the same length.
  private static let batch = 1024

  func run() throws {
    guard topK > 0 else { throw Failure.usage("--top-k must be 1 or more, got \(topK)") }
    guard (text == nil) != (input == nil) else {
      throw Failure.usage("give either a text or --input FILE; --input - reads standard input")
    }
    let classifier = try classifier.load()
    var output = StandardOutput()
    var unknown = UnknownCharacters()
    if outputFormat == .csv {
      let columns = ["label"] + classifier.labels.map { "probability of \($0)" }
      try output.write(line: columns.map(csvField).joined(separator: ","))
    }
    if let text {
      guard !text.isEmpty else { throw Failure.usage("the text is empty") }
      unknown.note(in: text.utf8, for: classifier)
      try write(classifier.probabilities(of: [text]), classifier, to: &output)
    } else if let input {
      // What is piped in are lines, unless told.
      var reader = try LabelledReader(
        path: input, format: data.format ?? (input == "-" ? .lines : nil), columns: data.columns,
        requiresLabels: false)
      var batch: [[Int32]] = []
      while let text = try reader.next() {
        batch.append(classifier.symbols(in: text.text))
        unknown.note(in: text.text, for: classifier)
        guard batch.count == Self.batch else { continue }
        try write(classifier.probabilities(of: batch), classifier, to: &output)
        batch.removeAll(keepingCapacity: true)
      }
      try write(classifier.probabilities(of: batch), classifier, to: &output)
    }
    try output.flush()
    unknown.tell()
  }

  private func write(
    _ rows: [[Float]], _ classifier: Classifier, to output: inout StandardOutput
  ) throws {
    for row in rows {
      guard row.allSatisfy(\.isFinite) else {
        throw Failure.badData("the model's weights are so large that it gives no probabilities")
      }
      let best = classifier.ranked(row).prefix(topK)
      let label = best.first?.label ?? ""
      switch outputFormat {
      case .text:
        try output.write(
          line: best.map { "\(printable($0.label))\t\(String(format: "%.4f", $0.probability))" }
            .joined(separator: "\t"))
      case .csv:
        try output.write(
          line: ([csvField(label)] + row.map { String(format: "%.6f", $0) })
            .joined(separator: ","))
      case .jsonLines:
        try output.write(
          line: json(
            PredictionRecord(
              label: label,
              classes: best.map { .init(label: $0.label, probability: $0.probability) })))
      }
    }
  }
}

/// The characters of texts that a classifier does not know, so that they are not left out in silence.
private struct UnknownCharacters {
  private var found: Set<Unicode.Scalar> = []

  mutating func note(in text: some Collection<UInt8>, for classifier: Classifier) {
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars
    where classifier.vocabulary.symbols(for: scalar).isEmpty { found.insert(scalar) }
  }

  func tell() {
    guard !found.isEmpty else { return }
    let shown = found.sorted().prefix(20).map { Vocabulary.Symbol.scalar($0).description }
    standardError(
      """
      Left out, as the classifier does not know them: \(shown.joined(separator: " "))\
      \(found.count > shown.count ? " and \(found.count - shown.count) more characters" : "")

      """)
  }
}

private struct PredictionRecord: Encodable {
  struct Class: Encodable {
    var label: String
    var probability: Float
  }

  var label: String
  /// The most probable first.
  var classes: [Class]
}
