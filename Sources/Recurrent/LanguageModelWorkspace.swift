/// One worker's forward and backward passes through a language model: a chunk of `T` steps for its
/// `B` lanes, with the state carried from chunk to chunk.
///
/// Symbols and targets are `[T, B]`, time first. Not for several threads at a time.
package struct LanguageModelWorkspace: ~Copyable {
  package let steps: Int
  package let lanes: Int
  private let weights: PackedWeights
  private let stack: RecurrentStack
  private let head: LinearHead

  package init(_ weights: PackedWeights, steps: Int, lanes: Int, dropout: Dropout = .none) {
    self.steps = steps
    self.lanes = lanes
    self.weights = weights
    stack = RecurrentStack(weights, steps: steps, lanes: lanes, dropout: dropout)
    guard let head = weights.head else { preconditionFailure("a language model is needed") }
    self.head = LinearHead(head, of: weights, rows: steps * lanes)
  }

  /// Draws dropout's masks for the next chunk from one generator a lane.
  package func drawMasks(_ generator: (_ lane: Int) -> Xoshiro256) {
    stack.drawMasks(generator)
  }

  /// The sum of the targets' surprisal in nats over the chunk; writes `scale` times the gradients of
  /// all parameters, and carries the state on.
  /// - Parameter softTargets: what of the targets is a teacher's, in the gradients.
  package func train(
    _ symbols: UnsafePointer<Int32>, targets: UnsafePointer<Int32>,
    softTargets: SoftTargets.Rows? = nil, scale: Float, gradients: FloatBuffer
  ) -> Double {
    stack.forward(symbols, steps: .all(steps: steps))
    let loss = head.lossAndGradients(
      stack.headInput, targets: targets, softTargets: softTargets, rows: steps * lanes,
      scale: scale, inputGradients: stack.outputGradients, gradients: gradients)
    stack.backward(symbols, steps: .all(steps: steps), into: gradients)
    stack.carryOver(steps: steps)
    return loss
  }

  /// The sum of the targets' surprisal in nats over the first `count` steps, whose state is carried
  /// on. All `T · B` symbols must be valid all the same.
  /// - Parameters:
  ///   - losses: each target's surprisal, `[count · B]`, where wanted.
  ///   - distributions: where to add what is expected of each target, where wanted.
  package func evaluate(
    _ symbols: UnsafePointer<Int32>, targets: UnsafePointer<Int32>, steps count: Int,
    losses: UnsafeMutablePointer<Float>? = nil, distributions: SoftTargets.Rows? = nil
  ) -> Double {
    stack.forward(symbols, steps: .all(steps: count))
    let loss = head.loss(
      stack.headInput, targets: targets, rows: count * lanes, losses: losses,
      distributions: distributions)
    stack.carryOver(steps: count)
    return loss
  }

  /// Reads a chunk and returns the logits `[T·B, V]`, valid until the next call; carries the state
  /// on. For few rows: a step of sampling.
  package func logits(after symbols: UnsafePointer<Int32>) -> UnsafeMutablePointer<Float> {
    stack.forward(symbols, steps: .all(steps: steps))
    let logits = head.computeLogits(stack.headInput)
    stack.carryOver(steps: steps)
    return logits
  }

  /// Reads a chunk that nothing is to be predicted from but the state, which it carries on: without
  /// the head.
  package func read(_ symbols: UnsafePointer<Int32>) {
    stack.forward(symbols, steps: .all(steps: steps))
    stack.carryOver(steps: steps)
  }

  /// Puts a stream's state into a lane.
  package func load(_ state: RecurrentState, lane: Int) {
    stack.load(state, lane: lane)
  }

  /// Copies a lane's state out.
  package func save(lane: Int, into state: inout RecurrentState) {
    stack.save(lane: lane, into: &state)
  }
}
