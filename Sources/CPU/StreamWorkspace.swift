import Recurrent

/// One worker's forward and backward passes through a language model.
package final class StreamWorkspace: StreamPart {
  package let lanes: Range<Int>
  /// Those of the last chunk that was trained on; nil where nothing is trained.
  package let gradients: FloatBuffer?
  private let steps: Int
  private let vocabularySize: Int
  private let stack: RecurrentStack
  private let head: SymbolHead

  package init(
    _ weights: PackedWeights, steps: Int, lanes: Range<Int>, dropout: Dropout = .none
  ) {
    self.lanes = lanes
    self.steps = steps
    vocabularySize = weights.configuration.vocabularySize
    gradients = weights.use.training ? FloatBuffer(count: weights.layout.count) : nil
    stack = RecurrentStack(weights, steps: steps, lanes: lanes.count, dropout: dropout)
    guard let head = weights.head else { preconditionFailure("a language model is needed") }
    self.head = SymbolHead(head, of: weights, rows: steps * lanes.count)
  }

  package func drawMasks(_ random: (_ lane: Int) -> Xoshiro256) {
    stack.drawMasks(random)
  }

  package func train(
    _ chunk: StreamChunk, softTargets: SoftTargets.Rows?, scale: Float
  ) -> Double {
    guard let gradients else { preconditionFailure("weights for training are needed") }
    let (symbols, targets) = pointers(chunk)
    stack.forward(symbols, steps: .all(steps: steps))
    let loss = head.lossAndGradients(
      stack.headInput, targets: targets, softTargets: softTargets, rows: steps * lanes.count,
      scale: scale, inputGradients: stack.outputGradients, gradients: gradients)
    stack.backward(symbols, steps: .all(steps: steps), into: gradients)
    stack.carryOver(steps: steps)
    return loss
  }

  package func evaluate(
    _ chunk: StreamChunk, steps count: Int, distributions: SoftTargets.Rows?
  ) -> Double {
    let (symbols, targets) = pointers(chunk)
    stack.forward(symbols, steps: .all(steps: count))
    let loss = head.loss(
      stack.headInput, targets: targets, rows: count * lanes.count,
      losses: chunk.losses.baseAddress, distributions: distributions)
    stack.carryOver(steps: count)
    return loss
  }

  private func pointers(
    _ chunk: StreamChunk
  ) -> (symbols: UnsafePointer<Int32>, targets: UnsafePointer<Int32>) {
    precondition(chunk.steps == steps && chunk.lanes == lanes.count, "a chunk of another shape")
    guard let symbols = chunk.symbols.baseAddress, let targets = chunk.targets.baseAddress else {
      preconditionFailure("a chunk of nothing")
    }
    return (UnsafePointer(symbols), UnsafePointer(targets))
  }

  package func logits(
    after symbols: UnsafeBufferPointer<Int32>
  ) -> UnsafeBufferPointer<Float> {
    forward(symbols)
    let logits = head.computeLogits(stack.headInput)
    stack.carryOver(steps: steps)
    return UnsafeBufferPointer(start: logits, count: symbols.count * vocabularySize)
  }

  package func read(_ symbols: UnsafeBufferPointer<Int32>) {
    forward(symbols)
    stack.carryOver(steps: steps)
  }

  private func forward(_ symbols: UnsafeBufferPointer<Int32>) {
    precondition(symbols.count == steps * lanes.count, "a chunk of another shape")
    guard let first = symbols.baseAddress else { return }
    stack.forward(first, steps: .all(steps: steps))
  }

  package func load(_ state: RecurrentState, lane: Int) {
    stack.load(state, lane: lane)
  }

  package func save(lane: Int, into state: inout RecurrentState) {
    stack.save(lane: lane, into: &state)
  }
}
