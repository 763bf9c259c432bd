import Foundation
import Testing

/// A folder with a text in it, where the built command runs as a shell would run it.
final class Shell {
  let folder: String
  private let environment: [String: String]

  /// The built executable: SwiftPM puts products beside the test bundle.
  static let command = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "charlstm").path

  init() throws {
    folder = NSTemporaryDirectory() + "/robustness-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/temporary", withIntermediateDirectories: true)
    let command = Self.command
    environment = [
      "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "TMPDIR": "\(folder)/temporary", "charlstm": command,
      // Some hundred steps of a tiny network.
      "train": """
      \(command) train text --output run --quiet --sample-every 0 --threads 2 --layers 1 \
      --hidden-size 24 --embedding-size 8 --batch-size 4 --sequence-length 16 --epochs 3 \
      --validate-every 40
      """,
    ]
    let text = (0..<700).map { "\($0 * $0) and \($0 * 7) are numbers.\n" }.joined()
    try put(Data(text.utf8.prefix(10_000)), at: "text")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  struct Outcome {
    /// As a shell has it: 128 and the number of a signal.
    var code: Int32
    var output: Data
    var error: String
  }

  /// Runs a line of `bash`. Fails if that takes a minute.
  func callAsFunction(_ line: String) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    // Files, so that nothing waits for whoever reads a pipe.
    let files = try ["output", "error"].map { name in
      let path = "\(folder)/temporary/\(UUID().uuidString).\(name)"
      try Data().write(to: URL(filePath: path))
      return try FileHandle(forUpdating: URL(filePath: path))
    }
    process.standardOutput = files[0]
    process.standardError = files[1]
    try process.run()
    let deadline = Date.now.addingTimeInterval(180)
    while process.isRunning, Date.now < deadline { usleep(2000) }
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      Issue.record("still running after three minutes: \(line)")
      process.waitUntilExit()
    }
    let content = try files.map { file in
      try file.seek(toOffset: 0)
      defer { try? file.close() }
      return try file.readToEnd() ?? Data()
    }
    let status = process.terminationStatus
    return Outcome(
      code: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: content[0], error: String(decoding: content[1], as: UTF8.self))
  }

  func bytes(of name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
  }

  func put(_ data: Data, at name: String) throws {
    try data.write(to: URL(filePath: "\(folder)/\(name)"))
  }

  func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted()
  }

  /// Whether this process may mount file systems, as in a container with root.
  static let canMount: Bool = {
    let folder = NSTemporaryDirectory() + "/mount-\(UUID().uuidString)"
    let line = "mkdir \(folder) && mount -t tmpfs none \(folder) && umount \(folder)"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", line]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
    return process.terminationStatus == 0
  }()
}
