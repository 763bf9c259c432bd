import CCUDA
import CPU
import Foundation
import Paths
import Recurrent

extension Device {
  /// One of NVIDIA's GPUs, of compute capability 8.0 or more.
  ///
  /// The libraries it takes, CUDA's driver, NVRTC and cuBLAS of CUDA 12 or 13, are looked up when
  /// it is asked for. At first it compiles its kernels, which takes some seconds and is kept in
  /// `~/.cache/charlstm`.
  ///
  /// - Parameter number: among the GPUs that the driver shows, from 0 on.
  /// - Throws: `CUDAError`.
  public static func cuda(_ number: Int = 0) throws(CUDAError) -> Device {
    let environment = ProcessInfo.processInfo.environment
    return Device(
      CUDABackend(
        try GPU(
          number, libraries: try .installed(environment: environment),
          cache: BaseFolders.cache(environment: environment))))
  }
}

/// Networks on a GPU. What looks inside of them does so on the CPU.
package struct CUDABackend: Backend {
  private let gpu: GPU
  private let cpu = CPUBackend(threads: nil)

  package init(_ gpu: GPU) {
    self.gpu = gpu
  }

  package var arithmetic: String {
    "\(gpu.name), compute capability \(gpu.capability / 10).\(gpu.capability % 10)"
  }

  package var failure: DeviceError? {
    gpu.failure.map { DeviceError($0.description) }
  }

  package func precision(for work: PrecisionChoice.Work) -> Precision {
    switch work {
    case .training, .writing: .bfloat16
    case .reading: .float32
    }
  }

  package func gains(by precision: Precision) -> Bool { precision.onGPU == precision }

  package func streams(through network: Network, _ use: StreamUse) -> any Streams {
    let streams = gpu.perform { () throws(CUDAError) in
      try CUDAStreams(network, use, on: gpu)
    }
    // After a failure nothing that is computed counts, but there has to be something.
    return streams ?? cpu.streams(through: network, use)
  }

  package func texts(through network: Network, precision: Precision) -> any TextReader {
    let reader = gpu.perform { () throws(CUDAError) in
      try CUDATextReader(network, precision: precision, on: gpu)
    }
    return reader ?? cpu.texts(through: network, precision: precision)
  }

  package func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer {
    let trainer = gpu.perform { () throws(CUDAError) in
      try CUDATextTrainer(network, use, on: gpu)
    }
    return trainer ?? cpu.trainingTexts(through: network, use)
  }

  package func observer(of network: Network, lanes: Int, steps: Int) -> any Observer {
    cpu.observer(of: network, lanes: lanes, steps: steps)
  }

  package func peakGigaflops(_ precision: Precision, seconds: Double) -> Double {
    gpu.perform { () throws(CUDAError) in
      try measure(precision.onGPU, size: 4096, seconds: seconds)
    } ?? 0
  }

  private func measure(
    _ precision: Precision, size: Int, seconds: Double
  ) throws(CUDAError) -> Double {
    let buffers = [
      try GPUBuffer(gpu, zeroed: size * size * precision.bytes),
      try GPUBuffer(gpu, zeroed: size * size * precision.bytes),
      try GPUBuffer(gpu, zeroed: size * size * precision.bytes),
    ]
    let matrices = buffers.map { GPUMatrix($0.pointer, size, size, precision) }
    // Products know where matrices lie, not whose they are.
    defer { withExtendedLifetime(buffers) {} }
    let clock = ContinuousClock()
    let start = clock.now
    var durations: [Double] = []
    while durations.count < 6 || clock.now - start < .seconds(seconds) {
      let begin = clock.now
      for _ in 0..<8 { try gpu.multiply(matrices[0], by: matrices[1], into: matrices[2]) }
      try gpu.synchronize()
      durations.append((clock.now - begin) / .seconds(8))
    }
    let median = durations.dropFirst().sorted()[(durations.count - 1) / 2]
    return 2 * Double(size * size * size) / median / 1e9
  }
}
