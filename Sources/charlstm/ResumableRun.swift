import ArgumentParser
import Checkpoints
import Files
import Foundation
import Paths
import Text
import Training

/// A run in a folder, and the command that goes on with it.
struct ResumableRun {
  let folder: RunFolder
  let command: String

  static func goingOn(after step: Int) -> String { "Going on after step \(step.formatted()).\n" }

  static let stoppedEarly = "No better for a while: stopped early.\n"

  /// Says of a run that was at its end before how it is trained on.
  func sayHowToExtend(_ progress: TrainingProgress, _ options: OptimizationOptions) {
    var more = progress.epoch == options.epochs ? ["--extend 10"] : []
    // Where both had an end, both are to be moved.
    if let most = options.maxSteps { more.append("--max-steps \(max(most, 2 * progress.step))") }
    standardError(
      """
      The run had come to its end before, at step \(progress.step). To train on:
        \(command) \(more.joined(separator: " "))

      """)
  }

  /// Says how to go on, and ends the process as a signal does.
  func stop(at step: Int) throws -> Never {
    standardError(
      """
      Stopped at step \(step) and saved. To go on:
        \(command)

      """)
    throw ExitCode(128 + (Interruption.signal ?? SIGINT))
  }

  /// Keeps what was trained where the run folder cannot be written to any more.
  ///
  /// - Parameters:
  ///   - error: what ended the run.
  ///   - step: where it stands.
  ///   - write: writes the state to a path.
  func rescue(after error: any Error, step: Int, write: (String) throws -> Void) {
    guard error is CheckpointError || error is FileError, step > 0 else { return }
    let place = getenv("TMPDIR").map { String(cPath: $0) } ?? "/var/tmp"
    // It is a place that others can read, and the process is about to end.
    umask(0o077)
    let path = "\(place)/charlstm-\(UUID().uuidString).safetensors"
    guard (try? write(path)) != nil else { return }
    standardError(
      """
      The run folder cannot be written to. The state at step \(step) is kept; to go on from it:
        mkdir -p \(shellQuoted(path: folder.path)) && mv \(shellQuoted(path: path)) \
      \(shellQuoted(path: folder.resumePath))
        \(command)

      """)
  }
}
