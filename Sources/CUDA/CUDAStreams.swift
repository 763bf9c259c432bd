import CCUDA
import CPU
import Recurrent

/// Streams on a GPU, all lanes together.
///
/// Unchecked: everything happens within `gpu.perform`.
final class CUDAStreams: Streams, @unchecked Sendable {
  let parts: [any StreamPart]
  let division: BatchDivision
  private let gpu: GPU
  private let part: CUDAStreamPart
  private let weights: GPUWeights

  init(_ network: Network, _ use: StreamUse, on gpu: GPU) throws(CUDAError) {
    self.gpu = gpu
    let training = use.training
    let dropout = training?.dropout ?? .none
    weights = try GPUWeights(
      network, on: gpu, precision: use.precision.onGPU,
      // In training a table pays where it has fewer rows than the chunk.
      usesInputTable: dropout.embedding == 0
        && (training == nil || network.configuration.vocabularySize <= use.lanes * use.steps),
      weightDrop: training?.weightDrop ?? 0)
    part = try CUDAStreamPart(
      weights, steps: use.steps, lanes: use.lanes, dropout: dropout, isTrained: training != nil)
    parts = [part]
    // What a run keeps for another device; here all lanes are one block.
    division = BatchDivision(blocks: training?.blocks ?? 1, within: training?.division ?? .lanes)
  }

  var workers: String { gpu.name }

  func run(_ body: @escaping @Sendable (_ part: Int) -> Void) { body(0) }

  func withOnlyPart<Result>(_ body: (any StreamPart) throws -> Result) rethrows -> Result {
    try body(part)
  }

  func load(_ parameters: FloatBuffer) {
    gpu.perform { () throws(CUDAError) in try weights.load(parameters) }
  }

  func refresh(dropping random: Xoshiro256) {
    gpu.perform { () throws(CUDAError) in try weights.refresh(dropping: random) }
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    guard let gradients = part.gradients else {
      preconditionFailure("streams in training are needed")
    }
    return CUDAOptimizer(weights, gradients: gradients, options)
  }

  func adaptation(rate: Float, decay: Float) -> any Adaptation {
    guard let gradients = part.gradients else {
      preconditionFailure("one lane in training is needed")
    }
    return CUDAAdaptation(weights, gradients: gradients, rate: rate, decay: decay)
  }
}

extension Precision {
  /// GPUs multiply floats and bfloat16; what is asked for in integers is computed as floats.
  var onGPU: Precision { self == .bfloat16 ? .bfloat16 : .float32 }
}
