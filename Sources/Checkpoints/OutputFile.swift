import Glibc

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
  /// - Throws: `CheckpointError.exists`, or `.renameFailed` where there is a folder.
  package init(path: String, replaces: Bool, remedy: String) throws(CheckpointError) {
    // A NUL byte would silently end the path early.
    guard !path.utf8.contains(0) else { throw .cannotCreate(path: path, code: EINVAL) }
    self.path = path
    self.replaces = replaces
    self.remedy = remedy
    isStream = Self.isStream(path)
    guard !isStream else { return }
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .renameFailed(path: path, code: EISDIR)
    }
    guard replaces else { throw .exists(path: path, remedy: remedy) }
  }

  /// What `/dev` and `/proc` name is never replaced: `/dev/stdout` may lead to a file of the shell's.
  private static func isStream(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return switch status.st_mode & S_IFMT {
    case S_IFCHR, S_IFIFO, S_IFSOCK, S_IFBLK: true
    case S_IFREG: path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
    default: false
    }
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `CheckpointError.exists` where a file has come since the first look; otherwise what
  ///   `AtomicFile.write` throws.
  package func write(
    permissions: AtomicFile.Permissions = .standard,
    _ content: (TensorContent.Sink) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    if isStream {
      let stream = try OutputDescriptor(opening: path, for: path, flags: O_WRONLY, follows: true)
      return try content { (bytes) throws(CheckpointError) in try stream.write(bytes) }
    }
    do throws(CheckpointError) {
      try AtomicFile.write(to: path, permissions: permissions, replaces: replaces, content)
    } catch .cannotCreate(path, EEXIST) {
      throw .exists(path: path, remedy: remedy)
    }
  }

  /// Writes `bytes`, whole or not at all.
  package func write(_ bytes: some Sequence<UInt8>) throws(CheckpointError) {
    let bytes = Array(bytes)
    try write { (sink) throws(CheckpointError) in
      try bytes.withUnsafeBufferPointer { (bytes) throws(CheckpointError) in
        try sink(UnsafeRawBufferPointer(bytes))
      }
    }
  }
}
