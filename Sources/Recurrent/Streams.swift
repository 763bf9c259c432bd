/// Streams of symbols through a language model, a lane each: chunk after chunk, with the state
/// carried on from one to the next.
package protocol Streams: TrainableBody {
  /// All lanes, in the parts that the device runs side by side.
  var parts: [any StreamPart] { get }

  var division: BatchDivision { get }

  /// Who shares the work, for people: `2 threads`.
  var workers: String { get }

  /// Calls `body` with the number of each part, for several at a time, and waits for all.
  ///
  /// Not from within `body`, which must not use the device otherwise.
  func run(_ body: @escaping @Sendable (_ part: Int) -> Void)

  /// Calls `body` with the one part that a single lane makes.
  func withOnlyPart<Result>(_ body: (any StreamPart) throws -> Result) rethrows -> Result

  /// What adapts the weights to what is being read.
  func adaptation(rate: Float, decay: Float) -> any Adaptation
}

/// Some of the lanes. Not for several threads at a time.
///
/// Symbols are `[T, B]`, time first, of these `B` lanes, which are numbered from 0.
package protocol StreamPart: AnyObject {
  /// Which of all lanes they are.
  var lanes: Range<Int> { get }

  /// Puts a stream's state into a lane.
  func load(_ state: RecurrentState, lane: Int)

  /// Copies a lane's state out.
  func save(lane: Int, into state: inout RecurrentState)

  /// Draws dropout's masks for the next chunk, each lane's from random numbers of its own.
  func drawMasks(_ random: (_ lane: Int) -> Xoshiro256)

  /// Reads a whole chunk for the gradients of all parameters, of `scale` times its loss.
  ///
  /// - Parameter softTargets: what of the targets is a teacher's, in the gradients.
  /// - Returns: the sum of the targets' surprisal in nats.
  func train(_ chunk: StreamChunk, softTargets: SoftTargets.Rows?, scale: Float) -> Double

  /// Reads the first `steps` of a chunk, all of whose symbols must be valid, and writes each
  /// target's surprisal to `chunk.losses`.
  ///
  /// - Parameter distributions: where to add what is expected of each target, where wanted.
  /// - Returns: the sum of the targets' surprisal in nats.
  func evaluate(
    _ chunk: StreamChunk, steps: Int, distributions: SoftTargets.Rows?
  ) -> Double

  /// Reads a chunk, `[T, B]`, and returns the logits of each next symbol, `[T·B, V]`, valid until the
  /// next call. For few rows: a step of sampling.
  func logits(after symbols: UnsafeBufferPointer<Int32>) -> UnsafeBufferPointer<Float>

  /// Reads a chunk, `[T, B]`, for the state alone.
  func read(_ symbols: UnsafeBufferPointer<Int32>)
}

/// A chunk of some streams: `T` steps of `B` lanes, `[T, B]`, time first.
package final class StreamChunk {
  package let steps: Int
  package let lanes: Int
  package let symbols: UnsafeMutableBufferPointer<Int32>
  /// The symbol after each.
  package let targets: UnsafeMutableBufferPointer<Int32>
  /// Where each target stands among soft targets; 0 for nowhere.
  package let indices: UnsafeMutableBufferPointer<Int64>
  /// Each target's surprisal in nats, once the chunk has been evaluated.
  package let losses: UnsafeMutableBufferPointer<Float>

  /// All zero, which is a valid symbol.
  package init(steps: Int, lanes: Int) {
    self.steps = steps
    self.lanes = lanes
    symbols = .allocate(capacity: steps * lanes)
    targets = .allocate(capacity: steps * lanes)
    indices = .allocate(capacity: steps * lanes)
    losses = .allocate(capacity: steps * lanes)
    symbols.initialize(repeating: 0)
    targets.initialize(repeating: 0)
    indices.initialize(repeating: 0)
    losses.initialize(repeating: 0)
  }

  deinit {
    symbols.deallocate()
    targets.deallocate()
    indices.deallocate()
    losses.deallocate()
  }

  /// The rows of soft targets that `indices` tell, and how much of each counts.
  package func rows(of targets: SoftTargets, share: Float) -> SoftTargets.Rows? {
    indices.baseAddress.map { SoftTargets.Rows(targets, index: $0, share: share) }
  }
}

/// A value for each of the parts that a device runs side by side.
///
/// Unchecked: whoever runs a part has its value to itself, and between runs the caller has all.
package final class PerPart<Value>: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Value>

  package init(_ values: [Value]) {
    storage = .allocate(capacity: values.count)
    _ = storage.initialize(from: values)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  package subscript(part: Int) -> Value {
    get { storage[part] }
    _modify { yield &storage[part] }
  }

  package var values: [Value] { Array(storage) }
}

extension Streams {
  /// Makes a value for each part.
  package func perPart<Value>(_ make: (any StreamPart) -> Value) -> PerPart<Value> {
    PerPart(parts.map(make))
  }

  /// Calls `body` with each part's value, several at a time, and waits for all.
  package func run<Value>(
    _ values: PerPart<Value>, _ body: @escaping @Sendable (inout Value) -> Void
  ) {
    run { part in body(&values[part]) }
  }
}
