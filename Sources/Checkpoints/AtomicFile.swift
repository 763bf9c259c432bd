import Glibc

/// Writes files that appear whole or not at all.
package enum AtomicFile {
  /// Who may read a new file.
  package enum Permissions: Sendable {
    /// Whoever the process's umask admits.
    case standard
    /// The owner alone.
    case ownerOnly
  }

  static let temporaryPrefix = ".charlstm-"
  static let temporarySuffix = ".partial"

  /// Writes the file at `path` by way of a temporary file beside it.
  ///
  /// The content goes to a new file of an unpredictable name in the same folder, onto the disk, and
  /// then takes the target's place in one step. Until then, and on any error, the target stands as
  /// it was and the temporary file is removed; only a process killed outright leaves it behind
  /// (`.charlstm-….partial`, see `removeLeftovers(in:)`). A symbolic link at `path` is replaced, not followed. The new file has
  /// the permissions asked for, whatever the old one had.
  ///
  /// - Parameters:
  ///   - replaces: Whether a file that is there gives way; otherwise it stays, and the error is
  ///     `.cannotCreate` with `EEXIST`.
  ///   - content: Calls the sink it is given with the file's bytes in order, in as many pieces as it
  ///     likes; each piece is a system call.
  /// - Throws: `CheckpointError.cannotCreate`, `.diskFull`, `.writeFailed`, `.renameFailed`, or what
  ///   `content` throws.
  package static func write(
    to path: String, permissions: Permissions = .standard, replaces: Bool = true,
    _ content: (TensorContent.Sink) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    // A NUL byte would silently end the path early.
    guard !path.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
    let folder = folder(of: path)
    let unique = String(UInt64.random(in: 0 ... .max), radix: 36)
    let temporary = "\(folder)/\(temporaryPrefix)\(unique)\(temporarySuffix)"
    let file = try OutputDescriptor(
      opening: temporary, for: path, flags: O_WRONLY | O_CREAT | O_EXCL,
      mode: permissions == .ownerOnly ? 0o600 : 0o666)
    // Tells `removeLeftovers` that it is none.
    file.lock()
    do throws(CheckpointError) {
      try content { (bytes) throws(CheckpointError) in try file.write(bytes) }
      try file.synchronize()
      guard move(temporary, to: path, replaces: replaces) == 0 else {
        throw switch errno {
        // Where nothing is, there is nothing in the way: the folder itself has gone.
        case ENOENT, EEXIST: CheckpointError.cannotCreate(path: path, code: errno)
        default: .renameFailed(path: path, code: errno)
        }
      }
    } catch {
      unlink(temporary)
      throw error
    }
    synchronize(folder: folder)
  }

  /// Writes `bytes` to the file at `path`, whole or not at all.
  package static func write(
    _ bytes: some Sequence<UInt8>, to path: String, permissions: Permissions = .standard
  ) throws(CheckpointError) {
    let bytes = Array(bytes)
    try write(to: path, permissions: permissions) { (sink) throws(CheckpointError) in
      try bytes.withUnsafeBufferPointer { (bytes) throws(CheckpointError) in
        try sink(UnsafeRawBufferPointer(bytes))
      }
    }
  }

  /// As `rename`. A second name for the file is given only where there is none of that name.
  private static func move(_ temporary: String, to path: String, replaces: Bool) -> Int32 {
    guard !replaces else { return rename(temporary, path) }
    if link(temporary, path) == 0 { return unlink(temporary) }
    // File systems without hard links say so in these ways.
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else { return -1 }
    var status = stat()
    guard lstat(path, &status) != 0 else {
      errno = EEXIST
      return -1
    }
    return rename(temporary, path)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Puts the new name on the disk, where the file system can.
  ///
  /// By now the file is in its place, so there is nothing left to undo and no error to report.
  private static func synchronize(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    while fsync(descriptor) != 0, errno == EINTR {}
    close(descriptor)
  }
}
