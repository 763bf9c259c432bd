import Glibc

/// Labelled texts in memory: their bytes once, in one run.
///
/// Memory: the texts' bytes and 20 bytes a text.
public struct LabelledTexts: Sendable {
  /// The classes: those of a trained model, or those of the texts in order of value. Spellings
  /// that Unicode holds for equal, `é` in one scalar or in two, are one class.
  public let labels: [String]
  /// The class of each text, an index into `labels`.
  public let labelIndices: [Int32]

  /// The most classes there may be: a column of other things is taken for labels easily, and the
  /// confusion matrix grows with the square.
  public static let labelLimit = 4096

  /// What the texts were read from; none where they were in memory.
  package let paths: [String]
  /// What was found to separate fields, where it is not what the format has by default.
  package private(set) var foundSeparators: [FoundSeparator] = []
  /// The names of the columns they were read from, as they were given.
  package private(set) var columns = LabelledColumns()
  private let bytes: [UInt8]
  /// Where each text ends in `bytes`.
  private let ends: [Int]
  private let locations: RecordLocations

  /// Reads all texts of files, folders of classes and standard input (`-`).
  ///
  /// - Parameters:
  ///   - format: told from each name, or from what is in it, where nil.
  ///   - dialect: for CSV and TSV.
  ///   - labels: the classes of a trained model, which are then all that may occur; `nil` to take
  ///     those that do, of which there must be two.
  /// - Throws: `LabelledDataError`, with the row at fault.
  public init(
    paths: [String], format: LabelledFormat? = nil, columns: LabelledColumns = LabelledColumns(),
    dialect: DelimitedDialect = DelimitedDialect(), labels known: [String]? = nil
  ) throws(LabelledDataError) {
    var gathered = GatheredTexts(known: known)
    var separators: [FoundSeparator] = []
    for path in paths {
      var reader = try LabelledReader(
        path: path, format: format, columns: columns, dialect: dialect, requiresLabels: true)
      if let found = reader.foundSeparator { separators.append(found) }
      gathered.reserve(bytes: reader.sizeHint)
      while let text = try reader.next() { try gathered.append(text) }
    }
    try self.init(gathered, source: paths.joined(separator: ", "), paths: paths)
    foundSeparators = separators
    // Numbers are no names: they say nothing of another file.
    if dialect.hasHeader { self.columns = columns }
  }

  /// Takes texts that are in memory.
  ///
  /// - Parameters:
  ///   - texts: each with more in it than white space; white space around labels is left out.
  ///   - labels: as above.
  /// - Throws: `LabelledDataError`, with the number of the text at fault from 1 on.
  public init(
    _ texts: [(label: String, text: String)], labels known: [String]? = nil
  ) throws(LabelledDataError) {
    let source = "texts in memory"
    guard !texts.isEmpty else { throw .empty(source: source, hasHeader: false) }
    var gathered = GatheredTexts(known: known)
    for (index, (label, text)) in texts.enumerated() {
      let location = RecordLocation(source: source, row: index + 1, line: index + 1)
      let bytes = Array(text.utf8)
      guard !isBlank(bytes) else { throw .record(location, .emptyText) }
      let label = trimmed(label)
      try gathered.append(
        LabelledText(label: label.isEmpty ? nil : label, text: bytes, location: location))
    }
    try self.init(gathered, source: source, paths: [])
  }

  private init(
    _ gathered: GatheredTexts, source: String, paths: [String]
  ) throws(LabelledDataError) {
    var found = gathered.found
    var labelIndices = gathered.labelIndices
    if gathered.known == nil {
      let order = found.indices.sorted {
        found[$0].utf8.lexicographicallyPrecedes(found[$1].utf8)
      }
      var ranks = [Int32](repeating: 0, count: found.count)
      for (rank, index) in order.enumerated() { ranks[index] = Int32(rank) }
      for index in labelIndices.indices { labelIndices[index] = ranks[Int(labelIndices[index])] }
      found = order.map { found[$0] }
      guard found.count > 1 else { throw .oneClass(source: source, label: found.first ?? "") }
    }
    labels = found
    self.labelIndices = labelIndices
    self.paths = paths
    bytes = gathered.bytes
    ends = gathered.ends
    locations = gathered.locations
  }

  public var count: Int { ends.count }

  /// The text at `index`, which is UTF-8.
  package func bytes(of index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// How many scalars the text at `index` has, at least one.
  ///
  /// - Complexity: O(its bytes).
  package func scalarCount(of index: Int) -> Int {
    bytes(of: index).withUnsafeBufferPointer { bytes in
      bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }
  }

  /// Where the text at `index` comes from, to tell of in errors.
  package func location(of index: Int) -> RecordLocation { locations[index] }

  /// How many texts are the same, byte for byte, as one before them, and of the same class.
  package var repeatedCount: Int {
    struct Key: Hashable {
      let label: Int32
      let text: ArraySlice<UInt8>
    }
    var seen = Set<Key>(minimumCapacity: count)
    return (0..<count).count {
      !seen.insert(Key(label: labelIndices[$0], text: bytes(of: $0))).inserted
    }
  }

  /// How many texts each class has, in the order of `labels`.
  package var labelCounts: [Int] {
    labelIndices.reduce(into: [Int](repeating: 0, count: labels.count)) { $0[Int($1)] += 1 }
  }
}

/// Labelled texts as they come, with their labels in the order in which those come.
private struct GatheredTexts {
  /// All labels there may be; nil for any.
  let known: [String]?
  private(set) var found: [String]
  private(set) var labelIndices: [Int32] = []
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []
  private(set) var locations = RecordLocations()
  /// By label, its index in `found`.
  private var indices: [String: Int32]

  init(known: [String]?) {
    self.known = known
    found = known ?? []
    indices = Dictionary(
      found.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Growing would copy, with both copies in memory; pages that stay unused cost nothing.
  mutating func reserve(bytes count: Int) {
    bytes.reserveCapacity(bytes.count + min(count, physicalMemory / 2))
  }

  mutating func append(_ text: LabelledText) throws(LabelledDataError) {
    guard let label = text.label else { throw .record(text.location, .emptyLabel) }
    if indices[label] == nil {
      if let known { throw .record(text.location, .unknownLabel(label, known: known)) }
      guard found.count < LabelledTexts.labelLimit else {
        throw .tooManyClasses(source: text.location.source, limit: LabelledTexts.labelLimit)
      }
      indices[label] = Int32(found.count)
      found.append(label)
    }
    labelIndices.append(indices[label, default: 0])
    bytes += text.text
    ends.append(bytes.count)
    locations.append(text.location)
  }
}

/// The locations of all texts, with each source named once.
private struct RecordLocations {
  private var sources: [(name: String, start: Int)] = []
  private var rows: [(row: Int32, line: Int32)] = []

  mutating func append(_ location: RecordLocation) {
    if sources.last?.name != location.source { sources.append((location.source, rows.count)) }
    rows.append((Int32(clamping: location.row), Int32(clamping: location.line)))
  }

  subscript(index: Int) -> RecordLocation {
    RecordLocation(
      source: sources.last { $0.start <= index }?.name ?? "", row: Int(rows[index].row),
      line: Int(rows[index].line))
  }
}

private let physicalMemory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
