import CCUDA
import CPU
import Recurrent

/// Batches of texts on a GPU, all of a batch together.
///
/// Unchecked: everything happens within `gpu.perform`.
final class CUDATextTrainer: TextTrainer, @unchecked Sendable {
  private let gpu: GPU
  private let weights: GPUWeights
  private let workspace: GPUTextWorkspace

  init(_ network: Network, _ use: StreamUse, on gpu: GPU) throws(CUDAError) {
    self.gpu = gpu
    let dropout = use.training?.dropout ?? .none
    weights = try GPUWeights(
      network, on: gpu, precision: use.precision.onGPU,
      usesInputTable: dropout.embedding == 0 && network.layout.ngrams == nil
        && network.configuration.vocabularySize <= use.lanes * use.steps,
      weightDrop: use.training?.weightDrop ?? 0)
    workspace = try GPUTextWorkspace(
      weights, steps: use.steps, lanes: use.lanes, dropout: dropout, isTrained: true)
  }

  var workers: String { gpu.name }

  func train(
    _ batch: TextBatch, masks random: @escaping @Sendable (_ text: Int) -> Xoshiro256
  ) -> TextLosses {
    let losses = gpu.perform { () throws(CUDAError) in
      try workspace.train(batch, masks: random)
    }
    let lost = [Float](repeating: .nan, count: weights.network.configuration.featureCount)
    return losses
      ?? TextLosses(
        classification: .nan, languageModel: .nan, featureSums: lost, featureSquares: lost)
  }

  func load(_ parameters: FloatBuffer) {
    gpu.perform { () throws(CUDAError) in try weights.load(parameters) }
  }

  func refresh(dropping random: Xoshiro256) {
    gpu.perform { () throws(CUDAError) in try weights.refresh(dropping: random) }
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    guard let gradients = workspace.gradients else {
      preconditionFailure("a workspace for training is needed")
    }
    return CUDAOptimizer(
      weights, gradients: gradients, options, touched: workspace.touchedRows)
  }
}
