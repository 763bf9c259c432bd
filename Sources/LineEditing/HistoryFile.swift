import Files
import Paths

/// The lines of former sessions in a file that only its owner can read.
///
/// One entry a line, oldest first; a newline inside an entry is written `\n` and a backslash `\\`.
/// Sessions that run at the same time take turns by `flock` and append, so that none loses another's
/// entries. The file is cut back to the newest `limit` entries once it holds a quarter more, or more
/// than 4 MiB; a cut appears whole or not at all.
package struct HistoryFile: Equatable, Sendable {
  package let path: String

  /// The most entries that ``load()`` gives, at least 1.
  package let limit: Int

  /// A longer entry, in bytes of its escaped form, is not written to the file.
  package static let longestEntry = 65_536

  /// The file is cut back when it is longer than this, in bytes.
  package static let largestSize = 4 << 20

  package init(path: String, limit: Int) {
    self.path = path
    self.limit = max(1, limit)
  }

  /// `$XDG_STATE_HOME/charlstm/history`, or `~/.local/state/charlstm/history` where that variable is
  /// unset or not an absolute path; nil where `HOME` is not one either.
  package static func defaultPath(environment: [String: String]) -> String? {
    BaseFolders.state(environment: environment).map { $0 + "/history" }
  }

  /// The newest entries, oldest first; none where there is no file yet. Bytes that are no UTF-8 stand
  /// in them as in paths.
  package func load() throws(HistoryError) -> [String] {
    do throws(FileError) {
      guard let file = try LockedFile(path: path, creating: false) else { return [] }
      return try newestLines(of: contents(of: file)).map(Self.unescape)
    } catch {
      throw HistoryError(error)
    }
  }

  /// Adds `entry` at the end, creating the file (mode 0600) and its folder (mode 0700) if needed.
  package func append(_ entry: String) throws(HistoryError) {
    var line = Self.escape(entry)
    guard line.count <= Self.longestEntry else { return }
    line.append(UInt8(ascii: "\n"))
    do throws(FileError) {
      try append(line: line)
    } catch {
      throw HistoryError(error)
    }
  }

  private func append(line: [UInt8]) throws(FileError) {
    try createFolder()
    guard let file = try LockedFile(path: path, creating: true) else { return }
    let contents = try contents(of: file)
    var line = line
    if let last = contents.last, last != UInt8(ascii: "\n") {
      // A session that was killed in the middle of a write left half an entry.
      line.insert(UInt8(ascii: "\n"), at: 0)
    }
    let lines = contents.count { $0 == UInt8(ascii: "\n") } + 1
    if lines > limit + limit / 4 || contents.count + line.count > Self.largestSize {
      try file.replace(with: joined(newestLines(of: contents + line)))
    } else {
      try file.append(line)
    }
  }

  /// A file that something else has blown up is read from its end only.
  private func contents(of file: borrowing LockedFile) throws(FileError) -> [UInt8] {
    try file.contents(last: 2 * Self.largestSize)
  }

  /// The last `limit` lines of `contents` that together fit into half of the largest size.
  private func newestLines(of contents: [UInt8]) -> [ArraySlice<UInt8>] {
    let lines = contents.split(separator: UInt8(ascii: "\n")).suffix(limit)
    var size = 0
    let kept = lines.reversed().prefix { line in
      size += line.count + 1
      return size <= Self.largestSize / 2
    }
    return kept.reversed()
  }

  private func joined(_ lines: [ArraySlice<UInt8>]) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in lines {
      bytes += line
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  private func createFolder() throws(FileError) {
    guard let last = path.utf8.lastIndex(of: UInt8(ascii: "/")), last != path.startIndex else {
      return
    }
    try makePrivateFolder(String(path[..<last]), for: path)
  }

  static func escape(_ entry: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entry.utf8.count)
    for byte in entry.pathBytes {
      switch byte {
      case UInt8(ascii: "\\"): bytes += [byte, byte]
      case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      default: bytes.append(byte)
      }
    }
    return bytes
  }

  /// The inverse of ``escape(_:)``.
  static func unescape(_ line: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in line {
      if isEscaped {
        bytes.append(byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return String(pathBytes: bytes)
  }
}

/// Why the history could not be read or kept.
package enum HistoryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A symbolic link, a folder or a device stands at the path, or a file of somebody else.
  case notOwnRegularFile(path: String)

  /// Another session has kept the file locked for a second.
  case busy(path: String)

  /// The file cannot be read or written.
  case file(FileError)

  init(_ error: FileError) {
    self =
      switch error {
      case .notOwnFile(let path): .notOwnRegularFile(path: path)
      case .inUse(let path): .busy(path: path)
      default: .file(error)
      }
  }

  package var description: String {
    switch self {
    case .notOwnRegularFile(let path):
      "history file \(path: path) is a link, not a plain file, or not yours: move it away to keep "
        + "history"
    case .busy(let path):
      "history file \(path: path) stays locked by another session: end that one to keep history"
    case .file(let error):
      "no history is kept: \(error)"
    }
  }
}
