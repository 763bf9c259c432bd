import Checkpoints
import Generation
import Paths
import Recurrent
import TerminalText
import Text

/// A model in memory, ready to write.
///
/// The file it came from is closed: what becomes of it later does not matter.
package struct ResidentModel {
  let path: String
  let trained: TrainedModel
  /// The same, for the files of sessions.
  let source: SessionSource
  let device: Device
  private(set) var generator: Generator

  /// - Parameter path: that of the file which the model came from.
  package init(
    _ trained: TrainedModel, path: String, precision: PrecisionChoice, device: Device
  ) {
    self.path = path
    self.device = device
    self.trained = trained
    source = SessionSource(trained, path: path)
    generator = Generator(
      trained.model, vocabulary: trained.vocabulary,
      precision: precision.resolved(for: .writing, on: device), device: device)
  }

  /// - Throws: `CheckpointError`.
  package init(
    contentsOf path: String, precision: PrecisionChoice, device: Device
  ) throws(CheckpointError) {
    self.init(
      try TrainedModel(contentsOf: path), path: path, precision: precision, device: device)
  }

  /// Rounds the weights to a precision and holds cells; states stay what they are.
  ///
  /// - Throws: `ClampError`; then nothing has changed.
  mutating func use(_ precision: PrecisionChoice, clamping clamps: [Clamp]) throws(ClampError) {
    generator = Generator(
      try trained.model.clamping(clamps), vocabulary: trained.vocabulary,
      precision: precision.resolved(for: .writing, on: device), device: device)
  }

  /// The file's name, for people.
  var name: String { lastComponent(of: path) }

  /// The network in a few words.
  var shape: String {
    let configuration = trained.model.configuration
    return "\(configuration.cell.rawValue) \(configuration.layers) × \(configuration.hiddenSize), "
      + counted(trained.vocabulary.count, "symbol")
  }
}

/// A file's name without its folders, for people.
func lastComponent(of path: String) -> String { printable(path: path.lastPathName) }
