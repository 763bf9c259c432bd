import Recurrent

/// One worker's share of each batch, and its gradients.
///
/// Unchecked: a worker has it to itself while the team runs, and the trainer between runs.
final class ClassifierWorker: @unchecked Sendable {
  let gradients: FloatBuffer
  /// The weighted sums of the labels' and of the next characters' surprisal over the last batch.
  private(set) var loss = (classification: 0.0, languageModel: 0.0)
  /// The sums of the last batch's features, `[F]`.
  private(set) var featureSums: [Float]
  /// The sums of their squares, `[F]`.
  private(set) var featureSquares: [Float]
  private let workspace: ClassifierWorkspace
  private var batch: PackedBatch
  private let parameterCount: Int

  init(
    _ weights: PackedWeights, steps: Int, lanes: Int, dropout: Dropout, parameterCount: Int,
    featureCount: Int
  ) {
    featureSums = Array(repeating: 0, count: featureCount)
    featureSquares = featureSums
    gradients = FloatBuffer(count: parameterCount)
    self.parameterCount = parameterCount
    workspace = ClassifierWorkspace(weights, steps: steps, lanes: lanes, dropout: dropout)
    batch = PackedBatch(steps: steps, lanes: lanes)
  }

  deinit {
    batch.deallocate()
  }

  /// Computes the gradients of the scaled losses of some texts, longest first; none gives zero.
  /// - Parameters:
  ///   - languageModelScale: on the sum of the next characters' surprisal; 0 for none of it.
  ///   - lowest: the lowest layer that is trained.
  ///   - masks: the generator of a lane's dropout masks.
  func train(
    _ texts: [[Int32]], targets: ClassificationTargets, languageModelScale: Float, lowest: Int,
    masks: (_ lane: Int) -> Xoshiro256
  ) {
    batch.fill(texts)
    for feature in featureSums.indices {
      featureSums[feature] = 0
      featureSquares[feature] = 0
    }
    guard !texts.isEmpty, let symbols = batch.symbols.baseAddress,
      let next = batch.targets.baseAddress
    else {
      gradients.pointer.update(repeating: 0, count: parameterCount)
      loss = (0, 0)
      return
    }
    workspace.drawMasks(masks)
    loss = workspace.train(
      symbols, lengths: batch.lengths, targets: targets,
      languageModel: languageModelScale > 0
        ? .init(targets: UnsafePointer(next), scale: languageModelScale) : nil,
      lowest: lowest, gradients: gradients)
    featureSums.withUnsafeMutableBufferPointer { sums in
      featureSquares.withUnsafeMutableBufferPointer { squares in
        guard let sums = sums.baseAddress, let squares = squares.baseAddress else { return }
        workspace.addMoments(sums, squares)
      }
    }
  }
}
