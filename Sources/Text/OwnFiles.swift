import Glibc

/// Which files are of this program's making: they are never text to be read.
package enum OwnFiles {
  /// The lock of a run folder, which is there from its first moment on.
  package static let lockName = ".lock"

  /// Whether a folder is that of a run.
  package static func isRunFolder(_ folder: [CChar]) -> Bool {
    access(Array(folder.dropLast()) + "/\(lockName)".utf8CString, F_OK) == 0
  }

  /// Whether a run has made a file, by its name.
  ///
  /// - Parameter isInRunFolder: whether the folder that it is in is that of a run.
  package static func isOwn(_ name: String, isInRunFolder: Bool) -> Bool {
    name.hasSuffix(".safetensors")
      || isInRunFolder
        && ["metrics.csv", "metrics.jsonl", "report.html", "written.txt"].contains(name)
  }

  /// Whether a file's first bytes are those of a model, a run's state or a session: the length of a
  /// header, in eight bytes, and the header, an object of JSON.
  static func isSafetensors(_ head: UnsafeRawBufferPointer) -> Bool {
    guard head.count > 8, head[8] == UInt8(ascii: "{") else { return false }
    let length = UInt64(littleEndian: head.loadUnaligned(as: UInt64.self))
    return length > 0 && length < 1 << 32
  }
}
