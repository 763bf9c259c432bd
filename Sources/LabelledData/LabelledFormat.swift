import Paths

/// How labelled texts are written down.
public enum LabelledFormat: String, CaseIterable, Sendable {
  /// RFC 4180 with a header line; commas separate fields, or what the file's beginning shows.
  case csv
  /// As `csv`, separated by tabs unless the beginning shows otherwise.
  case tsv
  /// An object a line.
  case jsonLines = "json-lines"
  /// `__label__` and the label, then the text, a line each.
  case fastText = "fasttext"
  /// A folder with a file for each class, named for it, that holds a text a line.
  case folder
  /// A text a line, without labels.
  case lines

  /// The format that a file's name tells of, `nil` where its content must.
  init?(path: String) {
    switch Self.fileExtension(of: path)?.lowercased() {
    case "csv": self = .csv
    case "tsv", "tab": self = .tsv
    case "jsonl", "ndjson": self = .jsonLines
    default: return nil
    }
  }

  /// Whether a file that no other format claims may be plain lines: `texts.json` is not.
  static func mayBeLines(path: String) -> Bool {
    ["txt", "text", nil].contains(fileExtension(of: path)?.lowercased())
  }

  /// What comes after the last dot of a path's last part, unless nothing comes before that dot.
  private static func fileExtension(of path: String) -> String? {
    let name = path.lastPathName
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    return String(name[name.index(after: dot)...])
  }
}

/// Which columns, or keys of JSON objects, hold the label, the text and what the text is called.
public struct LabelledColumns: Equatable, Sendable {
  /// `nil` for `label`, which may be missing where no label is needed.
  public var label: String?
  /// Joined in this order by one space; empty for `text` alone.
  public var texts: [String]
  /// `nil` for none in CSV and TSV, and in JSON Lines for `id`, which may be missing.
  package var id: String?

  public init(label: String? = nil, texts: [String] = []) {
    self.label = label
    self.texts = texts
  }

  /// Those that are meant in a file of `count` columns without names: of two, the first is the
  /// label's unless told.
  func numbered(of count: Int, requiresLabels: Bool) -> LabelledColumns {
    var columns = self
    if count == 1, !requiresLabels, label == nil, texts.isEmpty { columns.texts = ["1"] }
    guard count == 2 else { return columns }
    if texts.isEmpty { columns.texts = [label == "2" ? "1" : "2"] }
    if label == nil, columns.texts.count == 1 {
      columns.label = columns.texts == ["1"] ? "2" : "1"
    }
    return columns
  }

  var labelName: String { label ?? "label" }
  var textNames: [String] { texts.isEmpty ? ["text"] : texts }
}
