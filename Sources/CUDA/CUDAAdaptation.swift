import CCUDA
import Recurrent

/// Adapts the weights of one lane's body on a GPU.
final class CUDAAdaptation: Adaptation {
  private let gpu: GPU
  private let weights: GPUWeights
  private let gradients: GPUBuffer
  private let rate: Float
  private let decay: Float
  private let room: Room?
  private var steps = 0

  private struct Room {
    let original: GPUBuffer
    let meanSquares: GPUBuffer
    let sum: GPUSum
    let updateMeanSquares: Kernel
    let adapt: Kernel
  }

  init(_ weights: GPUWeights, gradients: GPUBuffer, rate: Float, decay: Float) {
    let gpu = weights.gpu
    self.gpu = gpu
    self.weights = weights
    self.gradients = gradients
    self.rate = rate
    self.decay = decay
    let bytes = weights.network.layout.count * 4
    room = gpu.perform { () throws(CUDAError) in
      let original = try GPUBuffer(gpu, bytes: bytes)
      try gpu.copy(from: weights.parameters.pointer, to: original.pointer, bytes: bytes)
      return Room(
        original: original, meanSquares: try GPUBuffer(gpu, zeroed: bytes),
        sum: try GPUSum(on: gpu), updateMeanSquares: try gpu.kernel("mean_squares"),
        adapt: try gpu.kernel("adapt"))
    }
  }

  var parameters: FloatBuffer {
    let parameters = weights.network.parameters
    gpu.perform { () throws(CUDAError) in
      try gpu.copy(
        from: weights.parameters.pointer, to: parameters.pointer, bytes: parameters.count * 4)
      try gpu.synchronize()
    }
    return parameters
  }

  func step() {
    steps += 1
    let count = weights.network.layout.count
    gpu.perform { () throws(CUDAError) in
      guard let room else { return }
      try room.sum.add(room.updateMeanSquares, count: count) { partial in
        mean_squares_arguments(
          gradient: gradients.pointer, mean_squares: room.meanSquares.pointer, partial: partial,
          count: Int64(count), share: 1 / Float(steps))
      }
      let meanRoot = Float(try room.sum.value() / Double(count))
      // Nothing has ever had a gradient: there is nothing to learn, and nothing to go back from.
      guard meanRoot > 0 else { return }
      try gpu.launch(
        room.adapt, elements: count,
        adapt_arguments(
          gradient: gradients.pointer, mean_squares: room.meanSquares.pointer,
          original: room.original.pointer, weight: weights.parameters.pointer,
          count: Int64(count), rate: rate, epsilon: meanRoot / 10,
          decay_by_root: decay / meanRoot))
      try weights.refresh()
    }
  }
}
