import ArgumentParser
import Checkpoints
import Recurrent

/// Cells that are held at a value while the model works.
struct ClampOption: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Hold the output of a cell at a value from -1 to 1: 2.137=1 is cell 137 of layer 2. Layers \
      count from 1, cells from 0; may be given several times.
      """, valueName: "cell=value"),
    transform: utf8Text)
  var clamp: [String] = []

  /// - Throws: `ClampError`.
  func resolved() throws(ClampError) -> [Clamp] {
    var clamps: [Clamp] = []
    for text in clamp { clamps.append(try Clamp(text)) }
    return clamps
  }
}

extension TrainedModel {
  /// - Throws: `ClampError`.
  func clamping(_ clamps: [Clamp]) throws(ClampError) -> TrainedModel {
    var trained = self
    trained.model = try model.clamping(clamps)
    return trained
  }
}

extension [Clamp] {
  /// For a JSON object, which has none where no cell is held.
  var texts: [String]? { isEmpty ? nil : map(\.description) }
}
