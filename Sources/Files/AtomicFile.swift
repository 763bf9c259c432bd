import Glibc
import Paths

/// A file that appears whole or not at all.
///
/// The content goes to a new file of an unpredictable name in the target's folder; `finish()` puts it
/// onto the disk and then in the target's place in one step. Until then the target stands as it was. A
/// value that ends unfinished removes its temporary file; only a process killed outright leaves it
/// behind (`.charlstm-….partial`, see `removeLeftovers(in:)`). A symbolic link at the target's path is
/// replaced, not followed. The new file has the permissions asked for, whatever the old one had.
package struct AtomicFile: ~Copyable {
  /// Who may read a new file.
  package enum Permissions: Sendable {
    /// Whoever the process's umask admits.
    case standard
    /// The owner alone.
    case ownerOnly
  }

  static let temporaryPrefix = ".charlstm-"
  static let temporarySuffix = ".partial"

  private let path: String
  private let folder: String
  private let temporary: String
  private let replaces: Bool
  private let file: OutputDescriptor
  private var isInPlace = false

  /// Begins a file that is to stand at `path`.
  ///
  /// - Parameter replaces: Whether a file that is there gives way; otherwise it stays, and `finish()`
  ///   throws `.cannotCreate` with `EEXIST`.
  /// - Throws: `FileError.cannotCreate`.
  package init(
    path: String, permissions: Permissions = .standard, replaces: Bool = true
  ) throws(FileError) {
    // A NUL byte would silently end the path early.
    guard !path.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
    let folder = Self.folder(of: path)
    let unique = String(UInt64.random(in: 0 ... .max), radix: 36)
    let temporary = "\(folder)/\(Self.temporaryPrefix)\(unique)\(Self.temporarySuffix)"
    let file = try OutputDescriptor(
      opening: temporary, for: path, flags: O_WRONLY | O_CREAT | O_EXCL,
      mode: permissions == .ownerOnly ? 0o600 : 0o666)
    // Tells `removeLeftovers` that it is none.
    file.lock()
    self.path = path
    self.folder = folder
    self.temporary = temporary
    self.replaces = replaces
    self.file = file
  }

  deinit {
    if !isInPlace { unlink(temporary.cPath) }
  }

  /// Writes the next bytes, in one system call where the system takes them all at once.
  ///
  /// - Throws: `FileError.diskFull` or `.writeFailed`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try file.write(bytes)
  }

  /// Writes the next bytes.
  ///
  /// - Throws: `FileError.diskFull` or `.writeFailed`.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    try file.write(bytes)
  }

  /// Puts the file in the target's place. Nothing more may be written to it.
  ///
  /// - Throws: `FileError.cannotCreate`, `.diskFull`, `.writeFailed` or `.renameFailed`.
  package mutating func finish() throws(FileError) {
    try file.synchronize()
    guard move() == 0 else {
      throw switch errno {
      // Where nothing is, there is nothing in the way: the folder itself has gone.
      case ENOENT, EEXIST: FileError.cannotCreate(path: path, code: errno)
      default: .renameFailed(path: path, code: errno)
      }
    }
    isInPlace = true
    Self.synchronize(folder: folder)
  }

  /// Writes `bytes` to the file at `path`, whole or not at all.
  ///
  /// - Throws: `FileError`, as the steps do.
  package static func write(
    _ bytes: some Sequence<UInt8>, to path: String, permissions: Permissions = .standard
  ) throws(FileError) {
    var file = try AtomicFile(path: path, permissions: permissions)
    try file.write(Array(bytes))
    try file.finish()
  }

  /// As `rename`. A second name for the file is given only where there is none of that name.
  private func move() -> Int32 {
    guard !replaces else { return rename(temporary.cPath, path.cPath) }
    if link(temporary.cPath, path.cPath) == 0 {
      // The file is in its place; a name that stays behind is a leftover.
      unlink(temporary.cPath)
      return 0
    }
    // File systems without hard links say so in these ways.
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else { return -1 }
    var status = stat()
    guard lstat(path.cPath, &status) != 0 else {
      errno = EEXIST
      return -1
    }
    return rename(temporary.cPath, path.cPath)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Puts the new name on the disk, where the file system can.
  ///
  /// By now the file is in its place, so there is nothing left to undo and no error to report.
  private static func synchronize(folder: String) {
    let descriptor = open(folder.cPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    while fsync(descriptor) != 0, errno == EINTR {}
    close(descriptor)
  }
}
