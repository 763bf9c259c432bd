import ArgumentParser
import Checkpoints
import Foundation
import LabelledData
import Paths
import TerminalText
import Text

struct ClassifyPredict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Tell the classes of texts.",
    discussion: """
      One text on the command line, or many from a file or standard input, a text a line or a row. \
      Results come in the order of the texts, a line each, as soon as no more texts are waiting. \
      What cannot be read, blank lines too, has an empty result in its place, an error on standard \
      error, and makes the command end with 65. JSON Lines keep the id of an object. Where the \
      classifier has a threshold, texts that it is not sure enough of are unknown.

        charlstm classify predict run/best.safetensors "Guten Morgen" --top-k 3
        charlstm classify predict run/best.safetensors --input mails.csv --with id
        charlstm classify predict run/best.safetensors --input - < lines.txt
      """)

  @OptionGroup var classifier: ClassifierArgument

  @Argument(help: "The text.", transform: utf8Text)
  var text: String?

  @Option(help: "Texts: lines, CSV, TSV or JSON Lines; - for standard input.")
  var input: String?

  @OptionGroup(title: "Data") var data: DataOptions

  @Option(help: "How results are written.")
  var outputFormat = PredictionWriter.Format.text

  @Option(help: "Show the k most probable classes.")
  var topK = 1

  @Option(
    help: ArgumentHelp(
      """
      What stands before each result: row, id or text; may be given several times. JSON Lines have \
      row, and id where there is one, without it.
      """, valueName: "part"))
  var with: [PredictionWriter.Part] = []

  @Option(help: "The column or key that holds the ids. (default: id)")
  var idColumn: String?

  @OptionGroup var rejection: RejectionOptions

  @Flag(help: "End at the first text that cannot be read.")
  var strict = false

  func run() throws {
    guard topK > 0 else { throw Failure.usage("--top-k must be 1 or more, got \(topK)") }
    guard (text == nil) != (input == nil) else {
      throw Failure.usage("give either a text or --input FILE; --input - reads standard input")
    }
    if let text, text.isEmpty { throw Failure.usage("the text is empty") }
    var trained = try classifier.trained()
    try rejection.apply(to: &trained)
    let answers = PredictionAnswers(
      of: try classifier.classifier(of: trained),
      as: PredictionWriter(format: outputFormat, topK: topK, parts: with))
    try answers.begin()
    if let text {
      if access(text, R_OK) == 0 {
        let path = String(pathBytes: text.utf8)
        standardError(
          "\(printable(text)) is also the name of a file; --input \(shellQuoted(path: path)) "
            + "classifies "
            + "what is in it.\n")
      }
      try answers.add(text: Array(text.utf8), row: nil, id: nil)
    } else if let input {
      try answer(input, with: answers, columns: columns(known: trained.columns))
    }
    try answers.finish()
  }

  /// Labels need not be there, whatever they were called where the classifier was trained.
  private func columns(known: LabelledColumns) -> LabelledColumns {
    var columns = data.columns(known: LabelledColumns(texts: known.texts))
    columns.id = idColumn ?? (with.contains(.id) ? "id" : nil)
    return columns
  }

  private func answer(
    _ input: String, with answers: PredictionAnswers, columns: LabelledColumns
  ) throws {
    // What is piped in are lines, unless told.
    let dialect = try data.dialect
    let isLines = input == "-" && dialect == DelimitedDialect()
    var reader = try LabelledReader(
      path: input, format: data.format ?? (isLines ? .lines : nil), columns: columns,
      dialect: dialect, requiresLabels: false, answersForAll: true,
      beforeWaiting: answers.giveWhatHasCome)
    if let found = reader.foundSeparator { data.tell(found) }
    while let record = try reader.nextRecord() {
      switch record {
      case .text(let text):
        try answers.add(text: text.text, row: text.location.row, id: text.id)
      case .failure(let error, let location, let id):
        guard !strict else {
          try answers.finish()
          throw error
        }
        standardError("Error: \(error)\n")
        try answers.add(failure: "\(error)", row: location.row, id: id)
      }
    }
  }
}
