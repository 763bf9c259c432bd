import Paths
import TerminalText
import Text

/// What keeps labelled texts from being used.
public enum LabelledDataError: Error, Equatable, Sendable {
  /// Nothing is at this path.
  case noSuchFile(path: String)
  /// The system refused; `reason` is its own word for why.
  case unreadable(path: String, reason: String)
  /// Neither the name nor the content tells the format.
  case unknownFormat(path: String)
  /// Plain lines where labels are needed.
  case noLabels(path: String)
  /// A folder was given as a file of `format`.
  case isFolder(path: String, format: LabelledFormat)
  /// A file was given as a folder.
  case notFolder(path: String)
  /// A folder with no regular file in it whose name does not begin with a dot.
  case noClasses(folder: String)
  /// Something in a folder of classes that is no regular file.
  case notClass(path: String)
  /// No record in it; `hasHeader` if there is at least that.
  case empty(source: String, hasHeader: Bool)
  /// The bytes are no UTF-8 from `offset` on, or there is a byte 0 there.
  case notText(source: String, line: Int, offset: Int)
  /// The source is in another encoding, or no text at all.
  case foreign(source: String, ForeignContent)
  /// The header does not have the column, or has it more than once.
  case missingColumn(
    source: String, column: String, role: ColumnRole, columns: [String], hasHeader: Bool)
  case repeatedColumn(source: String, column: String)
  /// Several separators are possible by the header, or by as many first rows.
  case unclearSeparator(source: String, rows: Int?, [SeparatorCandidate])
  /// A dialect of CSV for what is in another format.
  case notDelimited(path: String, LabelledFormat)
  /// All texts have the same label.
  case oneClass(source: String, label: String)
  case tooManyClasses(source: String, limit: Int)
  /// A record is not as it must be.
  case record(RecordLocation, RecordProblem)
}

/// What a column is for.
public enum ColumnRole: Equatable, Sendable {
  case label, text
  /// What a text is called.
  case id

  fileprivate func remedy(spelling option: (String) -> String) -> String {
    switch self {
    case .label: "name the labels' with \(option("label-column"))"
    case .text: "name the texts' with \(option("text-column"))"
    case .id: "name the ids' with \(option("id-column"))"
    }
  }
}

/// What is wrong with a record.
public enum RecordProblem: Error, Equatable, Sendable {
  /// Nothing on the line, or white space alone.
  case blank
  /// The bytes are no UTF-8, or there is a byte 0, at `offset` in the file.
  case notText(offset: Int)
  case emptyText
  case emptyLabel
  /// A row with more or fewer fields than the header, or the first row where there is none.
  case fieldCount(Int, expected: Int, hasHeader: Bool)
  /// More than `limit` bytes.
  case tooLarge(limit: Int)
  /// The quote that opened at `line` has no end.
  case openQuote(line: Int)
  /// More than white space and separators after a field's closing quote, at `line`.
  case textAfterQuote(line: Int)
  /// A line that holds no JSON object.
  case invalidJSON
  /// JSON in JSON in JSON, too deep to be read.
  case tooDeep
  case missingKey(String, role: ColumnRole, keys: [String])
  case notString(key: String, role: ColumnRole)
  /// A line without `__label__`.
  case noLabel
  case severalLabels
  /// `__label__` elsewhere than at the beginning.
  case misplacedLabel
  /// A label that the trained model does not know; `known` are its own.
  case unknownLabel(String, known: [String])
}

extension LabelledDataError: CustomStringConvertible {
  /// One line: what, where, and what to do; options by their names.
  public var description: String { description { $0 } }

