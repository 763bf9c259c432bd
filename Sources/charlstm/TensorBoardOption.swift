import ArgumentParser
import Paths
import TensorBoard
import Text
import Training

/// Where events for TensorBoard go.
struct TensorBoardOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write events for TensorBoard into this folder, too.", valueName: "dir"))
  var tensorboard: String?

  /// - Throws: `Failure` where a new run would mix its events with another's.
  func checkIsFree() throws {
    guard let tensorboard, TrainingLog.isTaken(tensorboard) else { return }
    throw Failure(
      description: "there are events of another run in \(path: tensorboard) already; give another "
        + "folder, or with --overwrite TensorBoard shows this run in its place",
      code: .cannotCreate)
  }

  /// The log of a run that has kept its folder.
  func log(_ setup: RunSetup?, of optimization: OptimizationStep, isQuiet: Bool) -> TrainingLog? {
    guard let folder = tensorboard ?? setup?.tensorBoard else { return nil }
    if !isQuiet {
      standardError("To watch it: tensorboard --logdir \(shellQuoted(path: folder))\n")
    }
    return TrainingLog(folder: folder, of: optimization)
  }
}
