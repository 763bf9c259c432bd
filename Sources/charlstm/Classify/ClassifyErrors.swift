import ArgumentParser
import Checkpoints
import Classification
import LabelledData
import Paths
import TerminalText

struct ClassifyErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "errors",
    abstract: "List a classifier's worst mistakes.",
    discussion: """
      Labelled texts that are taken for another class, those first of which the classifier was \
      surest: where each stands in the data, the two classes and their probabilities, and the text \
      around the part that spoke most for the wrong one. Some of them may have a wrong label.

        charlstm classify errors run/best.safetensors test.csv
        charlstm classify errors run/best.safetensors test.csv --top 100 --json
      """)

  /// What is read of a mistake to find out what spoke for it: symbols, and beginnings of the text.
  private static let length = 4096
  private static let mostPrefixes = 128
  /// Of the part that is marked, in scalars.
  private static let partLength = 24

  @OptionGroup var classifier: ClassifierArgument

  @Argument(
    help: "Labelled texts: CSV, TSV, JSON Lines, fastText lines, or a folder with a file a class.")
  var data: [String]

  @OptionGroup(title: "Data") var format: DataOptions

  @Option(help: "Mistakes to show.")
  var top = 20

  @Flag(help: "A JSON object for each mistake, a line each, and nothing else.")
  var json = false

  func run() throws {
    guard top > 0 else { throw Failure.usage("--top must be 1 or more, got \(top)") }
    let trained = try classifier.trained()
    let texts = try format.read(data, for: trained)
    let classifier = try classifier.classifier(of: trained)
    let mistakes = try mistakes(of: classifier, on: texts)
    var output = StandardOutput()
    if !json { try output.write(line: heading(mistakes)) }
    for mistake in mistakes.surest(top) {
      let evidence = classifier.evidence(
        of: texts.bytes(of: mistake.text), for: mistake.predicted, length: Self.length,
        mostPrefixes: Self.mostPrefixes)
      let part = evidence.strongest(length: Self.partLength)
      let record = MistakeRecord(
        mistake, of: texts,
        part: part.map { (evidence.pieces[$0.pieces].map(\.text).joined(), $0.shift) })
      if json {
        try output.write(line: Checkpoints.json(record))
        continue
      }
      let width = max(widthOfOutput(), 20)
      let excerpt = MarkedExcerpt(of: evidence, marking: part?.pieces, width: width - 2)
      let lines =
        record.lines(at: texts.location(of: mistake.text), width: width)
        + excerpt.lines.map { "  " + $0 }
      try output.write(line: "\n" + lines.joined(separator: "\n"))
    }
    try output.flush()
  }

  private func mistakes(of classifier: Classifier, on texts: LabelledTexts) throws -> Mistakes {
    let progress = WorkProgress(of: texts.count, "texts read")
    defer { progress.finish() }
    var mistakes = Mistakes()
    try classifier.read(texts, Array(0..<texts.count)) { text, judgement in
      let row = judgement.probabilities
      guard row.allSatisfy(\.isFinite) else {
        throw Failure.badData("the model's weights are so large that it gives no probabilities")
      }
      mistakes.add(text: text, label: Int(texts.labelIndices[text]), probabilities: row)
      progress.show(mistakes.texts)
    }
    return mistakes
  }

  private func heading(_ mistakes: Mistakes) -> String {
    let (count, all) = (mistakes.count, counted(mistakes.texts, "text"))
    return switch count {
    case 0: "None of \(all) is misclassified."
    case 1: "1 of \(all) is misclassified:"
    default:
      "\(count.grouped) of \(all) are misclassified; the "
        + (top == 1 ? "surest:" : "\(min(top, count).grouped) surest:")
    }
  }
}

private struct MistakeRecord: Encodable {
  let source: String
  let row: Int
  let line: Int
  let label: String
  let predicted: String
  let probability: Float
  let label_probability: Float
  let text: String
  /// What spoke most for the predicted class, if anything.
  let part: String?
  let part_nats: Double?

  init(_ mistake: Mistakes.Mistake, of texts: LabelledTexts, part: (text: String, nats: Double)?) {
    let location = texts.location(of: mistake.text)
    source = location.source.spelledPath
    row = location.row
    line = location.line
    label = texts.labels[mistake.label]
    predicted = texts.labels[mistake.predicted]
    probability = mistake.probability
    label_probability = mistake.labelProbability
    text = String(decoding: texts.bytes(of: mistake.text), as: UTF8.self)
    self.part = part?.text
    part_nats = part?.nats
  }

  /// All but the text, for people.
  func lines(at location: RecordLocation, width: Int) -> [String] {
    let (label, predicted) = (name(self.label), name(self.predicted))
    // A label may have a percent sign, and is no part of a format.
    let figures =
      "probability \(String(format: "%.4f", probability)), of \(label) "
      + "\(String(format: "%.4f", label_probability)); "
    let spoke =
      part_nats.map { String(format: "the marked part speaks %.2f nats for it", $0) }
      ?? "no part speaks for it"
    return wrapped("\(location): \(label), taken for \(predicted)", width: width)
      + wrapped(figures + spoke, width: width - 2).map { "  " + $0 }
  }

  private func name(_ label: String) -> String { "\"\(excerpt(label, limit: 40))\"" }
}
