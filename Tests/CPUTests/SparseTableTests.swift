import CPU
import CKernels
import Foundation
import Recurrent
import Testing

@Suite("Sparse table")
struct SparseTableTests {
  private static let buckets = 40
  private let configuration = ModelConfiguration(
    layers: 1, hiddenSize: 4, embeddingSize: 19, vocabularySize: 3,
    classifier: ClassifierConfiguration(
      classes: 2, pooling: .mean, ngrams: NgramEmbedding(longest: 2, buckets: Self.buckets)))

  /// A network and its optimizer, given gradients by several parts.
  private final class Run {
    let model: Network
    let table: ParameterLayout.Tensor
    let optimizer: AdamW
    private let parts: [FloatBuffer]
    private let touched: [TouchedRows]
    private(set) var step = 0

    init(
      _ model: Network, _ options: AdamWOptions, parts count: Int, isSparse: Bool = true
    ) throws {
      self.model = model
      table = try #require(model.layout.ngrams)
      parts = (0..<count).map { _ in FloatBuffer(count: model.layout.count) }
      touched = (0..<count).map { _ in TouchedRows(of: SparseTableTests.buckets, most: 100) }
      optimizer = AdamW(
        model, options: options, gradients: parts, touchedRows: isSparse ? touched : [],
        team: WorkerTeam(count: count))
    }

    func elements(ofRow row: Int) -> Range<Int> {
      let columns = table.shape[1]
      let start = table.range.lowerBound + row * columns
      return start..<start + columns
    }

    func restore(_ state: OptimizerState, step: Int) {
      optimizer.restore(state, step: step)
      self.step = step
    }

    /// Takes a step. Rows of the table whose gradient is not zero are touched: some by the first part
    /// alone, some by the last, some by all.
    /// - Returns: the gradient's norm.
    @discardableResult
    func update(_ gradient: [Float]) -> Double {
      step += 1
      for (part, (buffer, touched)) in zip(parts, touched).enumerated() {
        touched.begin()
        for tensor in model.layout.tensors where tensor != table {
          for index in tensor.range {
            buffer.elements[index] = gradient[index] / Float(parts.count)
          }
        }
        for row in 0..<SparseTableTests.buckets {
          let range = elements(ofRow: row)
          guard gradient[range].contains(where: { $0 != 0 }) else { continue }
          let sharers = row % 3 == 0 ? [0] : row % 3 == 1 ? [parts.count - 1] : Array(parts.indices)
          guard sharers.contains(part) else { continue }
          // Named twice, as texts do.
          touched.add(
            [Int32(row), Int32(row)], count: 2,
            zeroing: buffer.pointer + table.range.lowerBound, columns: table.shape[1])
          for index in range {
            #expect(buffer.elements[index] == 0)
            buffer.elements[index] = gradient[index] / Float(sharers.count)
          }
        }
      }
      do {
        let norm = try optimizer.reduceGradients()
        optimizer.update(norm: norm, learningRate: 0.01, step: step, rateFactors: nil)
        return norm
      } catch {
        Issue.record(error)
        return .nan
      }
    }
  }

