import Paths

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
  /// A model, a run's state or a session.
  case isModel(path: String)
  /// `file` is in another encoding, or no text at all.
  case foreign(file: String, ForeignContent)
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
      "no such file or folder: \(path: path)"
    case .unreadable(let path, let reason):
      "cannot read \(path: path): \(reason)"
    case .noText(let folder):
      "no text in folder \(path: folder): it holds no regular file whose name does not begin with a dot"
    case .empty(let paths) where paths.isEmpty:
      "no text given: name at least one file or folder, or - for standard input"
    case .empty(let paths):
      "the text is empty: \(path: paths.joined(separator: ", ")) (0 bytes)"
    case .invalidUTF8(let file, let offset):
      "\(path: file): invalid UTF-8 at byte \(offset); convert it, from Latin-1 or Windows-1252 with "
        + latin1Remedy(file) + "; only for what is no text there is \(option("vocabulary")) bytes"
    case .isModel(let path):
      "\(path: path) is a model, or a session that /save has written, not text; name a text"
    case .foreign(let file, let content):
      content.description(of: file == "standard input" ? nil : file)
    case .cannotSpool(let path, let folder, let reason):
      "cannot keep \(path: path) in a temporary file in \(path: folder): \(reason); "
        + "set TMPDIR to a folder with room"
    }
  }
}

/// How a text in the encodings of old files is converted.
package func latin1Remedy(_ file: String) -> String {
  let command = "iconv -f WINDOWS-1252 -t UTF-8"
  return file == "standard input"
    ? command
    : "\(command) \(shellQuoted(path: file)) > \(shellQuoted(path: file + ".utf-8.txt"))"
}
