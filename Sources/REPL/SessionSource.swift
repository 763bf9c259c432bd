import Checkpoints
import Glibc
import Paths
import Recurrent
import Synchronization

/// The model that a session is of, for its file.
final class SessionSource: Sendable {
  let trained: TrainedModel
  let path: String
  private let known = Mutex<ModelIdentity?>(nil)

  init(_ trained: TrainedModel, path: String) {
    self.trained = trained
    self.path = path
  }

  /// O(parameters) the first time.
  var identity: ModelIdentity {
    known.withLock { known in
      if let known { return known }
      let identity = ModelIdentity(trained)
      known = identity
      return identity
    }
  }

  /// From the root on, so that it is found from any folder; as it was named where the file has gone.
  var fullPath: String { REPL.fullPath(path) }
}

/// A path from the root on; as it is where nothing is there.
func fullPath(_ path: String) -> String {
  guard let real = realpath(path.cPath, nil) else { return path }
  defer { free(real) }
  return String(cPath: real)
}
