import Glibc
import Paths

extension AtomicFile {
  /// Removes the temporary files that killed processes left in `folder`.
  ///
  /// One that is still being written is locked by its writer and stays.
  package static func removeLeftovers(in folder: String) {
    let names = (try? folderNames(in: folder)) ?? []
    for name in names where name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix) {
      let path = "\(folder)/\(name)".cPath
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }
}
