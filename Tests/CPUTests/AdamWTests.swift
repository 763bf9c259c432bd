import CPU
import Foundation
import Recurrent
import Testing

@Suite("AdamW")
struct AdamWTests {
  /// The update as in the paper (Loshchilov and Hutter 2019, algorithm 2), in double precision.
  private struct Plain {
    var options: AdamWOptions
    var weights: [Double]
    var average: [Double]
    var first: [Double]
    var second: [Double]

    init(_ weights: [Float], _ options: AdamWOptions) {
      self.options = options
      self.weights = weights.map(Double.init)
      average = self.weights
      first = weights.map { _ in 0 }
      second = first
    }

    mutating func update(_ gradient: [Float], decays: [Bool], rate: Double, step: Int) {
      let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let clip = Double(options.clipNorm)
      let scale = clip > 0 ? min(1, clip / norm) : 1
      let (beta1, beta2) = (Double(options.beta1), Double(options.beta2))
      let keep = min(Double(options.averageDecay), Double(step) / Double(step + 10))
      for index in weights.indices {
        let g = Double(gradient[index]) * scale
        first[index] = beta1 * first[index] + (1 - beta1) * g
        second[index] = beta2 * second[index] + (1 - beta2) * g * g
        let m = first[index] / (1 - pow(beta1, Double(step)))
        let v = second[index] / (1 - pow(beta2, Double(step)))
        if decays[index] { weights[index] -= rate * Double(options.weightDecay) * weights[index] }
        weights[index] -= rate * m / (v.squareRoot() + Double(options.epsilon))
        average[index] = keep * average[index] + (1 - keep) * weights[index]
      }
    }
  }

  private let configuration = ModelConfiguration(
    layers: 1, hiddenSize: 18, embeddingSize: 3, vocabularySize: 5)

  /// Gradients of a few steps, zero between the tensors.
  private func gradients(_ layout: ParameterLayout, steps: Int) -> [[Float]] {
    var generator = Xoshiro256(seed: 4)
    return (0..<steps).map { _ in
      var gradient = [Float](repeating: 0, count: layout.count)
      for tensor in layout.tensors {
        for index in tensor.range { gradient[index] = generator.symmetric(0.1) }
      }
      return gradient
    }
  }

  /// Weights, averages and moments after a few steps by several workers, each with a gradient.
  private func run(
    _ options: AdamWOptions, steps: Int, workers: Int
  ) throws -> (model: Network, optimizer: AdamW) {
    let model = try Network(configuration, seed: 1)
    let shares = (0..<workers).map { _ in FloatBuffer(count: model.layout.count) }
    let optimizer = AdamW(
      model, options: options, gradients: shares, team: WorkerTeam(count: workers))
    for (index, gradient) in gradients(model.layout, steps: steps).enumerated() {
      // A half, a quarter, an eighth, …, and the last worker's the rest: exact in binary.
      var share: Float = 1
      for worker in 0..<workers {
        if worker < workers - 1 { share /= 2 }
        for (index, value) in gradient.enumerated() {
          shares[worker].elements[index] = value * share
        }
      }
      let norm = try optimizer.reduceGradients()
      optimizer.update(norm: norm, learningRate: 0.01, step: index + 1, rateFactors: nil)
    }
    return (model, optimizer)
  }

  @Test(arguments: [0, 0.5, 100] as [Float], [0, 0.1] as [Float])
  func equalsThePlainUpdate(clipNorm: Float, weightDecay: Float) throws {
    var options = AdamWOptions()
    options.clipNorm = clipNorm
    options.weightDecay = weightDecay
    options.averageDecay = 0.2
    let (model, optimizer) = try run(options, steps: 5, workers: 1)

    let start = try Network(configuration, seed: 1)
    var plain = Plain(start.parameters.values, options)
    var decays = [Bool](repeating: false, count: start.layout.count)
    for tensor in start.layout.tensors where tensor.name.contains("weight") {
      for index in tensor.range { decays[index] = true }
    }
    for (index, gradient) in gradients(start.layout, steps: 5).enumerated() {
      plain.update(gradient, decays: decays, rate: 0.01, step: index + 1)
    }
    func agrees(_ buffer: FloatBuffer, _ expected: [Double]) -> Bool {
      zip(buffer.elements, expected).allSatisfy { abs(Double($0) - $1) < 2e-6 }
    }
    #expect(agrees(model.parameters, plain.weights))
    #expect(agrees(optimizer.average, plain.average))
    #expect(agrees(optimizer.state.first, plain.first))
    #expect(agrees(optimizer.state.second, plain.second))
  }

  @Test func workersAgree() throws {
    var options = AdamWOptions()
    options.clipNorm = 0.5
    let alone = try run(options, steps: 3, workers: 1)
    let shared = try run(options, steps: 3, workers: 3)
    #expect(shared.model.parameters.values == alone.model.parameters.values)
    #expect(shared.optimizer.average.values == alone.optimizer.average.values)
  }

  @Test func whatIsBetweenTensorsStaysZero() throws {
    let (model, _) = try run(AdamWOptions(), steps: 3, workers: 2)
    let used = Set(model.layout.tensors.flatMap { Array($0.range) })
    #expect(
      model.parameters.elements.indices.allSatisfy {
        used.contains($0) || model.parameters.elements[$0] == 0
      })
  }

  /// Another process, with gradients of 3 and 4.
  private final class Other: GradientExchange {
    private let gradients: FloatBuffer

    init(beside gradients: FloatBuffer) {
      self.gradients = gradients
    }

    func begin(_ gradients: [FloatBuffer], of layout: ParameterLayout) {}
    func isReady(segment: Int, ofBlock block: Int) {}

    func finish() {
      gradients.elements[0] += 3
      gradients.elements[1] += 4
    }
  }

  /// What another process adds counts in the norm and in the update.
  @Test func anExchangeAddsToTheGradients() throws {
    let model = try Network(configuration, seed: 1)
    let own = FloatBuffer(count: model.layout.count)
    own.elements[0] = 1
    let optimizer = AdamW(
      model, options: AdamWOptions(), gradients: [own], team: WorkerTeam(count: 2), workers: 2,
      exchange: Other(beside: own))
    let norm = try optimizer.reduceGradients()
    #expect(norm == (16.0 + 16).squareRoot())
    let before = model.parameters.values
    optimizer.update(norm: norm, learningRate: 0.01, step: 1, rateFactors: nil)
    let changed = model.parameters.elements.indices.filter {
      model.parameters.elements[$0] != before[$0]
    }
    #expect(changed == [0, 1])
  }
}
