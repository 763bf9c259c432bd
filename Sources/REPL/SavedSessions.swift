import Files
import Glibc
import Paths

/// The folder of sessions that are kept without being asked for: a file for each run of the REPL, so
/// that none touches another's.
package struct SavedSessions: Sendable {
  /// How many are kept of a model, the newest.
  static let most = 10

  package let folder: String

  package init(folder: String) {
    self.folder = folder
  }

  /// `sessions` in the folder of the program's state; nil where there is no such folder.
  package static func standard(environment: [String: String]) -> SavedSessions? {
    BaseFolders.state(environment: environment).map { SavedSessions(folder: $0 + "/sessions") }
  }

  /// A name that no other run takes: of the model, the moment and the process.
  func newPath(of model: ModelIdentity) -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return "\(folder)/\(Self.key(of: model))-\(now.tv_sec).\(now.tv_nsec)-\(getpid()).safetensors"
  }

  /// The session that was last kept; nil where there is none.
  func newest(of model: ModelIdentity?) -> String? {
    paths(of: model).last
  }

  /// Removes what is older than the newest, and what killed processes have left.
  func tidy(for model: ModelIdentity) {
    for path in paths(of: model).dropLast(Self.most) { unlink(path.cPath) }
    AtomicFile.removeLeftovers(in: folder)
  }

  /// Whoever has the same weights has the same key.
  private static func key(of model: ModelIdentity) -> String {
    let digits = String(model.weights, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The oldest first.
  private func paths(of model: ModelIdentity?) -> [String] {
    let names = ((try? folderNames(in: folder)) ?? []).filter { name in
      name.hasSuffix(".safetensors") && !name.hasPrefix(".")
        && (model.map { name.hasPrefix(Self.key(of: $0) + "-") } ?? true)
    }
    let files = names.compactMap { name -> (path: String, time: timespec)? in
      let path = folder + "/" + name
      var status = stat()
      guard lstat(path.cPath, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return (path, status.st_mtim)
    }
    return files.sorted {
      ($0.time.tv_sec, $0.time.tv_nsec, $0.path) < ($1.time.tv_sec, $1.time.tv_nsec, $1.path)
    }.map(\.path)
  }
}
