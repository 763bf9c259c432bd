import Files
import Foundation
import Paths

/// A file of events in a folder of TensorBoard's. Each start of a run adds one, and the reader takes
/// those of a folder as one series, in the order of their names.
///
/// A record is, little-endian, the length in 8 bytes, their checksum, the event, its checksum
/// (TFRecord). What a crash cuts off is the last record of its file, which readers pass over.
final class EventFile {
  private let file: RecordFile
  private let now: () -> Double

  private static let prefix = "events.out.tfevents."

  /// Begins a file, in a folder that is made where there is none.
  ///
  /// - Parameters:
  ///   - step: the first that the run takes; what other files have from there on does not count.
  ///   - now: seconds since 1970.
  /// - Throws: `FileError`.
  init(
    in folder: String, from step: Int,
    now: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws(FileError) {
    self.now = now
    try makeFolders(folder)
    // Later by name than all that are there, whatever the clock says.
    let latest = try Self.names(in: folder).compactMap(Self.second).max()
    let second = max(Int(now()), latest.map { $0 + 1 } ?? 0)
    let name =
      Self.prefix + String(format: "%010ld", second) + ".\(hostName()).\(getpid()).0"
    file = try RecordFile(creating: "\(folder)/\(name)")
    try append(.version, step: 0)
    try append(.start, step: step)
  }

  /// Whether a folder has files of events.
  static func areIn(_ folder: String) -> Bool {
    ((try? names(in: folder)) ?? []).isEmpty == false
  }

  private static func names(in folder: String) throws(FileError) -> [String] {
    do throws(SystemError) {
      return try folderNames(in: folder).filter { $0.hasPrefix(prefix) }
    } catch {
      throw .cannotOpen(path: folder, code: error.code)
    }
  }

  /// The second that a name says.
  private static func second(_ name: String) -> Int? {
    Int(name.dropFirst(prefix.count).prefix { $0 != "." })
  }

  func append(_ content: Event.Content, step: Int) throws(FileError) {
    let event = Event(step: step, time: now(), content: content).message.bytes
    let length = littleEndian(UInt64(event.count))
    try file.append(
      length + littleEndian(maskedChecksum(length)) + event + littleEndian(maskedChecksum(event)))
  }
}

/// This machine's name; in the name of a file.
private func hostName() -> String {
  var bytes = [CChar](repeating: 0, count: 256)
  guard gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
  let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  let isPlain = !name.isEmpty && !name.contains(UInt8(ascii: "/"))
  return isPlain ? String(decoding: name, as: UTF8.self) : "localhost"
}
