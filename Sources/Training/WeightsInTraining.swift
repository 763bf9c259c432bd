import Checkpoints
import Recurrent
import Safetensors

/// A network's weights with what an optimizer keeps of each, as a resume file holds them.
package struct WeightsInTraining {
  package var model: Network
  /// AdamW's moments.
  package var first: FloatBuffer
  package var second: FloatBuffer
  /// The averaged weights.
  package var average: FloatBuffer

  /// Those of a run, not copied.
  package init(_ step: OptimizationStep) {
    model = step.model.replacing(parameters: step.optimizer.parameters)
    first = step.optimizer.first
    second = step.optimizer.second
    average = step.optimizer.average
  }

  private static let names = ["parameters", "first", "second", "average"]

  private var buffers: [FloatBuffer] { [model.parameters, first, second, average] }

  /// Reads them from a file whose configuration is valid.
  ///
  /// - Throws: `CheckpointError` for tensors that are missing or of another shape. Memory is taken
  ///   only for what the file has.
  package init(
    _ file: SafetensorsFile, _ configuration: ModelConfiguration
  ) throws(CheckpointError) {
    let layout = ParameterLayout(configuration)
    for tensor in layout.tensors {
      for name in Self.names {
        try file.checkShape(of: "\(name).\(tensor.name)", is: tensor.shape)
      }
    }
    model = Network(valid: configuration)
    first = FloatBuffer(count: layout.count)
    second = FloatBuffer(count: layout.count)
    average = FloatBuffer(count: layout.count)
    for (name, buffer) in zip(Self.names, buffers) {
      for tensor in layout.tensors {
        try file.read(tensor, named: "\(name).\(tensor.name)", into: buffer)
      }
    }
  }

  /// As tensors of a resume file.
  package var tensors: [TensorContent] {
    zip(Self.names, buffers).flatMap { name, buffer in
      model.layout.tensors.map { .parameters($0, named: "\(name).\($0.name)", in: buffer) }
    }
  }

  /// Whether there is neither infinity nor NaN in them.
  package var isFinite: Bool {
    buffers.allSatisfy { $0.elements.allSatisfy(\.isFinite) }
  }
}

extension OptimizationStep {
  /// Goes on with what an optimizer knew; the model is already that of `weights`.
  package func restore(_ weights: WeightsInTraining) {
    optimizer.restore(first: weights.first, second: weights.second, average: weights.average)
  }
}
