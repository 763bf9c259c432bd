import Recurrent

/// One worker's forward and backward passes through a language model, or those of all workers, each of
/// which has a share of them.
///
/// Unchecked: one thread at a time uses it, or the team that it divides its work among.
package final class StreamWorkspace: StreamPart, @unchecked Sendable {
  package let lanes: Range<Int>
  /// Those of the last chunk that was trained on; nil where nothing is trained.
  package let gradients: FloatBuffer?
  /// Told in a backward pass which segment (`ParameterLayout.segments`) has all its gradients.
  var gradientsAreReady: ((_ segment: Int) -> Void)?
  private let steps: Int
  private let vocabularySize: Int
  /// For streams whose products may be shared among threads; nil where that is not to be tried.
  private var threads: StepThreads?
  /// Among which every pass is divided; nil where one worker has it all.
  private let team: WorkerTeam?
  private let meeting: Meeting
  private let stack: RecurrentStack
  private let head: SymbolHead

  package init(
    _ weights: PackedWeights, steps: Int, lanes: Range<Int>, dropout: Dropout = .none,
    threads: StepThreads? = nil, team: WorkerTeam? = nil
  ) {
    precondition(weights.use.shares == 1 || team != nil)
    self.threads = threads
    self.team = team
    meeting = Meeting(of: weights.use.shares)
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
    let loss = sum { [self] share in
      stack.forward(symbols, steps: .all(steps: steps), share)
      let loss = head.lossAndGradients(
        stack.headInput, targets: targets, softTargets: softTargets, rows: steps * lanes.count,
        scale: scale, inputGradients: stack.outputGradients, gradients: gradients, share)
      stack.backward(
        symbols, steps: .all(steps: steps), into: gradients, finished: gradientsAreReady, share)
      return loss
    }
    stack.carryOver(steps: steps)
    return loss
  }

  package func evaluate(
    _ chunk: StreamChunk, steps count: Int, distributions: SoftTargets.Rows?
  ) -> Double {
    let (symbols, targets) = pointers(chunk)
    let loss = sum { [self] share in
      stack.forward(symbols, steps: .all(steps: count), share)
      return head.loss(
        stack.headInput, targets: targets, rows: count * lanes.count,
        losses: chunk.losses.baseAddress,
        distributions: distributions, share)
    }
    stack.carryOver(steps: count)
    return loss
  }

  /// Has every share of a pass run, and adds up what they give.
  private func sum(_ body: @escaping (Share) -> Double) -> Double {
    guard let team, meeting.count > 1 else { return body(.whole) }
    let sums = PerPart((0..<meeting.count).map { _ in 0.0 })
    // Shares write to rows and columns of their own, and nobody else is here until all are done.
    nonisolated(unsafe) let body = body
    team.run(workers: meeting.count) { [meeting] worker in
      sums[worker] = body(Share(worker, at: meeting))
    }
    return sums.values.reduce(0, +)
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
    let logits = sharing {
      forward(symbols)
      return head.computeLogits(stack.headInput)
    }
    stack.carryOver(steps: steps)
    return UnsafeBufferPointer(start: logits, count: symbols.count * vocabularySize)
  }

  package func read(_ symbols: UnsafeBufferPointer<Int32>) {
    sharing { forward(symbols) }
    stack.carryOver(steps: steps)
  }

  /// Takes a step with as many threads as are fastest.
  private func sharing<Result>(_ step: () -> Result) -> Result {
    guard let count = threads?.current else { return step() }
    let clock = ContinuousClock()
    let start = clock.now
    let result = withProductThreads(count, step)
    threads?.add((clock.now - start) / .seconds(1))
    return result
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
