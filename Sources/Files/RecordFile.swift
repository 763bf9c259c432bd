import Glibc
import Paths

/// A new file that grows by whole records of bytes, each by one system call where the system takes it
/// at once. Readers may look at it while it grows.
package final class RecordFile: Sendable {
  private let file: OutputDescriptor

  /// Creates the file.
  ///
  /// - Throws: `FileError.cannotCreate`, where there is a file of that name already too.
  package init(creating path: String) throws(FileError) {
    file = try OutputDescriptor(
      opening: path, for: path, flags: O_WRONLY | O_APPEND | O_CREAT | O_EXCL, mode: 0o666)
  }

  /// - Throws: `FileError.diskFull` or `.writeFailed`; then a part of the record may be there.
  package func append(_ record: [UInt8]) throws(FileError) {
    try file.write(record)
  }
}

/// Makes a folder and those above it that there are not.
///
/// - Throws: `FileError.cannotCreate` for the first that cannot be made.
package func makeFolders(_ path: String) throws(FileError) {
  guard !path.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
  let bytes = path.utf8
  let ends = bytes.indices.dropFirst().filter { bytes[$0] == UInt8(ascii: "/") } + [bytes.endIndex]
  for end in ends {
    let folder = String(path[..<end])
    guard mkdir(folder.cPath, 0o777) != 0 else { continue }
    let code = errno
    var status = stat()
    let isThere = stat(folder.cPath, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    guard isThere else { throw .cannotCreate(path: folder, code: code) }
  }
}
