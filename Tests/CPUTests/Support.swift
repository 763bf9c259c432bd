import CPU
import Recurrent

extension Network {
  /// A model whose weights, biases among them, are all random: nothing is hidden by a zero.
  static func random(
    _ cell: Cell, layers: Int = 2, hidden: Int, embedding: Int = 3, vocabulary: Int = 5,
    bidirectional: Bool = false, seed: UInt64 = 7
  ) throws -> Network {
    useOneProductThread()
    let model = try Network(
      ModelConfiguration(
        cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: embedding,
        vocabularySize: vocabulary, bidirectional: bidirectional), seed: seed)
    var generator = Xoshiro256(seed: seed, stream: [1])
    for tensor in model.layout.tensors {
      for index in tensor.range {
        model.parameters.elements[index] = generator.symmetric(0.6)
      }
    }
    return model
  }
}

extension RandomNumberGenerator {
  /// A number in ±`bound`.
  mutating func symmetric(_ bound: Float) -> Float { (2 * uniform() - 1) * bound }
}

extension RecurrentState {
  static func random(_ configuration: ModelConfiguration, seed: UInt64) -> RecurrentState {
    var generator = Xoshiro256(seed: seed)
    var state = RecurrentState(configuration)
    for index in state.hidden.indices { state.hidden[index] = generator.symmetric(0.8) }
    for index in state.cell.indices { state.cell[index] = generator.symmetric(0.8) }
    return state
  }
}

/// Symbols, targets and states for `lanes` lanes.
struct Chunk {
  let steps: Int
  let lanes: Int
  /// `[T, B]`
  let symbols: [Int32]
  /// `[T, B]`
  let targets: [Int32]
  /// By lane.
  let states: [RecurrentState]

  init(_ configuration: ModelConfiguration, steps: Int, lanes: Int, seed: UInt64 = 3) {
    var generator = Xoshiro256(seed: seed)
    let vocabulary = Int32(configuration.vocabularySize)
    self.steps = steps
    self.lanes = lanes
    symbols = (0..<steps * lanes).map { _ in .random(in: 0..<vocabulary, using: &generator) }
    targets = (0..<steps * lanes).map { _ in .random(in: 0..<vocabulary, using: &generator) }
    states = (0..<lanes).map { .random(configuration, seed: seed + 100 + UInt64($0)) }
  }

  private init(steps: Int, symbols: [Int32], targets: [Int32], states: [RecurrentState]) {
    self.steps = steps
    lanes = states.count
    self.symbols = symbols
    self.targets = targets
    self.states = states
  }

  /// The chunk of some of the lanes.
  subscript(selected: Range<Int>) -> Chunk {
    func part(_ values: [Int32]) -> [Int32] {
      (0..<steps).flatMap { step in selected.map { values[step * lanes + $0] } }
    }
    return Chunk(
      steps: steps, symbols: part(symbols), targets: part(targets),
      states: Array(states[selected]))
  }

  /// The chunk of some of the steps, from the same states.
  func steps(_ selected: Range<Int>) -> Chunk {
    let range = selected.lowerBound * lanes..<selected.upperBound * lanes
    return Chunk(
      steps: selected.count, symbols: Array(symbols[range]), targets: Array(targets[range]),
      states: states)
  }
}

extension StreamWorkspace {
  convenience init(_ weights: PackedWeights, steps: Int, lanes: Int, dropout: Dropout = .none) {
    self.init(weights, steps: steps, lanes: 0..<lanes, dropout: dropout)
  }

  private func chunk(_ symbols: [Int32], _ targets: [Int32]) -> StreamChunk {
    let chunk = StreamChunk(steps: symbols.count / lanes.count, lanes: lanes.count)
    _ = chunk.symbols.update(fromContentsOf: symbols)
    _ = chunk.targets.update(fromContentsOf: targets)
    return chunk
  }

  /// Replaces `gradients` by those of a chunk, what is not written being left.
  func train(
    _ symbols: [Int32], targets: [Int32], scale: Float, gradients: FloatBuffer
  ) -> Double {
    guard let mine = self.gradients else { preconditionFailure("weights for training are needed") }
    _ = mine.elements.update(fromContentsOf: gradients.values)
    let loss = train(chunk(symbols, targets), softTargets: nil, scale: scale)
    _ = gradients.elements.update(fromContentsOf: mine.values)
    return loss
  }

  func evaluate(
    _ symbols: [Int32], targets: [Int32], steps: Int, losses: UnsafeMutablePointer<Float>
  ) -> Double {
    let chunk = chunk(symbols, targets)
    let total = evaluate(chunk, steps: steps, distributions: nil)
    for index in 0..<steps * lanes.count { losses[index] = chunk.losses[index] }
    return total
  }

  func logits(after symbols: [Int32]) -> [Float] {
    symbols.withUnsafeBufferPointer { Array(logits(after: $0)) }
  }

  func load(_ states: [RecurrentState]) {
    for (lane, state) in states.enumerated() { load(state, lane: lane) }
  }

  func states(like initial: [RecurrentState]) -> [RecurrentState] {
    initial.enumerated().map { lane, state in
      var state = state
      save(lane: lane, into: &state)
      return state
    }
  }
}

extension FloatBuffer {
  /// A copy, made while the buffer is sure to live.
  var values: [Float] { Array(elements) }
}

/// Tests run on many threads: products that each took all processors would wait for each other.
func useOneProductThread() {
  _ = WorkerTeam(count: 1)
}
