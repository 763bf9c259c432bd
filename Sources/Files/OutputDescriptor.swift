import Glibc
import Paths

/// A file open for writing, closed at the end of its life.
struct OutputDescriptor: ~Copyable {
  /// The path that errors name, which need not be the one that was opened.
  let path: String
  private let descriptor: Int32

  /// Opens `file`, never handing the descriptor to a child process.
  ///
  /// - Parameters:
  ///   - path: The path to name in errors.
  ///   - mode: The permissions of a file that is created, before the process's umask.
  ///   - follows: Whether a symbolic link there is followed.
  init(
    opening file: String, for path: String, flags: Int32, mode: mode_t = 0, follows: Bool = false
  ) throws(FileError) {
    // A NUL byte would silently end the path early.
    guard !file.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
    let descriptor = open(file.cPath, flags | (follows ? 0 : O_NOFOLLOW) | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, code: errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Writes every byte, in one system call where the system takes them all at once.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      switch count {
      case 1...: rest = rest.dropFirst(count)
      case 0: throw failure(EIO)
      default: if errno != EINTR { throw failure(errno) }
      }
    }
  }

  func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
      try write(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Waits until the disk has the file's content.
  func synchronize() throws(FileError) {
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw failure(errno) }
    }
  }

  /// Takes the file for this process, without waiting, until it is closed; returns `errno`, or 0.
  @discardableResult
  func lock() -> Int32 {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
  }

  /// Cuts the file down to its first `size` bytes.
  func truncate(to size: Int) throws(FileError) {
    while ftruncate(descriptor, size) != 0 {
      if errno != EINTR { throw failure(errno) }
    }
  }

  /// The last byte of the file, or nil where it is empty or not a regular file.
  func lastByte() -> UInt8? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size > 0
    else { return nil }
    var byte: UInt8 = 0
    return pread(descriptor, &byte, 1, status.st_size - 1) == 1 ? byte : nil
  }

  /// The last bytes of the file, at most `limit`.
  func contents(last limit: Int) throws(FileError) -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, code: errno) }
    let size = min(Int(status.st_size), limit)
    let start = Int(status.st_size) - size
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
      let got = bytes[count...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(start + count))
      }
      if got == 0 { break }
      if got > 0 {
        count += got
      } else if errno != EINTR {
        throw .cannotOpen(path: path, code: errno)
      }
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  /// Whether it is a regular file that belongs to who runs this process.
  var isOwnRegularFile: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && status.st_uid == geteuid()
  }

  /// Takes from everybody but the owner what permissions they have.
  func hideFromOthers() {
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0 { fchmod(descriptor, 0o600) }
  }

  /// Whether `path` still names the file that is open, and not a newer one in its place.
  func isStill(at path: String) -> Bool {
    var opened = stat()
    var named = stat()
    return fstat(descriptor, &opened) == 0 && lstat(path.cPath, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  private func failure(_ code: Int32) -> FileError {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path, code: code)
    default: .writeFailed(path: path, code: code)
    }
  }
}
