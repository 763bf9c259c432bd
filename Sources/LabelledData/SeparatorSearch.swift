/// Finds out what separates the fields of a file.
///
/// The header tells, by the names of the columns that are wanted, so that commas in texts and
/// numbers are never taken for separators. Without a header it is the one character that divides
/// the first rows into as many fields each.
struct SeparatorSearch {
  /// What the file's format has by default.
  let usual: FieldSeparator
  let columns: LabelledColumns
  let requiresLabels: Bool

  /// How many rows are looked at where there is no header.
  private static let rowLimit = 20

  private var candidates: [FieldSeparator] {
    [usual] + FieldSeparator.common.filter { $0 != usual }
  }

  /// - Throws: `LabelledDataError.unclearSeparator`.
  func byHeader(of input: inout RecordInput) throws(LabelledDataError) -> FieldSeparator {
    var plausible: [SeparatorCandidate] = []
    for separator in candidates {
      guard let header = input.firstRows(1, separator: separator)?.first else { continue }
      do throws(LabelledDataError) {
        _ = try DelimitedLayout(
          separator: separator, names: header.names, hasHeader: true, columns: columns,
          requiresLabels: requiresLabels, source: input.source)
        return separator
      } catch .missingColumn {
        guard header.count > 1 else { continue }
        plausible.append(
          SeparatorCandidate(separator: separator, fields: header.count...header.count))
      } catch {
        return separator
      }
    }
    guard plausible.count < 2 else {
      throw .unclearSeparator(source: input.source, rows: nil, plausible)
    }
    return plausible.first?.separator ?? usual
  }

  /// - Throws: `LabelledDataError.unclearSeparator`.
  func byRows(of input: inout RecordInput) throws(LabelledDataError) -> FieldSeparator {
    // Of a pipe, more than a row may not come before an answer.
    let limit = input.isSeekable ? Self.rowLimit : 1
    var found: [SeparatorCandidate] = []
    var rowCount = 0
    for separator in candidates {
      guard let rows = input.firstRows(limit, separator: separator) else { continue }
      let counts = rows.map(\.count)
      guard let least = counts.min(), let most = counts.max(), most > 1 else { continue }
      rowCount = max(rowCount, counts.count)
      found.append(SeparatorCandidate(separator: separator, fields: least...most))
    }
    let even = found.filter { $0.fields.count == 1 }
    if even.count == 1 { return even[0].separator }
    guard found.isEmpty else {
      throw .unclearSeparator(source: input.source, rows: rowCount, found)
    }
    return usual
  }
}

extension RecordInput {
  /// How much of a file is looked at before its first row is read.
  private static let beginningLimit = 1 << 16

  /// At most `limit` rows from here on, blank lines left out, none of them taken; `nil` where the
  /// separator gives no rows.
  ///
  /// The last may be cut off where there is no more of it in the beginning of a file.
  mutating func firstRows(_ limit: Int, separator: UInt8) -> [Fields]? {
    while true {
      guard let (rows, isCut) = rows(limit, separator: separator) else { return nil }
      // What fails here fails again once it is read.
      guard isCut, available.count < Self.beginningLimit, (try? fill()) == true else { return rows }
    }
  }

  mutating func firstRows(_ limit: Int, separator: FieldSeparator) -> [Fields]? {
    firstRows(limit, separator: separator.byte)
  }

  /// The same of what is there already, and whether it ends before the rows do.
  private mutating func rows(_ limit: Int, separator: UInt8) -> (rows: [Fields], isCut: Bool)? {
    let location = beginTrial()
    defer { endTrial(at: location) }
    var rows: [Fields] = []
    var fields = Fields()
    while rows.count < limit {
      do throws(LabelledDataError) {
        guard try readFields(separator: separator, into: &fields) else { return (rows, true) }
      } catch .record(_, .openQuote) {
        return (rows, true)
      } catch {
        return nil
      }
      if !fields.isBlankLine { rows.append(fields) }
      if available.isEmpty, !isAfterLineFeed { return (rows, true) }
    }
    return (rows, false)
  }

  /// Takes a first line `sep=;`, which spreadsheets understand and may have in quotes.
  mutating func takeSeparatorLine() throws(LabelledDataError) -> FieldSeparator? {
    let longest = 16
    while available.count < longest,
      available.firstIndex(of: .lineFeed, or: .lineFeed) == available.count,
      (try? fill()) == true
    {}
    let end = available.firstIndex(of: .lineFeed, or: .lineFeed)
    guard end < longest else { return nil }
    var line = String(decoding: available[..<end], as: UTF8.self)
    if line.utf8.last == .carriageReturn {
      line = String(decoding: line.utf8.dropLast(), as: UTF8.self)
    }
    if line.utf8.count > 2, line.hasPrefix("\""), line.hasSuffix("\"") {
      line = String(line.dropFirst().dropLast())
    }
    guard line.lowercased().hasPrefix("sep="),
      let separator = FieldSeparator(String(line.dropFirst(4)))
    else { return nil }
    try skipLine()
    return separator
  }
}
