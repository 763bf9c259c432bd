// Own code, because SwiftCSV reads a whole file into memory, as Characters, which take CR LF for
// one, and its rows do not know their numbers, which errors here must name.

/// The fields of a row: all bytes in one run, and where each field ends in it.
struct Fields {
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []
  /// Whether any of them was in quotes.
  fileprivate(set) var isQuoted = false

  var count: Int { ends.count }
  /// Whether the row is a line with nothing but white space on it.
  var isBlankLine: Bool { ends.count == 1 && !isQuoted && isBlank(bytes) }

  subscript(index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// The fields as names of columns.
  var names: [String] {
    (0..<count).map { trimmed(String(decoding: self[$0], as: UTF8.self)) }
  }

  /// What the row takes in memory, more or less.
  fileprivate var size: Int { bytes.count + ends.count * MemoryLayout<Int>.size }

  fileprivate mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    isQuoted = false
  }

  fileprivate mutating func append(_ run: Slice<UnsafeRawBufferPointer>) {
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: run))
  }

  fileprivate mutating func append(_ byte: UInt8) {
    bytes.append(byte)
  }

  fileprivate mutating func endField() {
    ends.append(bytes.count)
  }

  /// Ends the last field of a line, which was not in quotes: a carriage return is the line's.
  fileprivate mutating func endPlainLine() {
    if bytes.last == .carriageReturn, bytes.count > ends.last ?? 0 { bytes.removeLast() }
    endField()
  }
}

extension RecordInput {
  private enum FieldState {
    case start, plain, quoted
    /// After a quote in a quoted field: its end, unless another follows.
    case closed
    /// After the carriage return that comes after a closing quote.
    case closedLine
  }

  /// Reads a row by RFC 4180, with LF or CRLF at its end; `false` at the end of the file.
  ///
  /// A quote elsewhere than at a field's beginning is a character like others.
  mutating func readFields(
    separator: UInt8, into fields: inout Fields
  ) throws(LabelledDataError) -> Bool {
    fields.removeAll()
    beginRecord()
    var state = FieldState.start
    var quoteLine = line
    while true {
      if available.isEmpty, try !fill() {
        switch state {
        case .start where fields.count == 0: return false
        case .start, .closed, .closedLine: fields.endField()
        case .plain: fields.endPlainLine()
        case .quoted: throw .record(location, .openQuote(line: quoteLine))
        }
        return true
      }
      let bytes = available
      switch state {
      case .start:
        if bytes[0] == .doubleQuote {
          consume(1)
          quoteLine = line
          fields.isQuoted = true
          state = .quoted
        } else {
          state = .plain
        }
      case .plain:
        let run = bytes.firstIndex(of: separator, or: .lineFeed)
        fields.append(bytes[..<run])
        consume(run)
        if run == bytes.count { break }
        if bytes[run] == .lineFeed {
          consumeLineFeed()
          fields.endPlainLine()
          return true
        }
        consume(1)
        fields.endField()
        state = .start
      case .quoted:
        let run = bytes.firstIndex(of: .doubleQuote, or: .lineFeed)
        fields.append(bytes[..<run])
        consume(run)
        if run == bytes.count { break }
        if bytes[run] == .lineFeed {
          consumeLineFeed()
          fields.append(.lineFeed)
        } else {
          consume(1)
          state = .closed
        }
      case .closed:
        switch bytes[0] {
        case .doubleQuote:
          consume(1)
          fields.append(.doubleQuote)
          state = .quoted
        case separator:
          consume(1)
          fields.endField()
          state = .start
        case .lineFeed:
          consumeLineFeed()
          fields.endField()
          return true
        case .carriageReturn:
          consume(1)
          state = .closedLine
        default:
          throw .record(location, .textAfterQuote(line: line))
        }
      case .closedLine:
        guard bytes[0] == .lineFeed else {
          throw .record(location, .textAfterQuote(line: line))
        }
        consumeLineFeed()
        fields.endField()
        return true
      }
      guard fields.size <= Self.recordLimit else {
        throw .record(
          location,
          state == .quoted
            ? .openQuote(line: quoteLine) : .tooLarge(limit: Self.recordLimit))
      }
    }
  }
}

