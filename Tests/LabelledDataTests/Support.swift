import FileTesting
import Foundation
import LabelledData

extension TemporaryFolder {
  /// A description without the folder's path.
  func relative(_ text: some CustomStringConvertible) -> String {
    text.description.replacing(path + "/", with: "").replacing(path, with: "FOLDER")
  }
}

/// What a source holds, a line for each text, `row:line label=text` with `-` for no label and `⏎`
/// for a line feed, and the error that it ends with.
func reading(
  _ path: String, format: LabelledFormat? = nil, columns: LabelledColumns = LabelledColumns(),
  dialect: DelimitedDialect = DelimitedDialect(), requiresLabels: Bool = true,
  readSize: Int = 1 << 20
) -> [String] {
  var lines: [String] = []
  do {
    var reader = try LabelledReader(
      path: path, format: format, columns: columns, dialect: dialect,
      requiresLabels: requiresLabels, readSize: readSize)
    if let found = reader.foundSeparator { lines.append("\(found)") }
    while let text = try reader.next() {
      lines.append(
        "\(text.location.row):\(text.location.line) \(text.label ?? "-")="
          + String(decoding: text.text, as: UTF8.self)
          .unicodeScalars.map { $0 == "\n" ? "⏎" : $0 == "\r" ? "␍" : String($0) }.joined())
    }
    let again = try reader.next()
    if again != nil { lines.append("a text after the end") }
  } catch {
    lines.append("error: \(error)")
  }
  return lines
}

/// The same, of a file of its own that is read in several ways, which must not differ.
func reading(
  _ content: some Sequence<UInt8>, as name: String, format: LabelledFormat? = nil,
  columns: LabelledColumns = LabelledColumns(), dialect: DelimitedDialect = DelimitedDialect(),
  requiresLabels: Bool = true
) throws -> [String] {
  let folder = try TemporaryFolder()
  let path = try folder.write(content, to: name)
  var results = [1, 2, 7, 4096, 1 << 20].map { readSize in
    reading(
      path, format: format, columns: columns, dialect: dialect, requiresLabels: requiresLabels,
      readSize: readSize
    ).map(folder.relative)
  }
  let whole = results.removeLast()
  return results.allSatisfy { $0 == whole } ? whole : ["not the same in small reads"]
}

func reading(
  _ content: String, as name: String, format: LabelledFormat? = nil,
  columns: LabelledColumns = LabelledColumns(), dialect: DelimitedDialect = DelimitedDialect(),
  requiresLabels: Bool = true
) throws -> [String] {
  try reading(
    content.utf8, as: name, format: format, columns: columns, dialect: dialect,
    requiresLabels: requiresLabels)
}
