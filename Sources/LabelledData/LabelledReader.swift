import Foundation
import Paths
import Text

/// Labelled texts from a file, a folder or standard input, one after the other.
///
/// Memory holds a buffer and one record, however large the source. A byte order mark at a file's
/// beginning is not part of it; otherwise texts are as they stand, and nothing is normalised.
///
/// Blank lines, of white space alone, are no texts in any format. A reader that answers for each
/// line has them as failures.
package struct LabelledReader: ~Copyable {
  private enum Layout {
    case delimited(DelimitedLayout)
    case jsonLines(JSONLinesLayout)
    case fastText(requiresLabels: Bool)
    case lines(label: String?)
  }

  private var input: RecordInput
  private var layout: Layout
  /// The files of a folder that are still to come.
  private var classes: ArraySlice<ClassFile>
  private let readSize: Int
  private let requiresLabels: Bool
  private let answersForAll: Bool
  private var isFinished = false
  // Of the record being read.
  private var line: [UInt8] = []
  private var fields = Fields()
  private var problem: RecordProblem?

  /// The bytes that all texts can have together at most, 0 where that is not known.
  package let sizeHint: Int

  /// Opens a source, and reads its header where it has one.
  ///
  /// - Parameters:
  ///   - path: a file, a folder with a file for each class, or `-` for standard input.
  ///   - format: `nil` to tell it from the name's extension, or else from the first bytes.
  ///   - columns: for CSV, TSV and JSON Lines.
  ///   - dialect: for CSV and TSV, and only for them; what has it and no known format is CSV.
  ///   - requiresLabels: whether every text must have a label. Where not, labels that are there
  ///     are given all the same.
  ///   - answersForAll: whether `nextRecord` gives what is no text as failures, blank lines among
  ///     them, and goes on after it; otherwise that is where reading ends.
  ///   - readSize: how many bytes are read at once.
  ///   - beforeWaiting: is called when nothing more is there yet and a read would have to wait.
  package init(
    path: String, format: LabelledFormat? = nil, columns: LabelledColumns = LabelledColumns(),
    dialect: DelimitedDialect = DelimitedDialect(), requiresLabels: Bool,
    answersForAll: Bool = false, readSize: Int = 1 << 20,
    beforeWaiting: (() -> Void)? = nil
  ) throws(LabelledDataError) {
    let isFolder = path == "-" ? false : try mode(of: path) == S_IFDIR
    var classes: ArraySlice<ClassFile> = []
    if isFolder {
      if let format, format != .folder { throw .isFolder(path: path, format: format) }
      classes = try ClassFile.all(in: path)[...]
      guard !classes.isEmpty else { throw .noClasses(folder: path) }
    } else if format == .folder {
      throw .notFolder(path: path)
    }
    if isFolder, dialect != DelimitedDialect() { throw .notDelimited(path: path, .folder) }
    let first = classes.popFirst()
    var input =
      if let first {
        try RecordInput(first, readSize: readSize, passesBadBytes: answersForAll)
      } else {
        try RecordInput(path: path, readSize: readSize, passesBadBytes: answersForAll)
      }
    let layout: Layout =
      if let first {
        .lines(label: first.label)
      } else {
        try Self.layout(
          path: path, format: format ?? LabelledFormat(path: path), columns: columns,
          dialect: dialect, requiresLabels: requiresLabels, input: &input)
      }
    if case .delimited = layout, let offset = input.takeBadByte() {
      throw .notText(source: input.source, line: 1, offset: offset)
    }
    sizeHint = classes.reduce(input.fileSize) { $0 + $1.size }
    self.classes = classes
    self.answersForAll = answersForAll
    // Not for the header, before which there is nothing to be done.
    input.beforeWaiting = beforeWaiting
    self.input = input
    self.layout = layout
    self.readSize = readSize
    self.requiresLabels = requiresLabels
  }

  /// What a file holds, its header read.
  private static func layout(
    path: String, format: LabelledFormat?, columns: LabelledColumns, dialect: DelimitedDialect,
    requiresLabels: Bool, input: inout RecordInput
  ) throws(LabelledDataError) -> Layout {
    let hasDialect = dialect != DelimitedDialect()
    switch format {
    case .csv, .tsv,
      nil where hasDialect:
      return .delimited(
        try DelimitedLayout(
          from: &input, usual: format == .tsv ? .tab : .comma, dialect: dialect, columns: columns,
          requiresLabels: requiresLabels))
    case let format? where hasDialect:
      throw .notDelimited(path: input.source, format)
    case .jsonLines:
      return .jsonLines(JSONLinesLayout(columns: columns, requiresLabels: requiresLabels))
    case .fastText:
      return .fastText(requiresLabels: requiresLabels)
    case nil where input.hasPrefix("__label__"):
      return .fastText(requiresLabels: requiresLabels)
    case nil where !LabelledFormat.mayBeLines(path: path):
      throw .unknownFormat(path: input.source)
    case .lines, .folder, nil:
      guard !requiresLabels else { throw .noLabels(path: input.source) }
      return .lines(label: nil)
    }
  }

  /// What was found to separate fields, where it is not what the format has by default.
  package var foundSeparator: FoundSeparator? {
    if case .delimited(let layout) = layout { layout.found } else { nil }
  }

  /// The next text; `nil` at the end, and after an error.
  ///
  /// - Throws: also where there is none at all.
  package mutating func next() throws(LabelledDataError) -> LabelledText? {
    switch try nextRecord() {
    case nil: return nil
    case .text(let text): return text
    case .failure(let error, _, _):
      isFinished = true
      throw error
    }
  }

  /// The next text, or what is in its place; `nil` at the end, and after an error.
  ///
  /// - Throws: where there is none at all, and what nothing can be read after.
  package mutating func nextRecord() throws(LabelledDataError) -> LabelledRecord? {
    while !isFinished {
      isFinished = true
      if try readLine() {
        defer { isFinished = false }
        if let record = try record() {
          input.row += 1
          return record
        }
        continue
      }
      guard input.row > 1 else {
        if case .delimited = layout { throw .empty(source: input.source, hasHeader: true) }
        throw .empty(source: input.source, hasHeader: false)
      }
      guard let file = classes.popFirst() else { return nil }
      let beforeWaiting = input.beforeWaiting
      input = try RecordInput(file, readSize: readSize, passesBadBytes: answersForAll)
      input.beforeWaiting = beforeWaiting
      layout = .lines(label: file.label)
      isFinished = false
    }
    return nil
  }

  /// Reads what the next record is made of; `false` at the end of the file.
  private mutating func readLine() throws(LabelledDataError) -> Bool {
    problem = nil
    do throws(LabelledDataError) {
      guard case .delimited(let layout) = layout else { return try input.readLine(into: &line) }
      return try input.readFields(separator: layout.separator.byte, into: &fields)
    } catch .record(_, let problem) where answersForAll {
      try input.skipLine()
      self.problem = problem
      return true
    }
  }

  /// What the line is; `nil` for a blank one that nobody asks for.
  private mutating func record() throws(LabelledDataError) -> LabelledRecord? {
    guard answersForAll else {
      return isBlankLine ? nil : .text(try checked(parsed()))
    }
    let badByte = input.takeBadByte()
    do throws(LabelledDataError) {
      if let problem { throw .record(input.location, problem) }
      if let badByte { throw .record(input.location, .notText(offset: badByte)) }
      if isBlankLine { throw .record(input.location, .blank) }
      return .text(try checked(parsed()))
    } catch {
      return .failure(error, input.location, id: badByte == nil ? id(despite: error) : nil)
    }
  }

  private var isBlankLine: Bool {
    if case .delimited = layout { fields.isBlankLine } else { isBlank(line) }
  }

  /// What an object of JSON Lines calls itself, where it is one, or a row of a table, as JSON.
  private func id(despite error: LabelledDataError? = nil) -> String? {
    switch (layout, error) {
    case (.jsonLines, .record(_, .invalidJSON)), (.jsonLines, .record(_, .tooDeep)),
      (.jsonLines, .record(_, .tooLarge)):
      return nil
    case (.jsonLines(let layout), _):
      return spelling(ofValueAt: layout.columns.id ?? "id", in: line)
    case (.delimited(let layout), _) where problem == nil && !isBlankLine:
      return layout.id(of: fields).map(jsonString)
    default: return nil
    }
  }

  private func parsed() throws(LabelledDataError) -> (label: String?, text: [UInt8]) {
    switch layout {
    case .delimited(let layout):
      return try layout.read(fields, at: input.location)
    case .jsonLines(let layout):
      return try layout.read(line, at: input.location)
    case .fastText(let requiresLabels):
      do throws(RecordProblem) {
        let parts = try FastTextLine(line, requiresLabels: requiresLabels)
        return (parts.label, parts.text)
      } catch {
        throw .record(input.location, error)
      }
    case .lines(let label):
      return (label, line)
    }
  }

  private func checked(
    _ record: (label: String?, text: [UInt8])
  ) throws(LabelledDataError) -> LabelledText {
    var label = record.label.map(trimmed)
    if label?.isEmpty == true {
      guard !requiresLabels else { throw .record(input.location, .emptyLabel) }
      label = nil
    }
    guard !isBlank(record.text) else { throw .record(input.location, .emptyText) }
    return LabelledText(
      label: label, text: record.text, location: input.location, id: answersForAll ? id() : nil)
  }
}

/// `text` as JSON spells it.
private func jsonString(_ text: String) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .withoutEscapingSlashes
  return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
}

/// The kind of file at `path`, one of `S_IFREG`, `S_IFDIR`, ….
private func mode(of path: String) throws(LabelledDataError) -> mode_t {
  var status = stat()
  guard stat(path.cPath, &status) == 0 else { throw .systemError(.last, at: path) }
  return status.st_mode & S_IFMT
}

/// Without white space at both ends.
func trimmed(_ text: String) -> String {
  let scalars = text.unicodeScalars
  let begun = scalars.drop { $0.properties.isWhitespace }
  guard let last = begun.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
  return String(begun[...last])
}

/// Whether there is nothing but white space.
func isBlank(_ text: [UInt8]) -> Bool {
  // Nearly always the first byte tells.
  if let first = text.first, (0x21..<0x7F).contains(first) { return false }
  return String(decoding: text, as: UTF8.self).unicodeScalars
    .allSatisfy { $0.properties.isWhitespace }
}
