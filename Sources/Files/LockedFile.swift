import Glibc

/// A private file of one's own, open and locked until the value ends.
///
/// Unlike a folder's lock this one is waited for, and it is of the very file: `replace(with:)` puts
/// another file at the path, and whoever waits for the old one's lock notices and opens the new one.
package struct LockedFile: ~Copyable {
  private let file: OutputDescriptor

  /// Opens and locks the file at `path`; nil where there is none and it is not to be created.
  ///
  /// A symbolic link is not followed. The file's mode is 0600 from its first moment; a wider one of
  /// an existing file is narrowed.
  ///
  /// - Throws: `FileError.notOwnFile`; `.inUse` for a file that others keep locked for a second;
  ///   `.cannotCreate`, `.cannotOpen`.
  package init?(path: String, creating: Bool) throws(FileError) {
    // Each round either waits 10 ms for the lock or meets a file that was replaced meanwhile.
    for _ in 0..<100 {
      guard let file = try Self.open(path, creating: creating) else { return nil }
      let code = file.lock()
      if code == 0, file.isStill(at: path) {
        self.file = file
        return
      }
      switch code {
      case 0: break
      case EWOULDBLOCK, EINTR: usleep(10_000)
      default: throw .cannotOpen(path: path, code: code)
      }
    }
    throw .inUse(path: path)
  }

  private static func open(
    _ path: String, creating: Bool
  ) throws(FileError) -> OutputDescriptor? {
    let file: OutputDescriptor
    do throws(FileError) {
      // O_NONBLOCK: a named pipe at this place must not hold the process up.
      file = try OutputDescriptor(
        opening: path, for: path,
        flags: O_RDWR | O_APPEND | O_NONBLOCK | (creating ? O_CREAT : 0), mode: 0o600)
    } catch {
      switch error {
      case .cannotCreate(_, ENOENT) where !creating, .cannotCreate(_, ENOTDIR) where !creating:
        return nil
      case .cannotCreate(_, ELOOP), .cannotCreate(_, EISDIR), .cannotCreate(_, ENXIO):
        throw .notOwnFile(path: path)
      default: throw error
      }
    }
    guard file.isOwnRegularFile else { throw .notOwnFile(path: path) }
    file.hideFromOthers()
    return file
  }

  /// The last bytes of the file, at most `limit`.
  ///
  /// - Throws: `FileError.cannotOpen`.
  package func contents(last limit: Int) throws(FileError) -> [UInt8] {
    try file.contents(last: limit)
  }

  /// Writes `bytes` at the end.
  ///
  /// - Throws: `FileError.diskFull` or `.writeFailed`; then a part may be there.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    try file.write(bytes)
  }

  /// Puts a file with `bytes` in this one's place, whole or not at all.
  ///
  /// - Throws: as `AtomicFile` does.
  package consuming func replace(with bytes: [UInt8]) throws(FileError) {
    try AtomicFile.write(bytes, to: file.path, permissions: .ownerOnly)
  }
}
