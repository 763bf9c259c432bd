import CCUDA
import CKernels
import CPU
import Foundation
import Recurrent

/// The optimizer over weights that stay on a GPU; what is asked of them is copied to the host.
///
/// Unchecked: everything happens within `gpu.perform`.
final class CUDAOptimizer: Optimizer, @unchecked Sendable {
  private let gpu: GPU
  private let weights: GPUWeights
  private let options: AdamWOptions
  private let deviceGradients: GPUBuffer
  private let room: Room?
  /// That of n-grams, of which a step updates what texts have touched.
  private let table: GPUSparseTable?
  /// Where what is asked for is copied to.
  private let host:
    (
      gradients: FloatBuffer, first: FloatBuffer, second: FloatBuffer, average: FloatBuffer
    )
  /// The averages as they were read last, whose rows of the table are not behind; nil without one.
  private let readAverage: FloatBuffer?

  /// What else it takes of the GPU.
  private struct Room {
    let first: GPUBuffer
    let second: GPUBuffer
    let average: GPUBuffer
    let sum: GPUSum
    let sumOfSquares: Kernel
    let adamw: Kernel
  }

  /// - Parameter touched: the rows of the n-grams' table that have gradients; if nil, there is
  ///   none.
  init(
    _ weights: GPUWeights, gradients: GPUBuffer, _ options: AdamWOptions,
    touched: GPUTouchedRows? = nil
  ) {
    let gpu = weights.gpu
    self.gpu = gpu
    self.weights = weights
    self.options = options
    deviceGradients = gradients
    let count = weights.network.layout.count
    host = (
      FloatBuffer(count: count), FloatBuffer(count: count), FloatBuffer(count: count),
      FloatBuffer(copying: weights.network.parameters)
    )
    let sparse = touched == nil ? nil : weights.network.layout.sparseTable
    readAverage = sparse == nil ? nil : FloatBuffer(count: count)
    room = gpu.perform { () throws(CUDAError) in
      let average = try GPUBuffer(gpu, bytes: count * 4)
      try gpu.copy(from: weights.parameters.pointer, to: average.pointer, bytes: count * 4)
      return Room(
        first: try GPUBuffer(gpu, zeroed: count * 4), second: try GPUBuffer(gpu, zeroed: count * 4),
        average: average, sum: try GPUSum(on: gpu),
        sumOfSquares: try gpu.kernel("sum_of_squares"), adamw: try gpu.kernel("adamw"))
    }
    table =
      gpu.perform { () throws(CUDAError) in
        guard let sparse, let touched else { return nil }
        return try GPUSparseTable(
          sparse, touched: touched, averageDecay: options.averageDecay, on: gpu)
      } ?? nil
  }

  private func download(_ source: GPUBuffer?, into destination: FloatBuffer) -> FloatBuffer {
    gpu.perform { () throws(CUDAError) in
      guard let source else { return }
      try gpu.copy(from: source.pointer, to: destination.pointer, bytes: destination.count * 4)
      try gpu.synchronize()
    }
    return destination
  }

  var parameters: FloatBuffer {
    download(weights.parameters, into: weights.network.parameters)
  }
  var average: FloatBuffer {
    let kept = download(room?.average, into: host.average)
    guard let table, let readAverage else { return kept }
    let steps = gpu.perform { () throws(CUDAError) in try table.averagedSteps() }
    guard let steps else { return kept }
    readAverage.pointer.update(from: kept.pointer, count: kept.count)
    table.makeUpForSteps(in: kept, upTo: steps, weights: parameters, into: readAverage)
    return readAverage
  }
  var gradients: FloatBuffer { download(deviceGradients, into: host.gradients) }
  var state: OptimizerState {
    OptimizerState(
      first: download(room?.first, into: host.first),
      second: download(room?.second, into: host.second),
      average: download(room?.average, into: host.average),
      averagedSteps: table.flatMap { table in
        gpu.perform { () throws(CUDAError) in try table.averagedSteps() }
      })
  }

  func restore(_ state: OptimizerState, step: Int) {
    gpu.perform { () throws(CUDAError) in
      guard let room else { return }
      for (saved, mine) in [
        (state.first, room.first), (state.second, room.second), (state.average, room.average),
      ] {
        try gpu.copy(from: saved.pointer, to: mine.pointer, bytes: saved.count * 4)
      }
      try table?.restore(averagedSteps: state.averagedSteps, step: step)
      try gpu.synchronize()
    }
  }

  func set(_ values: [Float], of tensor: ParameterLayout.Tensor) {
    precondition(values.count == tensor.range.count)
    _ = weights.network.parameters[tensor.range].update(fromContentsOf: values)
    gpu.perform { () throws(CUDAError) in
      for buffer in [weights.parameters, room?.average] {
        guard let buffer else { continue }
        try gpu.copy(
          from: values, to: weights.exactPointer(tensor, in: buffer), bytes: values.count * 4)
      }
    }
  }

  func reduceGradients() throws(DeviceError) -> Double {
    let squares = gpu.perform { () throws(CUDAError) in
      guard let room else { return Double.nan }
      try room.sum.add(
        room.sumOfSquares, deviceGradients.pointer, count: weights.network.layout.count)
      return try room.sum.value()
    }
    guard let squares else {
      throw DeviceError(gpu.failure?.description ?? "the GPU failed")
    }
    return squares.squareRoot()
  }

  func update(norm: Double, learningRate: Float, step: Int, rateFactors: [Float]?) {
    let layout = weights.network.layout
    let shared = ck_adamw(options, norm: norm, step: step)
    var update = adamw_arguments()
    update.beta1 = shared.beta1
    update.beta2 = shared.beta2
    update.epsilon = shared.epsilon
    update.correction1 = shared.correction1
    update.correction2 = shared.correction2
    update.gradient_scale = shared.gradient_scale
    update.average_weight = shared.average_weight
    gpu.perform { () throws(CUDAError) in
      guard let room else { return }
      table?.step = step
      for tensor in layout.tensors {
        let factor = rateFactors?[layout.group(of: tensor)] ?? 1
        if factor == 0 { continue }
        update.gradient = weights.exactPointer(tensor, in: deviceGradients)
        update.weight = weights.values(tensor)
        update.first = weights.exactPointer(tensor, in: room.first)
        update.second = weights.exactPointer(tensor, in: room.second)
        update.average = weights.exactPointer(tensor, in: room.average)
        update.count = Int64(tensor.range.count)
        update.learning_rate = learningRate * factor
        update.weight_decay = tensor.isMatrix ? options.weightDecay : 0
        if let table, tensor == table.tensor {
          try table.update(update)
        } else {
          try gpu.launch(room.adamw, elements: tensor.range.count, update)
        }
      }
    }
  }
}
