import Glibc
import Paths

/// Collects bytes that cannot be mapped where they are (a pipe, standard input, very many small
/// files) in a temporary file that has no name any more, so that nothing is left behind however
/// the process ends.
struct Spool: ~Copyable {
  private let descriptor: CInt
  private let folder: String
  private(set) var count = 0

  /// - Parameter path: what to name in an error.
  init(for path: String) throws(CorpusError) {
    // Not /tmp: that is often held in memory, and a corpus need not fit there.
    folder = getenv("TMPDIR").map { String(cPath: $0) } ?? "/var/tmp"
    var template = "\(folder)/text.XXXXXX".cPath
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw .cannotSpool(path: path, folder: folder, reason: SystemError.last.reason)
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    close(descriptor)
  }

  /// Appends all that is left to read from `source`; the number of bytes is returned.
  mutating func append(from source: CInt, path: String) throws(CorpusError) -> Int {
    let start = count
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 8)
    defer { buffer.deallocate() }
    while true {
      let received = read(source, buffer.baseAddress, buffer.count)
      if received == 0 { return count - start }
      if received < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: path, reason: SystemError.last.reason)
      }
      try write(UnsafeRawBufferPointer(rebasing: buffer[..<received]), path: path)
    }
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer, path: String) throws(CorpusError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw .cannotSpool(path: path, folder: folder, reason: SystemError.last.reason)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      count += written
    }
  }

  /// The bytes so far; there must be some.
  func map(path: String) throws(CorpusError) -> Mapping {
    do {
      return try Mapping(descriptor: descriptor, count: count)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
  }
}
