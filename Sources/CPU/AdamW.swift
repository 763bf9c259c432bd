import CKernels
import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// The optimizer over a flat buffer of parameters, of which each of a team's workers has a share.
package final class AdamW: Optimizer {
  package let parameters: FloatBuffer
  package let first: FloatBuffer
  package let second: FloatBuffer
  package let average: FloatBuffer
  package var gradients: FloatBuffer { partGradients[0] }
  private let options: AdamWOptions
  /// By part of a batch; the first takes their sum.
  private let partGradients: [FloatBuffer]
  private let team: WorkerTeam
  private let workers: Int
  private let exchange: (any GradientExchange)?
  /// The buffer in pieces of a few thousand elements, for workers to share out.
  private let pieces: [Piece]

  private struct Piece: Sendable {
    var range: Range<Int>
    var decays: Bool
    var group: Int
  }

  /// - Parameters:
  ///   - gradients: by part of a batch.
  ///   - workers: those that share the work; one a part if nil.
  package init(
    _ model: Network, options: AdamWOptions, gradients: [FloatBuffer], team: WorkerTeam,
    workers: Int? = nil, exchange: (any GradientExchange)? = nil
  ) {
    self.options = options
    partGradients = gradients
    self.team = team
    self.workers = workers ?? gradients.count
    self.exchange = exchange
    parameters = model.parameters
    first = FloatBuffer(count: model.layout.count)
    second = FloatBuffer(count: model.layout.count)
    average = FloatBuffer(copying: model.parameters)
    pieces = model.layout.tensors.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 8192).map { start in
        Piece(
          range: start..<min(start + 8192, tensor.range.upperBound), decays: tensor.isMatrix,
          group: model.layout.group(of: tensor))
      }
    }
  }

  private func share(of worker: Int) -> ArraySlice<Piece> {
    pieces[pieces.count * worker / workers..<pieces.count * (worker + 1) / workers]
  }

  package func reduceGradients(loss: Double) -> (loss: Double, norm: Double) {
    let squares = reduce(partGradients)
    guard let exchange else { return (loss, squares.squareRoot()) }
    let loss = exchange.sum(gradients, loss: loss)
    return (loss, reduce([gradients]).squareRoot())
  }

  /// Adds all gradients into the first, and returns the sum of their squares.
  private func reduce(_ gradients: [FloatBuffer]) -> Double {
    let squares = PerPart((0..<workers).map { _ in 0.0 })
    team.run(workers: workers) { worker in
      squares[worker] = self.share(of: worker).reduce(0) { sum, piece in
        let start = piece.range.lowerBound
        let count = Int64(piece.range.count)
        let total = gradients[0].pointer + start
        for other in gradients.dropFirst() { ck_add(count, other.pointer + start, total) }
        return sum + ck_sum_of_squares(count, total)
      }
    }
    return squares.values.reduce(0, +)
  }

  package func update(norm: Double, learningRate: Float, step: Int, rateFactors: [Float]?) {
    let clip = Double(options.clipNorm)
    var update = ck_adamw()
    update.beta1 = options.beta1
    update.beta2 = options.beta2
    update.epsilon = options.epsilon
    update.correction1 = Float(1 - pow(Double(options.beta1), Double(step)))
    update.correction2 = Float(1 - pow(Double(options.beta2), Double(step)))
    update.gradient_scale = clip > 0 && norm > clip ? Float(clip / norm) : 1
    // A young average follows the weights closely, so that the random start is soon forgotten.
    let decay = min(options.averageDecay, Float(step) / Float(step + 10))
    update.average_weight = 1 - decay
    team.run(workers: workers) { [update] worker in
      var update = update
      for piece in self.share(of: worker) {
        let start = piece.range.lowerBound
        let factor = rateFactors?[piece.group] ?? 1
        if factor == 0 { continue }
        update.learning_rate = learningRate * factor
        update.weight_decay = piece.decays ? self.options.weightDecay : 0
        ck_adamw_update(
          &update, Int64(piece.range.count), self.gradients.pointer + start,
          self.parameters.pointer + start, self.first.pointer + start,
          self.second.pointer + start, self.average.pointer + start)
      }
    }
  }

  package func restore(first: FloatBuffer, second: FloatBuffer, average: FloatBuffer) {
    for (mine, saved) in [(self.first, first), (self.second, second), (self.average, average)] {
      mine.pointer.update(from: saved.pointer, count: mine.count)
    }
  }

  package func set(_ values: [Float], of tensor: ParameterLayout.Tensor) {
    for buffer in [parameters, average] {
      _ = buffer[tensor.range].update(fromContentsOf: values)
    }
  }
}
