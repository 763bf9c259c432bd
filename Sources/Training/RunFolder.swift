import Checkpoints
import Files
import Foundation
import Paths

/// The folder of a training run: `best.safetensors`, `last.safetensors`, `resume.safetensors` and
/// `metrics.jsonl`; at the end `report.html` and `metrics.csv`. Each file appears whole or not at all;
/// metrics grow by whole lines.
///
/// One process writes to it at a time, held to that by a lock.
public struct RunFolder: Sendable {
  public let path: String
  private let lock: FolderLock
  private let metrics: AppendFile
  /// What the metrics say that the run is the work of.
  package var invocation: Invocation?

  /// Opens the folder and takes its lock, and clears away what a killed process left half-written.
  ///
  /// - Parameter isNew: whether the folder is made where there is none, and metrics of an earlier
  ///   run there are put aside; otherwise there must be a run to go on with.
  /// - Throws: `FileError` if the folder cannot be made or written to, has no run to go on
  ///   with, or is in use by another process.
  public init(path: String, isNew: Bool) throws(FileError) {
    self.path = path
    if isNew {
      if mkdir(path.cPath, 0o777) != 0 && errno != EEXIST {
        throw .cannotCreate(path: path, code: errno)
      }
    } else {
      let resumePath = Self.resumePath(in: path)
      guard access(resumePath.cPath, F_OK) == 0 else {
        throw .cannotOpen(path: resumePath, code: errno)
      }
    }
    lock = try FolderLock(folder: path)
    AtomicFile.removeLeftovers(in: path)
    if isNew {
      try AtomicFile.write([], to: Self.metricsPath(in: path))
      // An earlier run is not to be continued; its best model stays until there is a better one.
      unlink(Self.resumePath(in: path).cPath)
      for number in 1...TrainingOptions.mostTeachers {
        let path = Self.teacherPath(number, in: path)
        unlink(Self.resumePath(in: path).cPath)
        unlink(Self.writtenPath(in: path).cPath)
        unlink(Self.metricsPath(in: path).cPath)
      }
    }
    // They tell of a run that is over.
    for file in [Self.reportPath(in: path), Self.tablePath(in: path)] { unlink(file.cPath) }
    metrics = try AppendFile(path: Self.metricsPath(in: path))
  }

  /// Whether a folder has what it took a run to make.
  public static func holdsRun(at path: String) -> Bool {
    ["best", "resume"].contains { name in
      var status = stat()
      return lstat("\(path)/\(name).safetensors".cPath, &status) == 0
        && status.st_mode & S_IFMT == S_IFREG
    }
  }

  /// The first file in a folder that a new run there would replace or remove, if there is one: of a
  /// run, or of a person's that happens to have such a name.
  ///
  /// Metrics without a model do not count where a run has made them, and then nothing else.
  public static func fileInTheWay(at path: String) -> String? {
    let folders = [path] + (1...TrainingOptions.mostTeachers).map { teacherPath($0, in: path) }
    return folders.lazy.flatMap { folder in
      [
        "best.safetensors", "resume.safetensors", "last.safetensors", "written.txt", "report.html",
        "metrics.csv",
      ].map { "\(folder)/\($0)" }
    }.first { file in
      var status = stat()
      return lstat(file.cPath, &status) == 0
    } ?? (hasForeignMetrics(path) ? "\(path)/metrics.jsonl" : nil)
  }

  /// Whether the metrics are none that a run has written, which was stopped before its first save.
  private static func hasForeignMetrics(_ path: String) -> Bool {
    struct Line: Decodable { var step: Int }
    guard let text = Self.metrics(in: path) else {
      var status = stat()
      return lstat("\(path)/metrics.jsonl".cPath, &status) == 0
    }
    guard let first = text.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first else {
      return false
    }
    return (try? JSONDecoder().decode(Line.self, from: first)) == nil
  }

  /// Nil where there are none that can be read.
  private static func metrics(in path: String) -> Data? {
    (try? MappedFile.contents(of: "\(path)/metrics.jsonl")).map { Data($0) }
  }

  public var bestPath: String { "\(path)/best.safetensors" }
  public var lastPath: String { "\(path)/last.safetensors" }
  public var resumePath: String { Self.resumePath(in: path) }
  /// Written by the command, at the end.
  package var reportPath: String { Self.reportPath(in: path) }
  package var tablePath: String { Self.tablePath(in: path) }
  private static func metricsPath(in path: String) -> String { "\(path)/metrics.jsonl" }
  private static func reportPath(in path: String) -> String { "\(path)/report.html" }
  private static func tablePath(in path: String) -> String { "\(path)/metrics.csv" }

  /// What a teacher wrote.
  var writtenPath: String { Self.writtenPath(in: path) }
  private static func writtenPath(in path: String) -> String { "\(path)/written.txt" }
  private static func resumePath(in path: String) -> String { "\(path)/resume.safetensors" }

  private static func teacherPath(_ number: Int, in path: String) -> String {
    "\(path)/teacher-\(number)"
  }

  /// The folder of a teacher's run, and whether there is something in it to go on with.
  package func teacher(_ number: Int) throws(FileError) -> (folder: RunFolder, hasRun: Bool) {
    let path = Self.teacherPath(number, in: path)
    let hasRun = access(Self.resumePath(in: path).cPath, F_OK) == 0
    return (try RunFolder(path: path, isNew: !hasRun), hasRun)
  }

  func save(best model: TrainedModel, halfSize: Bool) throws(CheckpointError) {
    try model.write(to: bestPath, halfSize: halfSize)
  }

  func save(last model: TrainedModel, halfSize: Bool) throws(CheckpointError) {
    try model.write(to: lastPath, halfSize: halfSize)
  }

  func save(_ point: ResumePoint) throws(CheckpointError) {
    try point.write(to: resumePath)
  }

  /// Forgets the metrics of steps after `step`, which a resumed run takes again.
  func dropMetrics(after step: Int) throws(FileError) {
    struct Line: Decodable { var step: Int }
    guard let text = Self.metrics(in: path) else { return }
    let kept = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .prefix { line in
        (try? JSONDecoder().decode(Line.self, from: line)).map { $0.step <= step } ?? false
      }
    let size = kept.reduce(0) { $0 + $1.count + 1 }
    if size < text.count { try metrics.truncate(to: size) }
  }

  /// Writes a line of metrics, an object of JSON with its step.
  package func append(_ line: some Encodable) throws(FileError) {
    try metrics.append(json(line))
  }

  func append<Task>(_ event: TrainingLoop<Task>.Event) throws(FileError) {
    switch event {
    case .step(let report): try append(StepLine(report))
    case .validation(let report): try append(ValidationLine(report))
    case .began, .saved: break
    }
  }
}
