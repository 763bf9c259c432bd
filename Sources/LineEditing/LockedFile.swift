import Glibc

/// A private file of one's own, opened and held for oneself until the value ends.
struct LockedFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Opens and locks the file at `path`; nil where there is none and it is not to be created.
  ///
  /// A symbolic link is not followed. The file's mode is 0600 from its first moment; a wider one of
  /// an existing file is narrowed.
  init?(path: String, creating: Bool) throws(HistoryError) {
    self.path = path
    // Each round either waits 10 ms for the lock or meets a file that was replaced meanwhile.
    for _ in 0..<100 {
      guard let descriptor = try Self.open(path, creating: creating) else { return nil }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        if Self.isStill(descriptor, at: path) {
          self.descriptor = descriptor
          return
        }
        close(descriptor)
        continue
      }
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK || code == EINTR else {
        throw .system(operation: "lock", path: path, code: code)
      }
      usleep(10_000)
    }
    throw .busy(path: path)
  }

  /// Closing the descriptor gives the lock back.
  deinit {
    close(descriptor)
  }

  private static func open(_ path: String, creating: Bool) throws(HistoryError) -> Int32? {
    // O_NONBLOCK: a named pipe at this place must not hold the session up.
    let flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (creating ? O_CREAT : 0)
    let descriptor = Glibc.open(path, flags, 0o600)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT where !creating, ENOTDIR where !creating: return nil
      case ELOOP, EISDIR, ENXIO: throw .notOwnRegularFile(path: path)
      case let code: throw .system(operation: "open", path: path, code: code)
      }
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_uid == geteuid()
    else {
      close(descriptor)
      throw .notOwnRegularFile(path: path)
    }
    if status.st_mode & 0o077 != 0 { fchmod(descriptor, 0o600) }
    return descriptor
  }

  /// Whether `path` still names the opened file, and not a newer one in its place.
  private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
    var opened = stat()
    var named = stat()
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  func contents() throws(HistoryError) -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(to: "read") }
    // A file that something else has blown up is read from its end only.
    let size = min(Int(status.st_size), 2 * HistoryFile.largestSize)
    let start = Int(status.st_size) - size
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
      let got = bytes[count...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(start + count))
      }
      if got == 0 { break }
      if got > 0 { count += got } else if errno != EINTR { throw failure(to: "read") }
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  func append(_ bytes: [UInt8]) throws(HistoryError) {
    try Self.write(bytes, to: descriptor, path: path)
  }

  /// Puts a file with `bytes` in this one's place, whole or not at all.
  ///
  /// Whoever waits for the lock notices that the file is another, and opens that. Nothing more may be
  /// done with this value.
  func replace(with bytes: [UInt8]) throws(HistoryError) {
    var name = Array("\(path).XXXXXX".utf8CString)
    let temporary = mkstemp(&name)
    guard temporary >= 0 else { throw failure(to: "shorten") }
    defer { close(temporary) }
    do throws(HistoryError) {
      try Self.write(bytes, to: temporary, path: path)
      guard fsync(temporary) == 0, rename(name, path) == 0 else { throw failure(to: "shorten") }
    } catch {
      unlink(name)
      throw error
    }
  }

  private static func write(
    _ bytes: [UInt8], to descriptor: Int32, path: String
  ) throws(HistoryError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw .system(operation: "write", path: path, code: errno)
      }
    }
  }

  private func failure(to operation: String) -> HistoryError {
    .system(operation: operation, path: path, code: errno)
  }
}