/// Where a file of rows has its labels and texts.
struct DelimitedLayout {
  let separator: FieldSeparator
  /// What told the separator, where it is not the usual one and nobody named it.
  private(set) var found: FoundSeparator?
  private let hasHeader: Bool
  private let columnCount: Int
  private let label: Int?
  private let texts: [Int]
  private let id: Int?

  /// Reads what comes before the first row, the header among it.
  ///
  /// - Parameter usual: the separator of the file's format.
  init(
    from input: inout RecordInput, usual: FieldSeparator, dialect: DelimitedDialect,
    columns: LabelledColumns, requiresLabels: Bool
  ) throws(LabelledDataError) {
    let source = input.source
    let announced = try input.takeSeparatorLine()
    let search = SeparatorSearch(usual: usual, columns: columns, requiresLabels: requiresLabels)
    let separator: FieldSeparator
    let evidence: FoundSeparator.Evidence
    if let known = dialect.separator ?? announced {
      (separator, evidence) = (known, .firstLine)
    } else if dialect.hasHeader {
      (separator, evidence) = (try search.byHeader(of: &input), .header)
    } else {
      (separator, evidence) = (try search.byRows(of: &input), .rows)
    }
    var fields = Fields()
    if dialect.hasHeader {
      input.row = 0
      guard try input.readFields(separator: separator.byte, into: &fields) else {
        throw .empty(source: source, hasHeader: false)
      }
      input.row = 1
      try self.init(
        separator: separator, names: fields.names, hasHeader: true, columns: columns,
        requiresLabels: requiresLabels, source: source)
    } else {
      guard let count = input.firstRows(1, separator: separator)?.first?.count else {
        // There is none, or reading it says why.
        _ = try input.readFields(separator: separator.byte, into: &fields)
        throw .empty(source: source, hasHeader: false)
      }
      try self.init(
        separator: separator, names: (1...count).map(String.init), hasHeader: false,
        columns: columns.numbered(of: count, requiresLabels: requiresLabels),
        requiresLabels: requiresLabels, source: source)
    }
    if dialect.separator == nil, separator != usual {
      found = FoundSeparator(source: source, separator: separator, evidence: evidence)
    }
  }

  /// - Parameter names: those of the columns.
  /// - Throws: `LabelledDataError.missingColumn` or `repeatedColumn`.
  init(
    separator: FieldSeparator, names: [String], hasHeader: Bool, columns: LabelledColumns,
    requiresLabels: Bool, source: String
  ) throws(LabelledDataError) {
    func index(_ name: String, _ role: ColumnRole) throws(LabelledDataError) -> Int {
      guard let index = names.firstIndex(of: name) else {
        throw .missingColumn(
          source: source, column: name, role: role, columns: names, hasHeader: hasHeader)
      }
      guard names.lastIndex(of: name) == index else {
        throw .repeatedColumn(source: source, column: name)
      }
      return index
    }
    self.separator = separator
    self.hasHeader = hasHeader
    columnCount = names.count
    var texts: [Int] = []
    for name in columns.textNames { texts.append(try index(name, .text)) }
    self.texts = texts
    id = try columns.id.map { name throws(LabelledDataError) in try index(name, .id) }
    let mayLack = !requiresLabels && columns.label == nil
    label =
      mayLack && !names.contains(columns.labelName) ? nil : try index(columns.labelName, .label)
  }

  /// What the row's text is called, where there is a column for that.
  func id(of fields: Fields) -> String? {
    guard let id, id < fields.count else { return nil }
    return String(decoding: fields[id], as: UTF8.self)
  }

  /// The label and the text of a row.
  func read(
    _ fields: Fields, at location: RecordLocation
  ) throws(LabelledDataError) -> (label: String?, text: [UInt8]) {
    guard fields.count == columnCount else {
      throw .record(
        location, .fieldCount(fields.count, expected: columnCount, hasHeader: hasHeader))
    }
    let label = label.map { String(decoding: fields[$0], as: UTF8.self) }
    var text = Array(fields[texts[0]])
    for index in texts.dropFirst() {
      text.append(UInt8(ascii: " "))
      text += fields[index]
    }
    return (label, text)
  }
}
