import Glibc
import Paths

/// A file that a person named for a result.
///
/// The one rule of every such file: what is there already is kept and named, unless the person said
/// that it may be replaced. It is looked for before the work, so that nobody waits for a result that
/// has no place, and the file then takes its place in a step that cannot replace one either.
///
/// Devices and pipes, such as `/dev/null` and what a shell gives for `>(gzip)`, are no results to be
/// lost: they are written to and stay what they are.
package struct OutputFile: Sendable {
  package let path: String
  private let replaces: Bool
  private let isStream: Bool
  /// How a person has a file replaced, as in "replace it with".
  private let remedy: String

  /// - Parameters:
  ///   - replaces: whether a file that is there goes.
  ///   - remedy: how a person says so, such as `--overwrite`.
  /// - Throws: `FileError.exists`, or `.renameFailed` where there is a folder.
  package init(path: String, replaces: Bool, remedy: String) throws(FileError) {
    // A NUL byte would silently end the path early.
    guard !path.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
    self.path = path
    self.replaces = replaces
    self.remedy = remedy
    isStream = Self.isStream(path)
    guard !isStream else { return }
    var status = stat()
    guard lstat(path.cPath, &status) == 0 else { return }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .renameFailed(path: path, code: EISDIR)
    }
    guard replaces else { throw .exists(path: path, remedy: remedy) }
  }

  /// What `/dev` and `/proc` name is never replaced: `/dev/stdout` may lead to a file of the shell's.
  private static func isStream(_ path: String) -> Bool {
    var status = stat()
    guard stat(path.cPath, &status) == 0 else { return false }
    return switch status.st_mode & S_IFMT {
    case S_IFCHR, S_IFIFO, S_IFSOCK, S_IFBLK: true
    case S_IFREG: path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
    default: false
    }
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Parameter content: calls what it is given with the file's bytes in order, and returns whether
  ///   they are all there; where they are not, no file appears.
  /// - Throws: `FileError.exists` where a file has come since the first look; otherwise as
  ///   `AtomicFile` does.
  package func write(
    permissions: AtomicFile.Permissions = .standard, _ content: (Sink) throws(FileError) -> Bool
  ) throws(FileError) {
    if isStream {
      let stream = try OutputDescriptor(opening: path, for: path, flags: O_WRONLY, follows: true)
      _ = try content { (bytes) throws(FileError) in try stream.write(bytes) }
      return
    }
    do throws(FileError) {
      var file = try AtomicFile(path: path, permissions: permissions, replaces: replaces)
      let isWhole = try content { (bytes) throws(FileError) in try file.write(bytes) }
      if isWhole { try file.finish() }
    } catch {
      guard error == .cannotCreate(path: path, code: EEXIST) else { throw error }
      throw .exists(path: path, remedy: remedy)
    }
  }

  package typealias Sink = (UnsafeRawBufferPointer) throws(FileError) -> Void

  /// Writes `bytes`, whole or not at all.
  package func write(_ bytes: some Sequence<UInt8>) throws(FileError) {
    let bytes = Array(bytes)
    try write { (sink) throws(FileError) in
      try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
        try sink(UnsafeRawBufferPointer(bytes))
      }
      return true
    }
  }
}
