import CPU
import CUDATesting
import Recurrent
import Testing

@testable import CUDA

/// All of them: the emulated libraries are one for the process.
@Suite("GPU", .serialized) struct CUDATests {}

extension CUDALibraries {
  /// Libraries that run kernels on the CPU (`Tests/CUDATesting`).
  static func emulated(without missing: String? = nil) throws(CUDAError) -> CUDALibraries {
    func lookup(_ library: String) -> Lookup {
      { (name) throws(CUDAError) in
        guard name != missing, let address = cuda_testing_symbol(name) else {
          throw .noFunction(name: name, library: library)
        }
        return address
      }
    }
    return try CUDALibraries(
      driver: lookup("libcuda.so.1"), compiler: lookup("libnvrtc.so.13"),
      products: lookup("libcublas.so.13"))
  }
}

extension GPU {
  /// One whose work is done at the last moment, so that a host that does not wait for it finds out.
  static func emulated(_ number: Int = 0) throws -> GPU {
    cuda_testing_reset()
    cuda_testing_defer(1)
    return try GPU(number, libraries: .emulated(), cache: nil)
  }
}

extension Network {
  /// A model whose weights, biases among them, are all random: nothing is hidden by a zero.
  static func random(
    _ cell: Cell, layers: Int = 2, hidden: Int = 20, embedding: Int = 6, vocabulary: Int = 11
  ) throws -> Network {
    try random(
      ModelConfiguration(
        cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: embedding,
        vocabularySize: vocabulary))
  }

  static func random(_ configuration: ModelConfiguration) throws -> Network {
    let model = try Network(configuration, seed: 7)
    var random = Xoshiro256(seed: 7, stream: [1])
    for tensor in model.layout.tensors {
      for index in tensor.range {
        model.parameters.elements[index] = 0.5 * (2 * random.uniform() - 1)
      }
    }
    for index in model.layout.normalization?.variance.range ?? 0..<0 {
      model.parameters.elements[index] = 0.1 + random.uniform()
    }
    return model
  }
}

extension StreamChunk {
  static func random(_ network: Network, steps: Int, lanes: Int, seed: UInt64) -> StreamChunk {
    var random = Xoshiro256(seed: seed)
    let chunk = StreamChunk(steps: steps, lanes: lanes)
    for index in 0..<steps * lanes {
      let vocabulary = Int32(network.configuration.vocabularySize)
      chunk.symbols[index] = .random(in: 0..<vocabulary, using: &random)
      chunk.targets[index] = .random(in: 0..<vocabulary, using: &random)
    }
    return chunk
  }
}

/// The largest difference between two buffers, as a part of the largest value.
func difference(_ first: FloatBuffer, _ second: FloatBuffer) -> Float {
  let largest = first.elements.reduce(0) { max($0, abs($1)) }
  var most: Float = 0
  for index in 0..<first.count {
    let difference = abs(first.elements[index] - second.elements[index])
    // A NaN is no small difference.
    most = difference.isNaN ? .infinity : max(most, difference)
  }
  return most / max(largest, .leastNormalMagnitude)
}
