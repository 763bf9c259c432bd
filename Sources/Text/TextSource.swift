import Glibc
import Paths

/// One thing to read text from, found by walking the paths a person gave.
enum TextSource {
  case standardInput
  /// A path's bytes, ending in 0. Bytes, because a file's name need not be UTF-8.
  ///
  /// `wasFound` in a folder; otherwise a person has named it.
  case file(path: [CChar], wasFound: Bool = false)

  var name: String {
    switch self {
    case .standardInput: "standard input"
    case .file(let path, _): Self.displayName(of: path)
    }
  }

  var wasFound: Bool {
    if case .file(_, wasFound: true) = self { true } else { false }
  }

  /// An open descriptor, to be given back with `close(_:)`.
  func open(standardInput: CInt) throws(CorpusError) -> CInt {
    guard case .file(let path, _) = self else { return standardInput }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.error(.last, at: path) }
    return descriptor
  }

  func close(_ descriptor: CInt) {
    if case .file = self { _ = Glibc.close(descriptor) }
  }

  /// Every source behind `paths`, in order.
  ///
  /// A folder gives the regular files below it, sorted by
  /// the bytes of their paths. Names that begin with a dot are left out below a folder, and links
  /// to folders are not followed there, so that a walk always ends. The files of a run are no text.
  static func expand(_ paths: [String]) throws(CorpusError) -> [TextSource] {
    var sources: [TextSource] = []
    for path in paths {
      if path == "-" {
        sources.append(.standardInput)
        continue
      }
      let bytes = path.cPath
      if try mode(of: bytes) == S_IFDIR {
        sources += try files(below: bytes)
      } else {
        sources.append(.file(path: bytes))
      }
    }
    return sources
  }

  private static func files(below root: [CChar]) throws(CorpusError) -> [TextSource] {
    var found: [[CChar]] = []
    var folders = [root]
    while let folder = folders.popLast() {
      let isRunFolder = OwnFiles.isRunFolder(folder)
      for path in try visibleEntries(of: folder) {
        let name = displayName(of: path).lastPathName
        guard !OwnFiles.isOwn(name, isInRunFolder: isRunFolder) else { continue }
        switch try mode(of: path, followingLinks: false) {
        case S_IFREG:
          found.append(path)
        case S_IFDIR:
          folders.append(path)
        case S_IFLNK where try mode(of: path) == S_IFREG:
          found.append(path)
        default:
          break
        }
      }
    }
    guard !found.isEmpty else { throw .noText(folder: displayName(of: root)) }
    found.sort { first, second in
      first.lexicographicallyPrecedes(second) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
    }
    return found.map { .file(path: $0, wasFound: true) }
  }

  private static func visibleEntries(of folder: [CChar]) throws(CorpusError) -> [[CChar]] {
    var prefix = Array(folder.dropLast())
    if prefix.last != slash { prefix.append(slash) }
    do {
      return try folderEntries(of: folder) { $0[0] == dot ? nil : prefix + $0 }
    } catch {
      throw Self.error(error, at: folder)
    }
  }

  /// The kind of file at `path`, one of `S_IFREG`, `S_IFDIR`, ….
  private static func mode(
    of path: [CChar], followingLinks: Bool = true
  ) throws(CorpusError) -> mode_t {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
      throw error(.last, at: path)
    }
    return status.st_mode & S_IFMT
  }

  private static func error(_ error: SystemError, at path: [CChar]) -> CorpusError {
    let name = displayName(of: path)
    return error.code == ENOENT || error.code == ENOTDIR
      ? .noSuchFile(path: name) : .unreadable(path: name, reason: error.reason)
  }

  private static func displayName(of path: [CChar]) -> String {
    String(pathBytes: path.dropLast().map(UInt8.init(bitPattern:)))
  }

  private static let slash = CChar(bitPattern: UInt8(ascii: "/"))
  private static let dot = CChar(bitPattern: UInt8(ascii: "."))
}