  private func network() throws -> Network {
    let model = try Network(configuration, seed: 1)
    var generator = Xoshiro256(seed: 2)
    for index in try #require(model.layout.ngrams).range {
      model.parameters.elements[index] = generator.symmetric(1)
    }
    return model
  }

  /// Gradients of a few steps, in the table of a few rows.
  private func gradients(steps: Int) throws -> [[Float]] {
    let layout = ParameterLayout(configuration)
    let table = try #require(layout.ngrams)
    var generator = Xoshiro256(seed: 4)
    return (0..<steps).map { _ in
      var gradient = [Float](repeating: 0, count: layout.count)
      for tensor in layout.tensors where tensor != table {
        for index in tensor.range { gradient[index] = generator.symmetric(0.1) }
      }
      for row in 0..<Self.buckets where generator.uniform() < 0.2 {
        for column in 0..<table.shape[1] {
          gradient[table.range.lowerBound + row * table.shape[1] + column] =
            generator.symmetric(0.1)
        }
      }
      return gradient
    }
  }

  private func options(_ change: (inout AdamWOptions) -> Void = { _ in }) -> AdamWOptions {
    var options = AdamWOptions()
    // Steps 1 to 9 have an average that is younger.
    options.averageDecay = 0.5
    change(&options)
    return options
  }

  /// In step 1 there is nothing that other rows would have kept.
  @Test(arguments: [1, 2, 4])
  func theFirstStepIsThatOfTheDenseUpdate(parts: Int) throws {
    // Clipping would bring in the norm, whose sum is rounded otherwise.
    let options = options { $0.clipNorm = 0 }
    let gradient = try gradients(steps: 1)[0]
    let sparse = try Run(network(), options, parts: parts)
    let dense = try Run(network(), options, parts: parts, isSparse: false)
    let norms = [sparse.update(gradient), dense.update(gradient)]
    #expect(abs(norms[0] / norms[1] - 1) < 1e-6)
    #expect(sparse.model.parameters.values == dense.model.parameters.values)
    #expect(sparse.optimizer.state.first.values == dense.optimizer.state.first.values)
    #expect(sparse.optimizer.state.second.values == dense.optimizer.state.second.values)
    #expect(sparse.optimizer.gradients.values == dense.optimizer.gradients.values)
    let averages = zip(sparse.optimizer.average.elements, dense.optimizer.average.elements)
    #expect(averages.allSatisfy { abs($0 - $1) < 1e-7 })
  }

  /// AdamW in double precision, in the rows that a step touches, and the average over all steps.
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

    mutating func update(_ gradient: [Float], norm: Double, rate: Double, step: Int) {
      let clip = Double(options.clipNorm)
      let (beta1, beta2) = (Double(options.beta1), Double(options.beta2))
      let keep = min(Double(options.averageDecay), Double(step) / Double(step + 10))
      for index in weights.indices {
        if gradient[index] != 0 {
          let g = Double(gradient[index]) * min(1, clip / norm)
          first[index] = beta1 * first[index] + (1 - beta1) * g
          second[index] = beta2 * second[index] + (1 - beta2) * g * g
          let m = first[index] / (1 - pow(beta1, Double(step)))
          let v = second[index] / (1 - pow(beta2, Double(step)))
          weights[index] -= rate * Double(options.weightDecay) * weights[index]
          weights[index] -= rate * m / (v.squareRoot() + Double(options.epsilon))
        }
        average[index] = keep * average[index] + (1 - keep) * weights[index]
      }
    }
  }

  @Test(arguments: [1, 3])
  func equalsThePlainLazyUpdate(parts: Int) throws {
    let options = options {
      $0.clipNorm = 0.5
      $0.weightDecay = 0.1
    }
    let run = try Run(network(), options, parts: parts)
    let table = run.table.range
    var plain = Plain(Array(run.model.parameters[table]), options)
    var passedOver = 0
    for (index, gradient) in try gradients(steps: 30).enumerated() {
      let expected = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let norm = run.update(gradient)
      #expect(abs(norm / expected - 1) < 1e-6)
      plain.update(Array(gradient[table]), norm: expected, rate: 0.01, step: index + 1)
      passedOver += gradient[table].count { $0 == 0 }
      // Gradients of earlier steps are gone.
      let sum = run.optimizer.gradients
      #expect(zip(sum[table], gradient[table]).allSatisfy { abs($0 - $1) < 1e-7 })
      guard index % 7 == 0 || index == 29 else { continue }
      for (found, expected) in [
        (run.model.parameters, plain.weights), (run.optimizer.average, plain.average),
        (run.optimizer.state.first, plain.first), (run.optimizer.state.second, plain.second),
      ] {
        #expect(zip(found[table], expected).allSatisfy { abs(Double($0) - $1) < 2e-6 })
      }
    }
    #expect(passedOver > 0)
  }

  @Test func readingTheAverageChangesNothing() throws {
    let silent = try Run(network(), options(), parts: 2)
    let read = try Run(network(), options(), parts: 2)
    for gradient in try gradients(steps: 12) {
      silent.update(gradient)
      read.update(gradient)
      #expect(read.optimizer.average.values.allSatisfy { $0.isFinite })
    }
    #expect(silent.optimizer.average.values == read.optimizer.average.values)
    #expect(silent.optimizer.state.average.values == read.optimizer.state.average.values)
  }

  @Test func partsAgree() throws {
    let options = options { $0.clipNorm = 0 }
    let runs = try [1, 4].map { try Run(network(), options, parts: $0) }
    for gradient in try gradients(steps: 6) {
      for run in runs { run.update(gradient) }
    }
    #expect(runs[0].model.parameters.values == runs[1].model.parameters.values)
    #expect(runs[0].optimizer.average.values == runs[1].optimizer.average.values)
  }

  @Test func goesOnFromItsState() throws {
    let all = try gradients(steps: 24)
    let whole = try Run(network(), options(), parts: 2)
    for gradient in all.prefix(14) { whole.update(gradient) }
    var state = whole.optimizer.state
    #expect(state.averagedSteps?.count == Self.buckets)
    state.first = FloatBuffer(copying: state.first)
    state.second = FloatBuffer(copying: state.second)
    state.average = FloatBuffer(copying: state.average)
    let resumed = try Run(whole.model.copy(), options(), parts: 2)
    resumed.restore(state, step: 14)
    #expect(resumed.optimizer.average.values == whole.optimizer.average.values)
    for gradient in all.dropFirst(14) {
      whole.update(gradient)
      resumed.update(gradient)
    }
    #expect(resumed.model.parameters.values == whole.model.parameters.values)
    #expect(resumed.optimizer.average.values == whole.optimizer.average.values)
    #expect(resumed.optimizer.state.averagedSteps == whole.optimizer.state.averagedSteps)
  }

  /// Files from before averages were made up for have them as of the last step.
  @Test func averagesWithoutStepsAreOfTheLast() throws {
    let run = try Run(network(), options(), parts: 2)
    for gradient in try gradients(steps: 5) { run.update(gradient) }
    var state = run.optimizer.state
    state.average = FloatBuffer(copying: run.optimizer.average)
    state.averagedSteps = nil
    let resumed = try Run(run.model.copy(), options(), parts: 2)
    resumed.restore(state, step: 5)
    #expect(resumed.optimizer.average.values == state.average.values)
    #expect(resumed.optimizer.state.averagedSteps == [Int32](repeating: 5, count: Self.buckets))
  }

  @Test(arguments: [0, 0.3, 0.9, 0.998, 0.9999])
  func whatAnAverageKeepsIsTheProductOfItsSteps(decay: Double) {
    var schedule = ck_average(decay: decay, rise: ck_average_rise(decay))
    let spans: [(Int, Int)] = [
      (0, 0), (0, 1), (0, 30), (7, 20), (80, 100), (4900, 5100), (6000, 6007),
    ]
    for (from, to) in spans {
      var product = 1.0
      for step in from..<to { product *= min(decay, Double(step + 1) / Double(step + 11)) }
      let kept = ck_average_kept(&schedule, Int64(from), Int64(to))
      #expect(abs(kept - product) <= 1e-11 * product, "\(from) to \(to)")
    }
    // Damaged files may say that an average is ahead.
    #expect(ck_average_kept(&schedule, 9, 3) == 1)
  }
}
