import Glibc

/// A file that grows by whole lines, such as `metrics.jsonl`.
///
/// Each line is one system call on a descriptor that always writes at the end, so lines of several
/// threads or processes do not mix.
package final class AppendFile: Sendable {
  private let file: OutputDescriptor

  /// Opens the file at `path` for appending, creating it where there is none.
  ///
  /// A symbolic link there is refused. A last line that was cut off by a crash is ended, so that the
  /// next one stands alone.
  ///
  /// - Throws: `FileError.cannotCreate`, or what writing throws.
  package init(path: String) throws(FileError) {
    file = try OutputDescriptor(
      opening: path, for: path, flags: O_RDWR | O_APPEND | O_CREAT, mode: 0o666)
    if let last = file.lastByte(), last != UInt8(ascii: "\n") {
      try append("")
    }
  }

  /// Appends `line` and a line feed.
  ///
  /// A line feed inside `line` makes it several lines.
  ///
  /// - Throws: `FileError.diskFull` or `.writeFailed`; then a part of the line may be there.
  package func append(_ line: String) throws(FileError) {
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    try file.write(bytes)
  }

  /// Cuts the file down to its first `size` bytes.
  ///
  /// - Throws: `FileError.writeFailed` or `.diskFull`.
  package func truncate(to size: Int) throws(FileError) {
    try file.truncate(to: size)
  }
}
