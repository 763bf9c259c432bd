import Checkpoints
import Files
import Foundation
import Paths
import Synchronization

/// Where written texts go: standard output, one file, or a file each in a folder. Files appear whole
/// when all is written.
final class Destination: Sendable {
  private enum Target: Sendable {
    case standardOutput
    case file(OutputFile)
    case folder([OutputFile])
  }

  private static let mostFiles = 1_000_000

  private let target: Target
  private let jsonLines: Bool
  private let separates: Bool
  private let output = Mutex((StandardOutput(), [UInt8]()))

  /// - Parameter total: how many texts there will be; `nil` where only time will tell, as on standard
  ///   output it may.
  /// - Throws: `FileError` where a file is in the way that `replacement` does not let go; `Failure` for
  ///   more files than a folder is good for.
  init(
    file: OutputFile?, folder: String?, jsonLines: Bool, total: Int?, replacement: ReplacementFlag
  ) throws {
    self.jsonLines = jsonLines
    separates = total.map { $0 > 1 } ?? true
    if let file {
      target = .file(file)
    } else if let folder, let total {
      guard total <= Self.mostFiles else {
        throw Failure.usage(
          "\(total) texts are too many for a file each; write them to standard output, or at most "
            + "\(Self.mostFiles) of them")
      }
      if mkdir(folder.cPath, 0o777) != 0 && errno != EEXIST {
        throw FileError.cannotCreate(path: folder, code: errno)
      }
      let digits = "\(total - 1)".count
      target = .folder(
        try (0..<total).map { index in
          let name = String(format: "%0\(digits)ld", index)
          return try replacement.file("\(folder)/\(name).\(jsonLines ? "json" : "txt")")
        })
    } else {
      target = .standardOutput
    }
  }

  /// Whether what is written is seen as it comes, so that nobody need be told how far it is.
  var isSeen: Bool {
    if case .standardOutput = target { isatty(STDOUT_FILENO) == 1 } else { false }
  }

  /// A piece of the one text that is written.
  func write(bytes: [UInt8]) throws {
    try output.withLock { output in
      switch target {
      case .standardOutput: try output.0.write(bytes)
      case .file, .folder: output.1 += bytes
      }
    }
  }

  /// A whole text.
  func write(_ record: PassageRecord) throws {
    let text =
      jsonLines ? Array((json(record) + "\n").utf8) : Array((record.written.text + "\n").utf8)
    switch target {
    case .standardOutput, .file:
      // Texts that stand beneath each other are told apart by a line.
      let heading = separates && !jsonLines ? Array("==> \(record.written.index) <==\n".utf8) : []
      try write(bytes: heading + text)
    case .folder(let files): try files[record.written.index].write(text)
    }
  }

  func finish() throws {
    try output.withLock { output in
      switch target {
      case .standardOutput: try output.0.flush()
      case .file(let file): try file.write(output.1)
      case .folder(let files):
        if !output.1.isEmpty { try files.first?.write(output.1) }
      }
    }
  }
}
