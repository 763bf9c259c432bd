import Glibc
import Paths

/// What can go wrong between a file and the disk.
///
/// Every description is one line: the file, what is wrong with it, and what to do. A path is printed
/// with control characters spelt out, because it may come from anywhere.
public enum FileError: Error, Equatable, Sendable {
  /// The file cannot be opened, measured, locked, read or mapped; `code` is the `errno`.
  case cannotOpen(path: String, code: Int32)
  /// The path is a folder, a pipe or a device.
  case notAFile(path: String)
  /// A link, not a regular file, or a file of another user, where only a private file will do.
  case notOwnFile(path: String)
  /// The file, or the temporary file beside it, cannot be created; `code` is the `errno`.
  case cannotCreate(path: String, code: Int32)
  /// There is a file already, which is kept; `remedy` says how it could be replaced.
  case exists(path: String, remedy: String)
  /// No space is left on the disk, in the quota or under the file size limit.
  case diskFull(path: String, code: Int32)
  /// Writing failed for another reason; `code` is the `errno`.
  case writeFailed(path: String, code: Int32)
  /// Another process has locked this folder or file.
  case inUse(path: String)
  /// The finished temporary file could not take the target's place; `code` is the `errno`.
  case renameFailed(path: String, code: Int32)
}

extension FileError: CustomStringConvertible {
  /// What, where and what to do, on one line.
  public var description: String {
    switch self {
    case .cannotOpen(let path, let code):
      "cannot open \(path: path): \(message(code)); check the path and its permissions"
    case .notAFile(let path):
      "cannot read \(path: path): it is a folder, a pipe or a device; give a regular file"
    case .notOwnFile(let path):
      "\(path: path) is a link, not a plain file, or not yours; move it away"
    case .cannotCreate(let path, ELOOP):
      "cannot create \(path: path): it is a symbolic link, which is not written through; "
        + "give the path of the file itself"
    case .cannotCreate(let path, let code):
      "cannot create \(path: path): \(message(code)); check that its folder exists and can be "
        + "written to"
    case .exists(let path, let remedy):
      "there is a file \(path: path) already, which was kept; give another name, or replace it "
        + "with \(remedy)"
    case .diskFull(let path, let code):
      "cannot write \(path: path): \(message(code)); make room and try again"
    case .writeFailed(let path, let code):
      "cannot write \(path: path): \(message(code)); try again or write to another disk"
    case .inUse(let path):
      "another process is writing to \(path: path); wait until it ends, or give another folder"
    case .renameFailed(let path, let code):
      "cannot put the finished file at \(path: path): \(message(code)); "
        + "remove what is there or choose another path"
    }
  }
}

private func message(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
