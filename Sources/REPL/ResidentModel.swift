import Checkpoints
import Form
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
  /// With the weights that it has come to.
  private(set) var trained: TrainedModel
  /// As its file has it, for the files of sessions.
  let source: SessionSource
  let device: Device
  private(set) var generator: Generator
  /// With what is held of it.
  private var network: Network
  private var held: [Clamp] = []
  private var precision: Precision
  /// The last one, which packed the weights for so many lanes.
  private var batch: ContinuationBatch?
  private var formWriter: FormWriter?

  /// - Parameter path: that of the file which the model came from.
  package init(
    _ trained: TrainedModel, path: String, precision: PrecisionChoice, device: Device
  ) {
    self.path = path
    self.device = device
    self.trained = trained
    source = SessionSource(trained, path: path)
    network = trained.model
    self.precision = precision.resolved(for: .writing, on: device)
    generator = Generator(
      network, vocabulary: trained.vocabulary, precision: self.precision, device: device)
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
    let precision = precision.resolved(for: .writing, on: device)
    // Weights are packed anew only for another network: that is most of a start.
    guard clamps != held || precision != self.precision else { return }
    try take(trained, in: precision, clamping: clamps)
  }

  /// Takes other weights of the same network, to write with as with those from before.
  ///
  /// - Throws: `ClampError`; then nothing has changed.
  mutating func take(_ trained: TrainedModel) throws(ClampError) {
    try take(trained, in: precision, clamping: held)
  }

  private mutating func take(
    _ trained: TrainedModel, in precision: Precision, clamping clamps: [Clamp]
  ) throws(ClampError) {
    network = try trained.model.clamping(clamps)
    self.trained = trained
    held = clamps
    self.precision = precision
    generator = Generator(
      network, vocabulary: trained.vocabulary, precision: self.precision, device: device)
    batch = nil
    formWriter = nil
  }

  /// Reads symbols, to go on from or to look at what the model then expects.
  ///
  /// - Throws: `DeviceError`; `state` then counts for nothing.
  func read(_ symbols: some Collection<Int32>, into state: inout TextState) throws(DeviceError) {
    generator.read(symbols, into: &state)
    try device.check()
  }

  /// What writes so many texts beside each other.
  mutating func batch(lanes: Int) -> ContinuationBatch {
    if let batch, batch.lanes == lanes { return batch }
    let new = ContinuationBatch(
      network, vocabulary: trained.vocabulary, precision: precision, lanes: lanes, device: device)
    batch = new
    return new
  }

  /// What writes so many texts beside each other in a form.
  mutating func formWriter(particles: Int) -> FormWriter {
    if let formWriter, formWriter.particles == particles { return formWriter }
    let new = FormWriter(
      network, vocabulary: trained.vocabulary, precision: precision, particles: particles,
      device: device)
    formWriter = new
    return new
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
