import Paths

/// A text to classify, and the class it is known to belong to.
package struct LabelledText: Equatable, Sendable {
  /// Without white space around it, never empty; `nil` where the source gives none.
  package var label: String?
  /// UTF-8, with more in it than white space; as it stands in the source.
  package var text: [UInt8]
  /// Where it comes from.
  package var location: RecordLocation
  /// What its source calls it, as a value of JSON.
  package var id: String?

  package init(label: String?, text: [UInt8], location: RecordLocation, id: String? = nil) {
    self.label = label
    self.text = text
    self.location = location
    self.id = id
  }
}

/// What stands where a text should, where each is to be answered for.
package enum LabelledRecord {
  case text(LabelledText)
  /// It is none, because of the error.
  case failure(LabelledDataError, RecordLocation, id: String?)
}

/// Where a record stands in its source.
public struct RecordLocation: Equatable, Sendable, CustomStringConvertible {
  /// The file's path, or `standard input`.
  public var source: String
  /// The record's number from 1 on; 0 for the header, which is not counted.
  public var row: Int
  /// The line that the record begins at, from 1 on: quoted fields may hold line feeds.
  public var line: Int

  package init(source: String, row: Int, line: Int) {
    self.source = source
    self.row = row
    self.line = line
  }

  public var description: String {
    "\(path: source) \(row == 0 ? "header" : "row \(row)") (line \(line))"
  }
}
