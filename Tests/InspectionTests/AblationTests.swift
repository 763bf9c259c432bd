import CPU
import Recurrent
import Testing
import Text

@testable import Inspection

/// What it costs to hold a cell.
struct AblationTests {
  @Test(arguments: Cell.allCases)
  func aCellThatNothingReadsCostsNothing(_ cell: Cell) throws {
    let reading = try Reading(cell)
    let dead = CellPlace(layer: 2, cell: 3)
    let layer = reading.model.layout.layers[1][0]
    let head = try #require(reading.model.layout.head)
    for tensor in [layer.weightHH, head.weight] {
      for row in 0..<tensor.shape[0] {
        reading.model.parameters[tensor.range][row * 20 + dead.cell] = 0
      }
    }
    let ablation = try CellAblation(
      of: [dead, CellPlace(layer: 1, cell: 0)], in: reading.model, on: reading.text,
      device: .cpu(threads: 2))
    let curve = try #require(ablation.curve(layer: 2, cell: 3))
    #expect(curve.held_at == [-1, -0.5, 0, 0.5, 1])
    #expect(curve.increase.allSatisfy { abs($0) < 1e-6 })
    #expect(curve.standard_error.allSatisfy { $0 < 1e-6 })
    let living = try #require(ablation.curve(layer: 1, cell: 0))
    #expect(living.increase.contains { abs($0) > 1e-4 })
    #expect(living.increase(heldAt: 0) == living.increase[2])
    #expect(ablation.curve(layer: 1, cell: 1) == nil)
    #expect(ablation.characters % 64 == 0 && ablation.characters <= reading.text.count)
  }

  /// By reading the same parts one by one, in single precision.
  @Test func costsAreThoseOfTheClampedNetwork() throws {
    let reading = try Reading(.gru, words: 420)
    let text = reading.text
    let ablation = try CellAblation(
      of: [CellPlace(layer: 2, cell: 5)], in: reading.model, on: text, device: .cpu(threads: 2))
    let lanes = ablation.characters / 64
    let warmUp = min(512, text.count / 4)
    func nats(_ network: Network) -> Double {
      (0..<lanes).reduce(0.0) { sum, lane in
        // Without the state that the free network leaves: what is read before it is long.
        let start = lane * ((text.count - 1) / lanes) - warmUp - 16
        let symbols = text.symbols(from: start, count: warmUp + 16 + 65)
        let steps = symbols.count - 1
        let observer = Device.cpu(threads: 1).backend.observer(of: network, lanes: 1, steps: steps)
        observer.read(Array(symbols.dropLast()))
        var losses = [Float](repeating: 0, count: steps)
        observer.surprisal(of: Array(symbols.dropFirst()), into: &losses)
        return sum + losses.suffix(64).reduce(0) { $0 + Double($1) }
      } / Double(64 * lanes)
    }
    let plain = nats(reading.model)
    #expect(abs(ablation.nats - plain) < 0.01)
    for (index, level) in CellAblation.levels.enumerated() {
      let held = try reading.model.clamping([Clamp(layer: 2, cell: 5, value: level)])
      let expected = nats(held) - plain
      // int8 and bfloat16 are near to single precision, not the same.
      #expect(abs(ablation.curves[0].increase[index] - expected) < 0.004 + 0.1 * abs(expected))
    }
    #expect(ablation.curves[0].standard_error.allSatisfy { $0 > 0 })
  }

  @Test func ofNoCells() throws {
    let reading = try Reading()
    let ablation = try CellAblation(
      of: [], in: reading.model, on: reading.text, device: .cpu(threads: 1))
    #expect(ablation.curves.isEmpty && ablation.nats > 0)
  }
}
