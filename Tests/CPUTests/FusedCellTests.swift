import CPU
import Recurrent
import Testing

@Suite("Fused cells")
struct FusedCellTests {
  /// Single precision over six steps. Where the CPU has no fused multiply-add every product rounds
  /// by itself: 64 cells then come to 1.5e-5.
  private static let tolerance: Float = 3e-5

  /// Sizes of less than a block of 16 cells, whole blocks, and blocks with cells left over.
  @Test(arguments: Cell.allCases, [1, 7, 16, 17, 33, 64])
  func equalPlainOnes(_ cell: Cell, hidden: Int) throws {
    let model = try Network.random(
      cell, hidden: hidden, embedding: 5, vocabulary: 21, seed: UInt64(hidden))
    let plain = PlainNetwork(model)
    let chunk = Chunk(model.configuration, steps: 6, lanes: 3)
    let workspace = StreamWorkspace(
      PackedWeights(
        model, for: .init(precision: .float32, lanes: 3, training: false, inputTable: true)),
      steps: 6, lanes: 3)
    workspace.load(chunk.states)
    var losses = [Float](repeating: 0, count: 18)
    let total = workspace.evaluate(
      chunk.symbols, targets: chunk.targets, steps: 6, losses: &losses)
    let states = workspace.states(like: chunk.states)

    var sum = 0.0
    for lane in 0..<3 {
      var state = (
        hidden: chunk.states[lane].hidden.map(Double.init),
        cell: chunk.states[lane].cell.map(Double.init)
      )
      for step in 0..<6 {
        let index = step * 3 + lane
        let logits = plain.read(chunk.symbols[index], &state)
        let expected = surprisal(logits, of: Int(chunk.targets[index]))
        #expect(abs(Double(losses[index]) - expected) < Double(Self.tolerance) * max(1, expected))
        sum += expected
      }
      #expect(relativeError(states[lane].hidden, state.hidden.map { Float($0) }) < Self.tolerance)
      #expect(relativeError(states[lane].cell, state.cell.map { Float($0) }) < Self.tolerance)
    }
    #expect(abs(total - sum) < Double(Self.tolerance) * sum)
  }

  /// Gates that are driven far beyond where they saturate stay numbers, and exact ones.
  @Test(arguments: Cell.allCases)
  func saturate(_ cell: Cell) throws {
    let model = try Network.random(cell, hidden: 20)
    for index in model.parameters.elements.indices { model.parameters.elements[index] *= 300 }
    let plain = PlainNetwork(model)
    let workspace = StreamWorkspace(
      PackedWeights(
        model, for: .init(precision: .float32, lanes: 1, training: true, inputTable: true)),
      steps: 3, lanes: 1)
    let chunk = Chunk(model.configuration, steps: 3, lanes: 1)
    workspace.load(chunk.states)
    let gradients = FloatBuffer(count: model.layout.count)
    let loss = workspace.train(
      chunk.symbols, targets: chunk.targets, scale: 1, gradients: gradients)
    #expect(gradients.elements.allSatisfy { $0.isFinite })

    var state = (
      hidden: chunk.states[0].hidden.map(Double.init), cell: chunk.states[0].cell.map(Double.init)
    )
    let expected = (0..<3).reduce(0.0) { sum, step in
      let logits = plain.read(chunk.symbols[step], &state)
      return sum + surprisal(logits, of: Int(chunk.targets[step]))
    }
    #expect(abs(loss - expected) < 1e-4 * max(1, expected))
  }
}
