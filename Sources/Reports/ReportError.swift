import Files
import Glibc
import Paths

/// Why there is nothing to report of a run.
package enum ReportError: Error, Equatable, Sendable {
  case noFolder(path: String)
  /// The path is a file.
  case notAFolder(path: String)
  /// The folder has no metrics: it is not that of a run.
  case noMetrics(folder: String)
  /// A run that has only begun, or was stopped before its first line.
  case empty(path: String)
  /// No line can be read; `line` is the first that cannot, from 1.
  case unreadable(path: String, line: Int)
  case file(FileError)

  /// No file, or one without lines.
  var saysThatNothingIsThere: Bool {
    switch self {
    case .empty: true
    case .file(.cannotOpen(_, code: ENOENT)): true
    default: false
    }
  }
}

extension ReportError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noFolder(let path): "there is no run folder \(path: path); check the path"
    case .notAFolder(let path):
      "\(path: path) is a file; give the run folder, which has best.safetensors and metrics.jsonl"
    case .noMetrics(let folder):
      "\(path: folder) is not a run folder: it has no metrics.jsonl; give the folder that a "
        + "training run made"
    case .empty(let path):
      "\(path: path) has no lines yet: the run has only begun; try again when it has taken some steps"
    case .unreadable(let path, let line):
      "\(path: path), line \(line): not an object of JSON, and no other line is one; give the "
        + "folder of a training run"
    case .file(let error): error.description
    }
  }
}
