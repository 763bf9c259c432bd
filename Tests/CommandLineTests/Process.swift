import Foundation
import Testing

/// The built executable, run in a folder of its own.
///
/// Messages then name files as a person would give them, and what is left in the folder is what the
/// command wrote.
final class CommandLineSession {
  let folder: URL

  /// SwiftPM puts products beside the test bundle.
  static let executable = URL(filePath: CommandLine.arguments[0])
    .deletingLastPathComponent().appending(path: "charlstm")

  init() throws {
    folder = URL(filePath: NSTemporaryDirectory())
      .appending(path: "charlstm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      // Names that are no UTF-8 are beyond Foundation.
      _ = try? Process.run(URL(filePath: "/bin/rm"), arguments: ["-rf", folder.path])
    }
  }

  /// The names in the folder, or in one in it.
  func names(in path: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path).sorted()
  }

  func bytes(of name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: name))
  }

  func text(of name: String) throws -> String {
    try #require(String(validating: bytes(of: name), as: UTF8.self))
  }

  func put(_ text: String, at name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Copies a fixture into the folder, under its own name.
  func putFixture(_ name: String) throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    try FileManager.default.copyItem(
      at: fixtures.appending(path: "Fixtures/\(name)"), to: folder.appending(path: name))
  }

  /// What a command said and how it ended.
  struct Outcome: Equatable {
    /// 128 and the signal's number for one that a signal ended, as in a shell.
    var code: Int32
    var output: String
    var error: String
  }

  /// Runs `charlstm` with arguments, given as a line where none of them has a space.
  func callAsFunction(
    _ line: String = "", _ more: String..., input: String = "", cpu: String? = nil,
    seconds: Double = 60
  ) throws -> Outcome {
    try start(line.split(separator: " ").map(String.init) + more, input: input, cpu: cpu)
      .finish(within: seconds)
  }

  /// Starts `charlstm`, or another program.
  ///
  /// - Parameter cpu: the set of instructions to work with; by default that of the tests.
  func start(
    _ arguments: [String], program: URL = CommandLineSession.executable, input: String = "",
    cpu: String? = nil
  ) throws -> RunningCommand {
    try RunningCommand(program, arguments, in: folder, input: input, cpu: cpu)
  }
}

/// A process whose output is gathered as it comes.
final class RunningCommand {
  private let process = Process()
  private let output = Gatherer()
  private let error = Gatherer()

  init(
    _ program: URL, _ arguments: [String], in folder: URL, input: String, cpu: String? = nil
  ) throws {
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": "/usr/bin:/bin", "LANG": "C", "COLUMNS": "80", "TMPDIR": NSTemporaryDirectory(),
      "CHARLSTM": CommandLineSession.executable.path,
      // Threads that spin while they wait would take the time of the tests beside this one.
      "OMP_WAIT_POLICY": "passive",
    ].merging(
      // What builds with sanitizers leave out, for which see .ci/sanitize.
      ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
    ) { $1 }
    process.environment?["CHARLSTM_CPU"] =
      cpu ?? ProcessInfo.processInfo.environment["CHARLSTM_CPU"]
    let standardInput = Pipe()
    process.standardInput = standardInput
    process.standardOutput = output.pipe
    process.standardError = error.pipe
    try withSignalsUnblocked { try process.run() }
    output.begin()
    error.begin()
    // Inputs are smaller than a pipe holds, so that this does not wait for a reader.
    precondition(input.utf8.count < 60_000)
    // A process that has ended without reading leaves a pipe that cannot be written to.
    signal(SIGPIPE, SIG_IGN)
    try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
  }

  /// What has come on standard error so far.
  var errorSoFar: String { error.text }

  func interrupt() { process.interrupt() }

  /// Waits for a condition, and fails where it does not come.
  ///
  /// - Parameter seconds: enough where nothing else runs; beside all other tests four times as long may pass.
  func wait(within seconds: Double, until condition: () -> Bool) throws {
    let deadline = Date.now.addingTimeInterval(4 * seconds)
    while !condition() {
      try #require(Date.now < deadline, "nothing came in \(seconds) seconds")
      usleep(5000)
    }
  }

  /// Waits for the end; a process that takes longer is killed, and the test fails.
  func finish(within seconds: Double) throws -> CommandLineSession.Outcome {
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    try wait(within: seconds) { !process.isRunning }
    let code = process.terminationStatus
    return CommandLineSession.Outcome(
      code: process.terminationReason == .uncaughtSignal ? 128 + code : code,
      output: output.finish(), error: error.finish())
  }
}

/// A child inherits the mask of the thread that starts it, and threads of a pool block signals.
private func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
  var none = sigset_t()
  var before = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  try body()
}

/// Reads a pipe to its end on a thread of its own, so that the writer never waits.
private final class Gatherer: @unchecked Sendable {
  let pipe = Pipe()
  private let lock = NSLock()
  private let end = DispatchSemaphore(value: 0)
  private var data = Data()

  func begin() {
    // The end comes when nobody can write any more, this process included.
    try? pipe.fileHandleForWriting.close()
    Thread.detachNewThread { [self] in
      // Whatever has come: `FileHandle.read(upToCount:)` would wait for so many bytes.
      let descriptor = pipe.fileHandleForReading.fileDescriptor
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        lock.withLock { data += buffer.prefix(count) }
      }
      end.signal()
    }
  }

  var text: String { lock.withLock { String(decoding: data, as: UTF8.self) } }

  func finish() -> String {
    end.wait()
    // A process that has ended is not always freed, nor are its pipes; and with more than a thousand open
    // files Foundation reads past the list of them when it starts the next one.
    try? pipe.fileHandleForReading.close()
    return text
  }
}
