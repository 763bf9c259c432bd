import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// One worker's forward and backward passes through a classifier: up to `B` texts of up to `T`
/// symbols, each from its beginning to its end, longest first.
///
/// Symbols are `[T, B]`, time first; those past a text's end must be valid, and have no influence.
/// Not for several threads at a time.
package struct TextWorkspace: ~Copyable {
  package let steps: Int
  package let lanes: Int
  private let weights: PackedWeights
  private let stack: RecurrentStack
  private let head: ClassHead
  private let languageModelHead: SymbolHead?

  /// - Parameter weights: those of a classifier.
  package init(_ weights: PackedWeights, steps: Int, lanes: Int, dropout: Dropout = .none) {
    self.steps = steps
    self.lanes = lanes
    self.weights = weights
    stack = RecurrentStack(weights, steps: steps, lanes: lanes, packed: true, dropout: dropout)
    head = ClassHead(weights, steps: steps, lanes: lanes)
    if weights.use.training, let head = weights.head {
      languageModelHead = SymbolHead(head, of: weights, rows: steps * lanes)
    } else {
      languageModelHead = nil
    }
  }

  /// The rows of the n-grams' table whose gradients the last pass has written, of all there are; nil
  /// where there is none to train.
  package var touchedRows: TouchedRows? { stack.touchedRows }

  /// Draws dropout's masks for the next texts from random numbers of each lane.
  package func drawMasks(_ random: (_ lane: Int) -> Xoshiro256) {
    stack.drawMasks(random)
  }

  /// Reads texts and returns the logits of their classes, `[B, C]`, valid until the next call.
  /// - Parameter lengths: of the texts, falling; lanes after them hold none.
  package func logits(
    _ symbols: UnsafePointer<Int32>, lengths: [Int]
  ) -> UnsafePointer<Float> {
    stack.forward(symbols, steps: StepLanes(lengths: lengths))
    head.forward(stack.headInput, lengths: lengths)
    return UnsafePointer(head.logits)
  }

  /// Adds up the features of the last texts and their squares, `[F]` each; what they are normalised
  /// by follows from these.
  package func addMoments(
    _ sums: UnsafeMutablePointer<Float>, _ squares: UnsafeMutablePointer<Float>
  ) {
    head.addMoments(sums, squares)
  }

  /// The next-character loss beside that of the labels.
  package struct LanguageModelLoss {
    /// `[T, B]`; below 0 where there is nothing to predict: at and past each text's last symbol.
    package var targets: UnsafePointer<Int32>
    /// The factor on the sum of the targets' surprisal.
    package var scale: Float

    package init(targets: UnsafePointer<Int32>, scale: Float) {
      self.targets = targets
      self.scale = scale
    }
  }

  /// The weighted sum of the labels' surprisal in nats, and that of the next characters'; writes the
  /// gradients of the scaled losses, of n-grams those of `touchedRows`.
  ///
  /// - Parameters:
  ///   - labels: by lane.
  ///   - expected: by lane, what teachers expect, `[C]`; empty where there are none.
  ///   - lowest: the lowest layer that is trained, 0 for the embedding too, `L` for the head alone;
  ///     the gradients of what lies below are not written.
  package func train(
    _ symbols: UnsafePointer<Int32>, lengths: [Int], labels: [Int32], expected: [[Float]] = [],
    targets: LabelTargets, languageModel: LanguageModelLoss? = nil, lowest: Int = 0,
    gradients: FloatBuffer
  ) -> (classification: Double, languageModel: Double) {
    let active = StepLanes(lengths: lengths)
    // Where nothing is computed, nothing takes the place of the last gradients.
    let layout = weights.layout
    if active.steps == 0 {
      zero([layout.embedding] + layout.layers.joined().flatMap(\.tensors), in: gradients)
    }
    if active.steps == 0 || languageModel == nil, let head = layout.head {
      zero([head.weight, head.bias], in: gradients)
    }
    touchedRows?.begin()
    stack.forward(symbols, steps: active)
    head.forward(stack.headInput, lengths: lengths)
    let loss = head.loss(labels, expected: expected, targets)
    var languageModelLoss = 0.0
    let rows = active.steps * lanes
    if let languageModel, languageModelHead != nil {
      languageModelLoss =
        languageModelHead?.lossAndGradients(
          stack.headInput, targets: languageModel.targets, rows: rows, scale: languageModel.scale,
          inputGradients: stack.outputGradients, gradients: gradients) ?? 0
    } else {
      memset(
        stack.outputGradients, 0,
        rows * weights.configuration.outputSize * weights.use.precision.size)
    }
    let trainsBody = lowest < weights.configuration.layers
    head.backward(
      stack.headInput, outputGradients: trainsBody ? stack.outputGradients : nil,
      gradients: gradients)
    if trainsBody { stack.backward(symbols, steps: active, to: lowest, into: gradients) }
    return (loss, languageModelLoss)
  }

  private func zero(_ tensors: [ParameterLayout.Tensor], in gradients: FloatBuffer) {
    for tensor in tensors { gradients[tensor.range].update(repeating: 0) }
  }
}