  /// The same, each option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .noSuchFile(let path):
      "no such file or folder: \(path: path)"
    case .unreadable(let path, let reason):
      "cannot read \(path: path): \(reason)"
    case .unknownFormat(let path):
      "\(path: path): the format cannot be told from the name; use .csv, .tsv, .jsonl or .txt, or name "
        + "it with \(option("format")) \(LabelledFormat.allCases.map(\.rawValue).joined(separator: "|"))"
    case .noLabels(let path):
      "\(path: path): plain lines have no labels; use CSV, TSV, JSON Lines, fastText lines or a folder "
        + "with a file for each class, and name the format with "
        + "\(option("format")) if its name does not tell"
    case .isFolder(let path, let format):
      "\(path: path) is a folder, not a file of format \(format.rawValue); name a file, or leave out "
        + "\(option("format")) for a folder with a file for each class"
    case .notFolder(let path):
      "\(path: path) is not a folder with a file for each class; name one, or another \(option("format"))"
    case .noClasses(let folder):
      "no classes in folder \(path: folder): put a file for each class in it, a text a line"
    case .notClass(let path):
      "\(path: path) is no file: a folder of classes holds a file for each class, a text a line"
    case .empty(let source, let hasHeader):
      hasHeader
        ? "\(path: source): there are no texts after the header; add some, or a header if it is one"
        : "\(path: source): there are no texts in it; add some"
    case .notText(let source, let line, let offset):
      "\(path: source) line \(line): binary or not UTF-8 at byte \(offset); convert it to UTF-8"
    case .foreign(let source, let content):
      content.description(of: source == "standard input" ? nil : source)
    case .missingColumn(let source, let column, let role, let columns, let hasHeader):
      "\(path: source): there is no column \(quoted(column)) among \(list(columns)); \(role.remedy(spelling: option))"
        + (hasHeader ? ", or give \(option("no-header")) if these are no names" : "")
    case .repeatedColumn(let source, let column):
      "\(path: source): there are several columns \(quoted(column)); give each its own name"
    case .unclearSeparator(let source, let rows, let candidates):
      "\(path: source): what separates fields cannot be told from the "
        + "\(rows.map { $0 == 1 ? "first row" : "first \($0) rows" } ?? "header"): "
        + candidates.map(\.description).joined(separator: ", ")
        + "; name it with \(option("separator"))"
    case .notDelimited(let path, let format):
      "\(path: path) is of format \(format.rawValue), not CSV or TSV; leave out \(option("separator")) and "
        + "\(option("no-header")), or give \(option("format")) csv"
    case .oneClass(let source, let label):
      "\(path: source): all texts have the label \(quoted(label)); at least 2 classes are needed"
    case .tooManyClasses(let source, let limit):
      "\(path: source): there are more than \(limit) labels; name the labels' column with "
        + "\(option("label-column")) if this is another"
    case .record(let location, let problem):
      "\(location): \(problem.description(spelling: option))"
    }
  }
}

extension RecordProblem: CustomStringConvertible {
  /// What, and what to do, to follow the location; options by their names.
  public var description: String { description { $0 } }

  /// The same, each option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .blank:
      "the line is blank; give it a text or remove it"
    case .notText(let offset):
      "it is binary or not UTF-8 at byte \(offset); convert it to UTF-8"
    case .emptyText:
      "the text is empty; give it a text or remove the row"
    case .emptyLabel:
      "the label is empty; give it a label or remove the row"
    case .fieldCount(let count, let expected, let hasHeader):
      "it has \(counted(count, "field")), the \(hasHeader ? "header" : "first row") \(expected); put fields with "
        + "separators or line feeds in double quotes"
        + (expected == 1 ? ", or name another separator with \(option("separator"))" : "")
    case .tooLarge(let limit):
      "it has more than \(limit >> 20) MB; look for a double quote that is not closed, or shorten it"
    case .openQuote(let line):
      "the double quote opened at line \(line) is not closed; close it, or double it and put "
        + "the field in quotes"
    case .textAfterQuote(let line):
      "there is text after a closing double quote at line \(line); double the quotes within a field"
    case .invalidJSON:
      "it is no JSON object; write one object a line"
    case .tooDeep:
      "its JSON is nested more than 64 deep; make it flat"
    case .missingKey(let key, let role, let keys):
      "there is no key \(quoted(key)) among \(list(keys)); \(role.remedy(spelling: option))"
    case .notString(let key, .label):
      "the label under the key \(quoted(key)) is neither a string nor a number; make it a string"
    case .notString(let key, .text), .notString(let key, .id):
      "the text under the key \(quoted(key)) is no valid string; make it one"
    case .noLabel:
      "it does not begin with __label__; put one before the text"
    case .severalLabels:
      "it has several labels; leave one"
    case .misplacedLabel:
      "its label is not at the beginning; put it there"
    case .unknownLabel(let label, let known):
      "the model does not know the label \(quoted(label)); it knows \(list(known))"
    }
  }
}

/// A name from a file, fit to stand in one line.
private func quoted(_ name: String) -> String {
  "\"\(excerpt(name, limit: 40))\""
}

/// At most 10 of `names`.
private func list(_ names: [String]) -> String {
  let shown = names.prefix(10).map(quoted).joined(separator: ", ")
  return switch names.count {
  case 0: "none"
  case ...10: shown
  default: "\(shown) and \(names.count - 10) more"
  }
}
