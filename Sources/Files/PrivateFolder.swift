import Glibc
import Paths

/// Makes the folder at an absolute path, and those above it, where there are none: with mode 0700.
///
/// - Throws: `FileError.cannotCreate`, which names `file`, the one that the folder is to be for.
package func makePrivateFolder(_ folder: String, for file: String) throws(FileError) {
  let slash = UInt8(ascii: "/")
  let folder = folder.utf8[...]
  var end = folder.startIndex
  while end < folder.endIndex {
    let next = folder.index(after: end)
    end = folder[next...].firstIndex(of: slash) ?? folder.endIndex
    guard mkdir(String(Substring(folder[..<end])).cPath, 0o700) != 0 else { continue }
    let code = errno
    // Existing parents answer EEXIST, and those that may not be written to EACCES or EROFS.
    if end == folder.endIndex, code != EEXIST {
      throw .cannotCreate(path: file, code: code)
    }
  }
}
