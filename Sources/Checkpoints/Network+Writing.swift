import Recurrent
import Safetensors

extension Network {
  /// Writes a model file.
  ///
  /// - Parameter others: tensors that are not the network's.
  /// - Throws: `CheckpointError`.
  package func write(
    to path: String, beside others: [TensorContent] = [], metadata: [String: String],
    halfSize: Bool
  ) throws(CheckpointError) {
    try ModelFile.write(
      layout.tensors.map { tensor in
        .parameters(tensor, in: parameters, asBFloat16: halfSize)
      } + others,
      metadata: metadata, to: path)
  }
}
