import Glibc
import Paths

/// A regular file mapped into memory, read-only, for as long as this object lives.
///
/// A file that another process truncates while it is mapped kills this one (SIGBUS), as with every
/// mapped file. `AtomicFile` never changes one in place: it puts a new file in the old one's stead, and
/// the mapping keeps the old.
package final class MappedFile: Sendable {
  // Immutable, and the memory behind it is never written.
  package nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  /// - Throws: `FileError.cannotOpen`, `.notAFile`.
  package init(path: String) throws(FileError) {
    // A NUL byte would silently end the path early.
    guard !path.utf8.contains(0) else { throw .cannotOpen(path: path, code: EINVAL) }
    // Without O_NONBLOCK opening a pipe waits for its writer.
    let descriptor = open(path.cPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    let size = Int(status.st_size)
    guard size > 0 else {
      // An empty file cannot be mapped.
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw .cannotOpen(path: path, code: errno) }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  /// The bytes of a regular file.
  ///
  /// - Throws: `FileError.cannotOpen`, `.notAFile`.
  package static func contents(of path: String) throws(FileError) -> [UInt8] {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { Array(file.bytes) }
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}
