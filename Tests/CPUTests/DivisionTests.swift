import CPU
import Recurrent
import Testing

/// Workers that divide the hidden units among them compute what one worker does.
@Suite("Division by units")
struct DivisionTests {
  /// Five blocks of units, the last one with six; weights so small that no state grows from nothing.
  private func model(_ cell: Cell) throws -> Network {
    let model = try Network.random(cell, layers: 3, hidden: 70, embedding: 20, vocabulary: 37)
    for index in model.parameters.elements.indices { model.parameters.elements[index] *= 0.3 }
    return model
  }

  private struct Result {
    var loss: Double
    var losses: [Float]
    var gradient: [Float]
    var states: [RecurrentState]
  }

  /// Trains on a chunk, and evaluates it from where that led.
  private func run(
    _ model: Network, _ chunk: Chunk, shares: Int, _ precision: Precision = .float32,
    dropout: Dropout = .none, weightDrop: Float = 0
  ) -> Result {
    let weights = PackedWeights(
      model,
      for: .init(
        precision: precision, lanes: chunk.lanes, training: true,
        inputTable: dropout.embedding == 0, weightDrop: weightDrop, shares: shares))
    let team = WorkerTeam(count: shares)
    if weightDrop > 0 { weights.pack(on: team, workers: shares, dropping: Xoshiro256(seed: 2)) }
    let workspace = StreamWorkspace(
      weights, steps: chunk.steps, lanes: 0..<chunk.lanes, dropout: dropout, team: team)
    workspace.load(chunk.states)
    workspace.drawMasks { Xoshiro256(seed: 9, stream: [UInt64($0)]) }
    let gradients = FloatBuffer(count: model.layout.count)
    let loss = workspace.train(
      chunk.symbols, targets: chunk.targets, scale: 1 / Float(chunk.symbols.count),
      gradients: gradients)
    var losses = [Float](repeating: 0, count: chunk.symbols.count)
    _ = workspace.evaluate(
      chunk.symbols, targets: chunk.targets, steps: chunk.steps, losses: &losses)
    return Result(
      loss: loss, losses: losses, gradient: gradients.values,
      states: workspace.states(like: chunk.states))
  }

  private func expectEqual(_ divided: Result, _ whole: Result, within bound: Float = 1e-5) {
    #expect(abs(divided.loss - whole.loss) <= Double(bound) * whole.loss)
    #expect(relativeError(divided.losses, whole.losses) <= bound)
    #expect(relativeError(divided.gradient, whole.gradient) <= bound)
    for (state, expected) in zip(divided.states, whole.states) {
      #expect(relativeError(state.hidden, expected.hidden) <= bound)
    }
  }

  @Test(
    arguments: Cell.allCases,
    [Dropout.none, Dropout(embedding: 0.3, betweenLayers: 0.4, output: 0.5)])
  func unitsAddUp(_ cell: Cell, _ dropout: Dropout) throws {
    let model = try model(cell)
    let chunk = Chunk(model.configuration, steps: 7, lanes: 23)
    let whole = run(model, chunk, shares: 1, dropout: dropout)
    for shares in [2, 3, 5] {
      expectEqual(run(model, chunk, shares: shares, dropout: dropout), whole)
    }
  }

  /// A product of fewer columns may be summed in another order: a state may round to its other neighbor, 2⁻⁸ away.
  @Test(arguments: Cell.allCases)
  func bfloat16(_ cell: Cell) throws {
    let model = try model(cell)
    let chunk = Chunk(model.configuration, steps: 3, lanes: 40)
    let whole = run(model, chunk, shares: 1, .bfloat16)
    expectEqual(run(model, chunk, shares: 4, .bfloat16), whole, within: 1.0 / 256)
  }

  @Test func droppedWeights() throws {
    let model = try model(.lstm)
    let chunk = Chunk(model.configuration, steps: 4, lanes: 9)
    let whole = run(model, chunk, shares: 1, weightDrop: 0.4)
    expectEqual(run(model, chunk, shares: 3, weightDrop: 0.4), whole)
  }

  /// Logits in several blocks of rows.
  @Test func aLargeVocabulary() throws {
    let model = try Network.random(.lstm, layers: 1, hidden: 48, vocabulary: 20_000)
    let chunk = Chunk(model.configuration, steps: 4, lanes: 33)
    expectEqual(run(model, chunk, shares: 3), run(model, chunk, shares: 1))
  }

  /// The same threads give the same bytes, however often and whoever comes first.
  @Test func timesDoNotMatter() throws {
    let model = try model(.gru)
    let chunk = Chunk(model.configuration, steps: 9, lanes: 5)
    let first = run(model, chunk, shares: 5)
    for _ in 0..<20 {
      let again = run(model, chunk, shares: 5)
      #expect(again.gradient == first.gradient)
      #expect(again.losses == first.losses)
    }
  }

  @Test(arguments: 1...17)
  func everyUnitIsInOneShare(shares: Int) {
    for hidden in [16, 17, 70, 128, 512] {
      let use = PackedWeights.Use(
        precision: .float32, lanes: 1, training: false, inputTable: true, shares: shares)
      let units = use.units(of: hidden)
      #expect(units.count == shares)
      #expect(units.flatMap { Array($0) } == Array(0..<hidden))
      #expect(
        units.dropLast().allSatisfy {
          $0.upperBound % GateOrder.block == 0 || $0.upperBound == hidden
        })
    }
  }
}
