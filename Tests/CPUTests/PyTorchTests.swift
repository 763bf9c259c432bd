import CPU
import Recurrent
import Testing

@Suite("Against PyTorch")
struct PyTorchTests {
  /// What a training pass over the fixture's chunk gives.
  private struct Outcome {
    var loss: Double
    var gradients: FloatBuffer
    var states: [RecurrentState]
  }

  private func train(
    _ fixture: PyTorchFixture, precision: Precision = .float32, inputTable: Bool
  ) -> Outcome {
    let weights = PackedWeights(
      fixture.model,
      for: .init(
        precision: precision, lanes: fixture.lanes, training: true, inputTable: inputTable))
    let workspace = StreamWorkspace(weights, steps: fixture.steps, lanes: fixture.lanes)
    for (lane, state) in fixture.initialStates.enumerated() { workspace.load(state, lane: lane) }
    let gradients = FloatBuffer(count: fixture.model.layout.count)
    // What an earlier step left must not matter.
    for index in gradients.elements.indices { gradients.elements[index] = 7 }
    let count = fixture.input.count
    let loss = workspace.train(
      fixture.input, targets: fixture.target, scale: 1 / Float(count), gradients: gradients)
    let states = fixture.initialStates.enumerated().map { lane, initial in
      var state = initial
      workspace.save(lane: lane, into: &state)
      return state
    }
    return Outcome(loss: loss / Double(count), gradients: gradients, states: states)
  }

  @Test(arguments: PyTorchFixture.names, [true, false])
  func lossGradientsAndState(_ name: String, inputTable: Bool) throws {
    let fixture = try PyTorchFixture(name)
    let outcome = train(fixture, inputTable: inputTable)

    #expect(abs(Float(outcome.loss) - fixture.loss) < 1e-5 * fixture.loss)
    for tensor in fixture.model.layout.tensors {
      let gradient = Network.fileOrder(of: tensor, in: outcome.gradients)
      let error = relativeError(gradient, fixture.gradients[tensor.name]!)
      #expect(error < 1e-4, "gradient of \(tensor.name)")
    }
    for (state, expected) in zip(outcome.states, fixture.finalStates) {
      #expect(relativeError(state.hidden, expected.hidden) < 1e-4)
      #expect(relativeError(state.cell, expected.cell) < 1e-4)
    }
  }

  @Test(arguments: PyTorchFixture.names)
  func logits(_ name: String) throws {
    let fixture = try PyTorchFixture(name)
    let weights = PackedWeights(
      fixture.model,
      for: .init(precision: .float32, lanes: fixture.lanes, training: false, inputTable: true))
    let workspace = StreamWorkspace(weights, steps: fixture.steps, lanes: fixture.lanes)
    for (lane, state) in fixture.initialStates.enumerated() { workspace.load(state, lane: lane) }
    #expect(relativeError(workspace.logits(after: fixture.input), fixture.logits) < 1e-5)
  }

  @Test(arguments: PyTorchFixture.names)
  func bfloat16StaysClose(_ name: String) throws {
    let fixture = try PyTorchFixture(name)
    let outcome = train(fixture, precision: .bfloat16, inputTable: true)
    #expect(abs(Float(outcome.loss) - fixture.loss) < 5e-3 * fixture.loss)
    for tensor in fixture.model.layout.tensors {
      let gradient = Network.fileOrder(of: tensor, in: outcome.gradients)
      // Eight bits of mantissa: half a per cent a rounding, and a few roundings a path.
      let error = relativeError(gradient, fixture.gradients[tensor.name]!)
      #expect(error < 0.05, "gradient of \(tensor.name)")
    }
  }
}
