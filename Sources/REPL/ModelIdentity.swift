import Checkpoints
import Recurrent
import Text

/// What tells whether states belong to a model: its shape, its vocabulary and its weights.
struct ModelIdentity: Codable, Equatable {
  let configuration: ModelConfiguration
  let vocabulary: Vocabulary
  let weights: UInt64

  /// O(parameters).
  init(_ trained: TrainedModel) {
    configuration = trained.model.configuration
    vocabulary = trained.vocabulary
    weights = hashOfWeights(trained.model)
  }
}

/// A hash of all weights, bit for bit: FNV-1a by words of 32 bits, in PyTorch's order.
func hashOfWeights(_ model: Network) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for tensor in model.layout.tensors {
    for element in model.elements(of: tensor) {
      hash = (hash ^ UInt64(element.bitPattern)) &* 0x0000_0100_0000_01B3
    }
  }
  return hash
}
