import CPU
import Recurrent
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What is seen of a network is what it does.
@Suite("Observer")
struct ObserverTests {
  private let steps = 6
  private let lanes = 3

  /// Each lane's symbols differ from each other; `[T, B]`.
  private func symbols(chunk: Int = 0) -> [Int32] {
    (0..<steps).flatMap { step in
      (0..<lanes).map { lane in Int32((step + steps * chunk + 5 * lane) % 13) }
    }
  }

  private func observer(_ model: Network, threads: Int) -> any Observer {
    Device.cpu(threads: threads).backend.observer(of: model, lanes: lanes, steps: steps)
  }

  private func activity(_ activity: Activity, _ layer: Int, of observer: any Observer) -> [Float] {
    var values = [Float](repeating: .nan, count: steps * lanes * 21)
    observer.copy(activity, layer: layer, into: &values)
    return values
  }

  @Test(arguments: Cell.allCases, [1, 2])
  func statesAndLogits(_ cell: Cell, threads: Int) throws {
    let model = try Network.random(cell, layers: 2, hidden: 21, vocabulary: 13)
    let plain = PlainNetwork(model)
    let observer = observer(model, threads: threads)
    observer.read(symbols(chunk: 1))
    observer.restart()
    var states = (0..<lanes).map { _ in
      (hidden: [Double](repeating: 0, count: 42), cell: [Double](repeating: 0, count: 42))
    }
    for chunk in 0..<2 {
      let symbols = symbols(chunk: chunk)
      observer.read(symbols)
      let hidden = (0..<2).map { activity(.hidden, $0, of: observer) }
      let cells = cell.hasCellState ? (0..<2).map { activity(.cell, $0, of: observer) } : []
      var losses = [Float](repeating: .nan, count: steps * lanes)
      observer.surprisal(of: symbols.map { 12 - $0 }, into: &losses)
      var logits = [Float](repeating: .nan, count: 13)
      for step in 0..<steps {
        for lane in 0..<lanes {
          let row = step * lanes + lane
          let expected = plain.read(symbols[row], &states[lane])
          observer.logits(step: step, lane: lane, into: &logits)
          #expect(relativeError(logits, expected.map(Float.init)) < 1e-5)
          let loss = surprisal(expected, of: 12 - Int(symbols[row]))
          #expect(abs(Double(losses[row]) - loss) < 1e-5 * loss)
          for layer in 0..<2 {
            let range = layer * 21..<(layer + 1) * 21
            let seen = row * 21..<(row + 1) * 21
            #expect(
              relativeError(
                Array(hidden[layer][seen]), states[lane].hidden[range].map(Float.init)) < 1e-5)
            guard !cells.isEmpty else { continue }
            #expect(
              relativeError(Array(cells[layer][seen]), states[lane].cell[range].map(Float.init))
                < 1e-5)
          }
        }
      }
    }
  }

  /// The states follow from the gates by the cell's equations.
  @Test(arguments: Cell.allCases)
  func gates(_ cell: Cell) throws {
    let model = try Network.random(cell, layers: 2, hidden: 21, vocabulary: 13)
    let observer = observer(model, threads: 2)
    observer.read(symbols())
    let layer = 1
    let hidden = activity(.hidden, layer, of: observer)
    let gates = cell.gateNames.indices.map { activity(.gate($0), layer, of: observer) }
    #expect(gates.count == cell.gateCount)
    let cells = cell.hasCellState ? activity(.cell, layer, of: observer) : []
    let row = lanes * 21
    for index in hidden.indices {
      let previous = index < row ? 0 : index - row
      let expected: Float
      switch cell {
      case .lstm:
        let c =
          (index < row ? 0 : gates[1][index] * cells[previous]) + gates[0][index] * gates[2][index]
        #expect(abs(cells[index] - c) < 1e-5)
        expected = gates[3][index] * tanh(cells[index])
      case .gru:
        let h = index < row ? 0 : hidden[previous]
        expected = (1 - gates[1][index]) * gates[2][index] + gates[1][index] * h
      case .rnn: expected = gates[0][index]
      }
      #expect(abs(hidden[index] - expected) < 1e-5)
    }
  }

  /// By differences of what the network says when an embedding that is read once is another.
  @Test(arguments: Cell.allCases)
  func inputGradients(_ cell: Cell) throws {
    let model = try Network.random(cell, layers: 2, hidden: 21, vocabulary: 13)
    let observer = observer(model, threads: 2)
    let size = model.configuration.embeddingSize
    // The state before the chunk is not zero, and what goes before has no gradient.
    observer.read(symbols(chunk: 1).map { ($0 + 6) % 13 })
    let symbols = symbols()
    observer.read(symbols)
    let targets: [Int32] = [4, 0, 11]
    var gradients = [Float](repeating: .nan, count: steps * lanes * size)
    observer.inputGradients(ofLast: targets, into: &gradients)

    let embedding = model.layout.embedding.range.lowerBound
    func loss(lane: Int, step: Int, index: Int, _ difference: Float) throws -> Double {
      var state = (
        hidden: [Double](repeating: 0, count: 42), cell: [Double](repeating: 0, count: 42)
      )
      let before = self.symbols(chunk: 1).map { ($0 + 6) % 13 }
      let plain = PlainNetwork(model)
      for t in 0..<steps { _ = plain.read(before[t * lanes + lane], &state) }
      model.parameters.elements[embedding + Int(symbols[step * lanes + lane]) * size + index] +=
        difference
      let changed = PlainNetwork(model)
      model.parameters.elements[embedding + Int(symbols[step * lanes + lane]) * size + index] -=
        difference
      var logits: [Double] = []
      for t in 0..<steps { logits = changed.read(symbols[t * lanes + lane], &state) }
      return surprisal(logits, of: Int(targets[lane]))
    }
    for lane in 0..<lanes {
      for step in 0..<steps {
        let index = (step + lane) % size
        let difference: Float = 1.0 / 512
        let numeric =
          try
          (loss(lane: lane, step: step, index: index, difference)
          - loss(lane: lane, step: step, index: index, -difference)) / (2 * Double(difference))
        let gradient = gradients[(step * lanes + lane) * size + index]
        #expect(abs(Double(gradient) - numeric) < 1e-4 + 1e-3 * abs(numeric))
      }
    }
    #expect(gradients.contains { abs($0) > 0.01 })
  }
}
