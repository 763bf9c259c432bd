import Glibc

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
  ) throws(CheckpointError) {
    // A NUL byte would silently end the path early.
    guard !file.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
    let descriptor = open(file, flags | (follows ? 0 : O_NOFOLLOW) | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, code: errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Writes every byte, in one system call where the system takes them all at once.
  func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
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

  /// Waits until the disk has the file's content.
  func synchronize() throws(CheckpointError) {
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
  func truncate(to size: Int) throws(CheckpointError) {
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

  private func failure(_ code: Int32) -> CheckpointError {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path, code: code)
    default: .writeFailed(path: path, code: code)
    }
  }
}
