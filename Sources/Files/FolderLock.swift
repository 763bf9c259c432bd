import Glibc

/// A folder to oneself: while one process holds its lock, no other gets it.
///
/// The lock is the kernel's, on a file `.lock` in the folder, so it ends with the process however
/// that ends. The file stays behind, because removing it would let two processes each hold a lock
/// on a file of that name.
package final class FolderLock: Sendable {
  private let file: OutputDescriptor

  /// - Throws: `FileError.inUse` where another process has it, `.cannotCreate`.
  package init(folder: String) throws(FileError) {
    file = try OutputDescriptor(
      opening: "\(folder)/.lock", for: folder, flags: O_RDWR | O_CREAT, mode: 0o666)
    switch file.lock() {
    case 0: break
    case EWOULDBLOCK: throw .inUse(path: folder)
    // A file system without locks, as some over a network are: better to work unguarded.
    default: break
    }
  }
}
