import Checkpoints
import Files
import Foundation
import Synchronization

/// Where written texts go: standard output, one file, or a file each in a folder. Files appear whole
/// when all is written.
final class Destination: Sendable {
  private enum Place: Sendable {
    case standardOutput
    case file(String)
    case folder(String, digits: Int)
  }

  private let place: Place
  private let jsonLines: Bool
  private let separates: Bool
  private let output = Mutex((StandardOutput(), [UInt8]()))

  init(path: String?, folder: String?, jsonLines: Bool, total: Int) throws {
    self.jsonLines = jsonLines
    separates = total > 1
    if let path {
      place = .file(path)
    } else if let folder {
      if mkdir(folder, 0o777) != 0 && errno != EEXIST {
        throw FileError.cannotCreate(path: folder, code: errno)
      }
      place = .folder(folder, digits: "\(total - 1)".count)
    } else {
      place = .standardOutput
    }
  }

  /// A piece of the one text that is written.
  func write(bytes: [UInt8]) throws {
    try output.withLock { output in
      switch place {
      case .standardOutput: try output.0.write(bytes)
      case .file, .folder: output.1 += bytes
      }
    }
  }

  /// A whole text.
  func write(_ record: PassageRecord) throws {
    let text =
      jsonLines ? Array((json(record) + "\n").utf8) : Array((record.written.text + "\n").utf8)
    switch place {
    case .standardOutput, .file:
      // Texts that stand beneath each other are told apart by a line.
      let heading = separates && !jsonLines ? Array("==> \(record.written.index) <==\n".utf8) : []
      try write(bytes: heading + text)
    case .folder(let folder, let digits):
      let name = String(format: "%0\(digits)ld", record.written.index)
      try AtomicFile.write(text, to: "\(folder)/\(name).\(jsonLines ? "json" : "txt")")
    }
  }

  func finish() throws {
    try output.withLock { output in
      switch place {
      case .standardOutput: try output.0.flush()
      case .file(let path): try AtomicFile.write(output.1, to: path)
      case .folder(let folder, _):
        if !output.1.isEmpty { try AtomicFile.write(output.1, to: "\(folder)/0.txt") }
      }
    }
  }
}
