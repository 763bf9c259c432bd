import Checkpoints
import Recurrent
import Safetensors

/// A network's weights with what an optimizer keeps of each, as a resume file holds them.
package struct WeightsInTraining {
  package var model: Network
  package var state: OptimizerState

  /// Those of a run, not copied.
  package init(_ step: OptimizationStep) {
    model = step.model.replacing(parameters: step.optimizer.parameters)
    state = step.optimizer.state
  }

  private static let names = ["parameters", "first", "second", "average"]

  private var buffers: [FloatBuffer] {
    [model.parameters, state.first, state.second, state.average]
  }

  /// That of `OptimizerState.averagedSteps`; missing from files from before there were any.
  private static func stepsName(_ table: ParameterLayout.Tensor) -> String {
    "averaged_steps.\(table.name)"
  }

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
    state = OptimizerState(
      first: FloatBuffer(count: layout.count), second: FloatBuffer(count: layout.count),
      average: FloatBuffer(count: layout.count))
    for (name, buffer) in zip(Self.names, buffers) {
      for tensor in layout.tensors {
        try file.read(tensor, named: "\(name).\(tensor.name)", into: buffer)
      }
    }
    if let table = layout.sparseTable, file.tensors[Self.stepsName(table)] != nil {
      do throws(SafetensorsError) {
        state.averagedSteps = try file.values(
          of: Self.stepsName(table), expecting: [table.shape[0]])
      } catch {
        throw CheckpointError(error)
      }
    }
  }

  /// As tensors of a resume file.
  package var tensors: [TensorContent] {
    var all: [TensorContent] = zip(Self.names, buffers).flatMap { name, buffer in
      model.layout.tensors.map { .parameters($0, named: "\(name).\($0.name)", in: buffer) }
    }
    if let table = model.layout.sparseTable, let steps = state.averagedSteps {
      all.append(
        TensorContent(name: Self.stepsName(table), shape: [table.shape[0]], values: steps))
    }
    return all
  }

  /// Whether there is neither infinity nor NaN in them.
  package var isFinite: Bool {
    buffers.allSatisfy { $0.elements.allSatisfy(\.isFinite) }
  }

  /// Whether they can be those after so many steps: a file may say anything.
  package func isPlausible(after step: Int) -> Bool {
    state.averagedSteps?.allSatisfy { 0...step ~= Int($0) } ?? true
  }
}

extension OptimizationStep {
  /// Goes on with what an optimizer knew after so many steps; the model is already that of `weights`.
  package func restore(_ weights: WeightsInTraining, step: Int) {
    optimizer.restore(weights.state, step: step)
  }
}
