import ArgumentParser
import Classification
import LabelledData
import Recurrent
import TerminalText

extension LabelledFormat: ExpressibleByArgument {}
extension Pooling: ExpressibleByArgument {}
extension TextLimit.Kept: ExpressibleByArgument {}
extension ClassifierOptions.ClassWeights: ExpressibleByArgument {}
extension ClassifierOptions.Sampling: ExpressibleByArgument {}

/// Where labels and texts are found.
struct DataOptions: ParsableArguments {
  @Option(help: "The data's format. (default: told from the name or the first line)")
  var format: LabelledFormat?

  @Option(
    help: "The column or key that holds the label. (default: that of the training, or else label)",
    transform: utf8Text)
  var labelColumn: String?

  @Option(
    help: """
      A column or key that holds text; several are joined by spaces in the order given. \
      (default: that of the training, or else text)
      """,
    transform: utf8Text)
  var textColumn: [String] = []

  @Option(
    help: """
      What separates the fields of CSV and TSV: a character, or tab. (default: told from the header)
      """,
    transform: utf8Text)
  var separator: String?

  @Flag(help: "CSV and TSV begin with a text; columns are called by their numbers, from 1 on.")
  var noHeader = false

  /// How rows are written, as far as that was given.
  var dialect: DelimitedDialect {
    get throws {
      let known = try separator.map { name in
        guard let separator = FieldSeparator(name) else {
          throw Failure.usage(
            "--separator must be tab or one ASCII character other than a double quote, "
              + "got \(quoted(name))")
        }
        return separator
      }
      return DelimitedDialect(separator: known, hasHeader: !noHeader)
    }
  }

  /// As they were given, and the rest as it was in the training, where columns have names.
  func columns(known: LabelledColumns = LabelledColumns()) -> LabelledColumns {
    let known = noHeader ? LabelledColumns() : known
    return LabelledColumns(
      label: labelColumn ?? known.label, texts: textColumn.isEmpty ? known.texts : textColumn)
  }

  /// As they were given on a command line.
  var words: [String] {
    // A value that begins with a hyphen would be taken for an option.
    func option(_ name: String, _ value: String?) -> [String] {
      guard let value else { return [] }
      return value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
    }
    return option("--format", format?.rawValue) + option("--label-column", labelColumn)
      + option("--separator", separator) + (noHeader ? ["--no-header"] : [])
      + textColumn.flatMap { option("--text-column", $0) }
  }

  /// - Parameter isQuiet: whether what was found out about the data is kept back.
  func read(
    _ paths: [String], labels: [String]? = nil, isQuiet: Bool = false
  ) throws -> LabelledTexts {
    try read(paths, labels: labels, columns: columns(), isQuiet: isQuiet)
  }

  /// Texts for a classifier, of its classes and from columns that are called as where it was trained.
  func read(_ paths: [String], for trained: TrainedClassifier) throws -> LabelledTexts {
    try read(
      paths, labels: trained.labels, columns: columns(known: trained.columns), isQuiet: false)
  }

  private func read(
    _ paths: [String], labels: [String]?, columns: LabelledColumns, isQuiet: Bool
  ) throws -> LabelledTexts {
    let texts = try LabelledTexts(
      paths: paths, format: format, columns: columns, dialect: dialect, labels: labels)
    if !isQuiet { texts.foundSeparators.forEach(tell) }
    return texts
  }

  func tell(_ found: FoundSeparator) {
    standardError("\(found); --separator names another.\n")
  }
}

/// A classifier to work with, and how.
struct ClassifierArgument: ParsableArguments {
  @Argument(help: "A classifier's file.")
  var model: String

  @Option(
    help: """
      Read only so many characters of a text. (default: what the classifier was trained with)
      """)
  var maxLength: Int?

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var machine: MachineOptions

  /// The classifier's file, read as far as was asked for.
  func trained() throws -> TrainedClassifier {
    var trained = try TrainedClassifier(contentsOf: model)
    if let maxLength {
      guard (1...65536).contains(maxLength) else {
        throw Failure.usage("--max-length must be 1 to 65536, got \(maxLength)")
      }
      trained.limit.length = maxLength
    }
    return trained
  }

  func classifier(of trained: TrainedClassifier) throws -> Classifier {
    let device = try machine.device(gains: false)
    return Classifier(
      trained, precision: precision.resolved(for: .reading, on: device), device: device)
  }
}
