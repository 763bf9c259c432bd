import CPU
import Recurrent
import Testing

@Suite("Adaptation")
struct AdaptationTests {
  /// Against the rule as it is written down, for counts with and without a rest of a block.
  @Test(arguments: [1, 16, 37, 5000])
  func rule(_ count: Int) {
    var generator = Xoshiro256(seed: 4)
    func random(_ scale: Float) -> FloatBuffer {
      let buffer = FloatBuffer(count: count)
      for index in 0..<count {
        buffer.elements[index] = scale * (2 * generator.uniform() - 1)
      }
      return buffer
    }
    let original = random(1)
    let weights = FloatBuffer(copying: original)
    var expected = original.elements.map(Double.init)
    var meanSquares = [Double](repeating: 0, count: count)
    let (rate, decay) = (0.02, 0.6)
    let gradient = FloatBuffer(count: count)
    var packed = 0
    let adaptation = RMSAdaptation(
      weights, gradient: gradient, rate: Float(rate), decay: Float(decay), pack: { packed += 1 })
    for step in 1...6 {
      // Sizes differ, so that the share that goes back reaches its bound of 1.
      for (index, value) in random(1).values.enumerated() {
        gradient.elements[index] = value * Float(index % 5)
      }
      adaptation.step()
      #expect(packed == step || gradient.elements.allSatisfy { $0 == 0 })
      for index in 0..<count {
        let g = Double(gradient.elements[index])
        meanSquares[index] += (g * g - meanSquares[index]) / Double(step)
      }
      let mean = meanSquares.reduce(0) { $0 + $1.squareRoot() } / Double(count)
      for index in 0..<count where mean > 0 {
        let root = meanSquares[index].squareRoot()
        let back =
          min(1, decay * root / mean) * (Double(original.elements[index]) - expected[index])
        expected[index] += back - rate * Double(gradient.elements[index]) / (root + mean / 10)
      }
      for index in 0..<count {
        #expect(abs(Double(weights.elements[index]) - expected[index]) < 1e-5)
      }
    }
  }

  @Test func noGradientChangesNothing() {
    let original = FloatBuffer(count: 20)
    original.elements.update(repeating: 0.5)
    let weights = FloatBuffer(copying: original)
    let adaptation = RMSAdaptation(
      weights, gradient: FloatBuffer(count: 20), rate: 1, decay: 1, pack: {})
    adaptation.step()
    #expect(weights.elements.allSatisfy { $0 == 0.5 })
  }
}
