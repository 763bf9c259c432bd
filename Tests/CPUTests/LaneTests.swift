import CPU
import Recurrent
import Testing

/// What a lane computes is its own: nothing depends on how lanes and steps are divided.
@Suite("Lanes and steps")
struct LaneTests {
  static let precisions = Precision.allCases

  /// The gradient of all lanes, worked out by as many workers as there are parts.
  private func train(
    _ model: Network, _ chunk: Chunk, parts: [Range<Int>], dropout: Dropout
  ) throws -> (loss: Double, gradient: [Float]) {
    let weights = PackedWeights(
      model,
      for: .init(
        precision: .float32, lanes: parts.map(\.count).max() ?? 1, training: true,
        inputTable: dropout.embedding == 0))
    var loss = 0.0
    let gradients = parts.map { lanes in
      let part = chunk[lanes]
      let workspace = StreamWorkspace(
        weights, steps: part.steps, lanes: part.lanes, dropout: dropout)
      workspace.load(part.states)
      workspace.drawMasks { Xoshiro256(seed: 9, stream: [UInt64(lanes.lowerBound + $0)]) }
      let gradients = FloatBuffer(count: model.layout.count)
      loss += workspace.train(
        part.symbols, targets: part.targets, scale: 1 / Float(chunk.symbols.count),
        gradients: gradients)
      return gradients
    }
    let optimizer = AdamW(
      model, options: AdamWOptions(), gradients: gradients,
      team: WorkerTeam(count: parts.count))
    _ = try optimizer.reduceGradients()
    return (loss, gradients[0].values)
  }

  @Test(
    arguments: Cell.allCases,
    [Dropout.none, Dropout(embedding: 0.3, betweenLayers: 0.4, output: 0.5)])
  func workersShareTheGradient(_ cell: Cell, _ dropout: Dropout) throws {
    let model = try Network.random(cell, hidden: 24, vocabulary: 11)
    let chunk = Chunk(model.configuration, steps: 5, lanes: 7)
    let alone = try train(model, chunk, parts: [0..<7], dropout: dropout)
    let shared = try train(model, chunk, parts: [0..<2, 2..<4, 4..<7], dropout: dropout)
    #expect(abs(alone.loss - shared.loss) < 1e-5 * alone.loss)
    #expect(relativeError(shared.gradient, alone.gradient) < 1e-5)
  }

  @Test(arguments: Cell.allCases, precisions)
  func aChunkIsItsSteps(_ cell: Cell, _ precision: Precision) throws {
    let model = try Network.random(cell, hidden: 24, vocabulary: 11)
    let chunk = Chunk(model.configuration, steps: 6, lanes: 3)
    func weights(lanes: Int) -> PackedWeights {
      PackedWeights(
        model,
        for: .init(precision: precision, lanes: lanes, training: false, inputTable: true))
    }
    let together = StreamWorkspace(weights(lanes: 3), steps: 6, lanes: 3)
    together.load(chunk.states)
    var losses = [Float](repeating: 0, count: 18)
    _ = together.evaluate(chunk.symbols, targets: chunk.targets, steps: 6, losses: &losses)
    let states = together.states(like: chunk.states)

    // Each lane alone, step by step, and after each step its state moved to another workspace.
    let alone = [0, 1].map { _ in
      StreamWorkspace(weights(lanes: 1), steps: 1, lanes: 1)
    }
    for lane in 0..<3 {
      var state = chunk.states[lane]
      for step in 0..<6 {
        let index = step * 3 + lane
        let workspace = alone[step % 2]
        workspace.load(state, lane: 0)
        var loss: Float = 0
        _ = workspace.evaluate(
          [chunk.symbols[index]], targets: [chunk.targets[index]], steps: 1, losses: &loss)
        workspace.save(lane: 0, into: &state)
        #expect(loss == losses[index], "lane \(lane), step \(step)")
      }
      #expect(state == states[lane])
    }
  }

  @Test(arguments: Cell.allCases)
  func aShorterChunkCarriesOn(_ cell: Cell) throws {
    let model = try Network.random(cell, hidden: 20, vocabulary: 11)
    let chunk = Chunk(model.configuration, steps: 6, lanes: 2)
    func run(_ lengths: [Int]) -> (losses: [Float], states: [RecurrentState]) {
      let workspace = StreamWorkspace(
        PackedWeights(
          model, for: .init(precision: .float32, lanes: 2, training: false, inputTable: true)),
        steps: 6, lanes: 2)
      workspace.load(chunk.states)
      var all: [Float] = []
      var begin = 0
      for length in lengths {
        let part = chunk.steps(begin..<begin + length)
        // The workspace reads six steps of symbols, whatever it makes of them.
        let padding = [Int32](repeating: 0, count: (6 - length) * 2)
        var losses = [Float](repeating: 0, count: length * 2)
        _ = workspace.evaluate(
          part.symbols + padding, targets: part.targets + padding, steps: length, losses: &losses)
        all += losses
        begin += length
      }
      return (all, workspace.states(like: chunk.states))
    }
    let whole = run([6])
    let parts = run([1, 3, 2])
    #expect(parts.losses == whole.losses)
    #expect(parts.states == whole.states)
  }
}
