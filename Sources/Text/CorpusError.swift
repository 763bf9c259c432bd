/// What keeps a text from being used.
public enum CorpusError: Error, Equatable, Sendable {
  /// Nothing is at this path.
  case noSuchFile(path: String)
  /// The system refused; `reason` is its own word for why.
  case unreadable(path: String, reason: String)
  /// A folder with no regular file in it whose name does not begin with a dot.
  case noText(folder: String)
  /// All the paths together hold 0 bytes.
  case empty(paths: [String])
  /// The bytes of `file` are no UTF-8 from `offset` on, an offset in that file.
  case invalidUTF8(file: String, offset: Int)
  /// What came through a pipe could not be kept in a temporary file.
  case cannotSpool(path: String, folder: String, reason: String)
}

extension CorpusError: CustomStringConvertible {
  /// One line: what, where, and what to do; options by their names.
  public var description: String { description { $0 } }

  /// The same, each option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .noSuchFile(let path):
      "no such file or folder: \(path)"
    case .unreadable(let path, let reason):
      "cannot read \(path): \(reason)"
    case .noText(let folder):
      "no text in folder \(folder): it holds no regular file whose name does not begin with a dot"
    case .empty(let paths) where paths.isEmpty:
      "no text given: name at least one file or folder, or - for standard input"
    case .empty(let paths):
      "the text is empty: \(paths.joined(separator: ", ")) (0 bytes)"
    case .invalidUTF8(let file, let offset):
      "\(file): invalid UTF-8 at byte \(offset); convert it to UTF-8, or use "
        + "\(option("vocabulary")) bytes, which takes any bytes"
    case .cannotSpool(let path, let folder, let reason):
      "cannot keep \(path) in a temporary file in \(folder): \(reason); "
        + "set TMPDIR to a folder with room"
    }
  }
}
