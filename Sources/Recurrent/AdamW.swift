import CKernels

#if canImport(Glibc)
  import Glibc
#endif

/// AdamW (Loshchilov and Hutter 2019) over a flat buffer of parameters, with clipping by the global
/// norm and an exponential moving average of the weights.
package final class AdamW: Sendable {
  package struct Options: Codable, Equatable, Sendable {
    package var beta1: Float = 0.9
    package var beta2: Float = 0.999
    package var epsilon: Float = 1e-8
    /// For matrices only.
    package var weightDecay: Float = 0
    /// The largest norm of all gradients together; 0 for no clipping.
    package var clipNorm: Float = 1
    /// How much of the average an update keeps, once it has seen many.
    package var averageDecay: Float = 0.999

    package init() {}
  }

  package let options: Options
  package let first: FloatBuffer
  package let second: FloatBuffer
  /// The averaged weights.
  package let average: FloatBuffer
  /// The buffer in pieces of a few thousand elements, for workers to share out.
  private let pieces: [Piece]

  private struct Piece {
    var range: Range<Int>
    var decays: Bool
    var group: Int
  }

  package init(_ model: Network, options: Options) {
    self.options = options
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

  private func share(of worker: Int, workers: Int) -> ArraySlice<Piece> {
    pieces[pieces.count * worker / workers..<pieces.count * (worker + 1) / workers]
  }

  /// Adds all gradients of one worker's share of the parameters into the first, and returns the sum
  /// of their squares.
  package func reduce(_ gradients: [FloatBuffer], worker: Int, workers: Int) -> Double {
    share(of: worker, workers: workers).reduce(0) { sum, piece in
      let start = piece.range.lowerBound
      let count = Int64(piece.range.count)
      let total = gradients[0].pointer + start
      for other in gradients.dropFirst() { ck_add(count, other.pointer + start, total) }
      return sum + ck_sum_of_squares(count, total)
    }
  }

  /// Updates one worker's share of the parameters.
  /// - Parameters:
  ///   - step: the number of this update, from 1.
  ///   - norm: the global norm of the gradient.
  ///   - rateFactors: on the rate of each group (`ParameterLayout.group`), 0 where weights stay as
  ///     they are; 1 for all where nil.
  package func update(
    _ parameters: FloatBuffer, gradient: FloatBuffer, norm: Double, learningRate: Float, step: Int,
    rateFactors: [Float]? = nil, worker: Int, workers: Int
  ) {
    let clip = Double(options.clipNorm)
    var update = ck_adamw()
    update.learning_rate = learningRate
    update.beta1 = options.beta1
    update.beta2 = options.beta2
    update.epsilon = options.epsilon
    update.correction1 = Float(1 - pow(Double(options.beta1), Double(step)))
    update.correction2 = Float(1 - pow(Double(options.beta2), Double(step)))
    update.gradient_scale = clip > 0 && norm > clip ? Float(clip / norm) : 1
    // A young average follows the weights closely, so that the random start is soon forgotten.
    let decay = min(options.averageDecay, Float(step) / Float(step + 10))
    update.average_weight = 1 - decay
    for piece in share(of: worker, workers: workers) {
      let start = piece.range.lowerBound
      let factor = rateFactors?[piece.group] ?? 1
      if factor == 0 { continue }
      update.learning_rate = learningRate * factor
      update.weight_decay = piece.decays ? options.weightDecay : 0
      ck_adamw_update(
        &update, Int64(piece.range.count), gradient.pointer + start, parameters.pointer + start,
        first.pointer + start, second.pointer + start, average.pointer + start)
    }
  }
}
