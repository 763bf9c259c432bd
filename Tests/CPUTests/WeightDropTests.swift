import CPU
import Recurrent
import Testing

@Suite("Weight drop")
struct WeightDropTests {
  /// The loss of a chunk and the gradient of the first layer's recurrent weights, in memory's order.
  private func train(_ model: Network, weightDrop: Float, seed: UInt64) -> (Double, [Float]) {
    let chunk = Chunk(model.configuration, steps: 4, lanes: 2)
    let weights = PackedWeights(
      model,
      for: .init(
        precision: .float32, lanes: 2, training: true, inputTable: true, weightDrop: weightDrop))
    var generator = Xoshiro256(seed: seed)
    weights.drawWeightDrop(using: &generator)
    weights.packShare(of: 0, workers: 1)
    let workspace = StreamWorkspace(weights, steps: 4, lanes: 2)
    workspace.load(chunk.states)
    let gradients = FloatBuffer(count: model.layout.count)
    let loss = workspace.train(
      chunk.symbols, targets: chunk.targets, scale: 1, gradients: gradients)
    let tensor = model.layout.tensors.first { $0.name == "lstm.weight_hh_l0" }
    return (loss, tensor.map { Array(gradients.elements[$0.range]) } ?? [])
  }

  @Test func theShareThatIsDroppedHasNoGradient() throws {
    let model = try Network.random(.lstm, hidden: 32)
    let before = model.parameters.values
    let (loss, gradient) = train(model, weightDrop: 0.25, seed: 1)
    let dropped = gradient.count { $0 == 0 }
    // 4096 weights: a quarter within five standard deviations.
    #expect((885...1163).contains(dropped))
    #expect(model.parameters.values == before)

    let again = train(model, weightDrop: 0.25, seed: 1)
    #expect(again.0 == loss && again.1 == gradient)
    let other = train(model, weightDrop: 0.25, seed: 2)
    #expect(other.0 != loss)
    // Two drawings have a sixteenth in common, as if drawn independently.
    let common = zip(gradient, other.1).count { $0 == 0 && $1 == 0 }
    #expect((180...334).contains(common))
    #expect(train(model, weightDrop: 0, seed: 1).1.allSatisfy { $0 != 0 })
  }
}
