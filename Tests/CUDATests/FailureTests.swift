import CPU
import CUDATesting
import FileTesting
import Foundation
import Recurrent
import Testing

@testable import CUDA

extension CUDATests {
  /// What is said where a GPU cannot be used.
  @Suite struct FailureTests {
    init() { cuda_testing_reset() }

    private func failure(_ number: Int = 0) -> CUDAError? {
      do {
        _ = try GPU(number, libraries: .emulated(), cache: nil)
        return nil
      } catch { return error }
    }

    @Test func whatAGPUNeeds() {
      #expect(failure() == nil)
      #expect(failure(2)?.description == "no GPU 2: there is 1, cuda:0")
      cuda_testing_set_device(9, 0, 1 << 30, 12080, 3)
      #expect(failure(3)?.description == "no GPU 3: there are 3, from cuda:0 on")
      cuda_testing_set_device(9, 0, 1 << 30, 12080, 0)
      #expect(
        failure()?.description
          == "no GPU: NVIDIA's driver finds none (CUDA_VISIBLE_DEVICES may hide it)")
      cuda_testing_set_device(9, 0, 1 << 30, 11040, 1)
      #expect(
        failure()?.description
          == "no GPU: NVIDIA's driver supports CUDA 11.4, and 12.0 is needed; "
          + "install a newer driver"
      )
      cuda_testing_set_device(7, 5, 1 << 30, 12080, 1)
      #expect(
        failure()?.description.hasSuffix("its compute capability is 7.5, and 8.0 is needed") == true
      )
      cuda_testing_reset()
    }

    @Test func aLibraryWithoutAFunction() {
      #expect(throws: CUDAError.noFunction(name: "cublasGemmEx", library: "libcublas.so.13")) {
        try CUDALibraries.emulated(without: "cublasGemmEx")
      }
    }

    @Test func librariesThatAreMissing() {
      // No driver is on machines without a GPU, and no compiler in this environment.
      do {
        _ = try CUDALibraries.installed(environment: [:])
      } catch {
        #expect(error.description.hasPrefix("no GPU: "))
      }
    }

    @Test func fullMemory() throws {
      cuda_testing_set_device(9, 0, 34 << 20, 12080, 1)
      let backend = CUDABackend(try GPU(0, libraries: .emulated(), cache: nil))
      let network = try Network.random(.lstm, hidden: 200)
      let use = StreamUse(precision: .float32, lanes: 64, steps: 64)
      _ = backend.streams(through: network, use)
      let failure = try #require(backend.failure?.description)
      #expect(failure.hasPrefix("the GPU's memory is full: "))
      #expect(failure.contains("more are needed, and"))
      #expect(failure.hasSuffix("or end what else uses it"))
      cuda_testing_reset()
    }

    /// A GPU that is lost during training, at each of its calls: there is always an error, and
    /// never a result.
    @Test(arguments: [
      ("cuLaunchKernelEx", 719), ("cuMemcpyHtoDAsync_v2", 700), ("cuStreamSynchronize", 719),
      ("cuGraphLaunch", 719), ("cublasGemmEx", 13),
    ])
    func aLostGPU(_ function: String, _ error: Int32) throws {
      let backend = CUDABackend(try GPU.emulated())
      let network = try Network.random(.lstm)
      let use = StreamUse(precision: .float32, lanes: 2, steps: 4, training: .init(blocks: 1))
      let streams = backend.streams(through: network, use)
      let optimizer = streams.optimizer(AdamWOptions())
      let chunk = StreamChunk.random(network, steps: 4, lanes: 2, seed: 1)
      func loss() -> Double {
        streams.withOnlyPart { $0.train(chunk, softTargets: nil, scale: 1) }
      }
      if function != "cublasGemmEx" { for _ in 0..<2 { #expect(loss().isFinite) } }
      #expect(backend.failure == nil)
      cuda_testing_fail(function, error, 0)
      // Kernels are launched within the graph; outside of it, by the optimizer.
      if function != "cuLaunchKernelEx" { #expect(loss().isNaN) }
      #expect(throws: DeviceError.self) { try optimizer.reduceGradients() }
      let failure = try #require(backend.failure?.description)
      #expect(failure.hasPrefix("the GPU failed in "))
      // It stays lost, whatever comes after.
      cuda_testing_reset()
      #expect(loss().isNaN && backend.failure?.description == failure)
    }

    @Test func nothingIsLeftBehind() throws {
      cuda_testing_reset()
      let before = (cuda_testing_live_objects(), cuda_testing_allocated_bytes())
      do {
        let backend = CUDABackend(try GPU.emulated())
        let network = try Network.random(.gru)
        let streams = backend.streams(
          through: network,
          StreamUse(precision: .bfloat16, lanes: 2, steps: 4, training: .init(blocks: 1)))
        let optimizer = streams.optimizer(AdamWOptions())
        let chunk = StreamChunk.random(network, steps: 4, lanes: 2, seed: 1)
        _ = streams.withOnlyPart { $0.train(chunk, softTargets: nil, scale: 1) }
        _ = try optimizer.reduceGradients()
      }
      #expect(cuda_testing_live_objects() == before.0)
      #expect(cuda_testing_allocated_bytes() == before.1)
    }

    /// The first chunk is done as it comes, the second one recorded; from the third on a single call
    /// does for all kernels.
    @Test func aPassIsRecordedOnce() throws {
      let backend = CUDABackend(try GPU.emulated())
      let network = try Network.random(.lstm)
      let streams = backend.streams(
        through: network,
        StreamUse(precision: .bfloat16, lanes: 2, steps: 4, training: .init(blocks: 1)))
      func train(_ seed: UInt64) -> Double {
        let chunk = StreamChunk.random(network, steps: 4, lanes: 2, seed: seed)
        streams.withOnlyPart { part in
          for lane in 0..<2 { part.load(RecurrentState(network.configuration), lane: lane) }
        }
        return streams.withOnlyPart { $0.train(chunk, softTargets: nil, scale: 1) }
      }
      let first = train(1)
      let steps = cuda_testing_launches("lstm_forward_bf16")
      #expect(steps == 8 && cuda_testing_calls("cuGraphLaunch") == 0)
      #expect(train(1) == first && train(2) != first)
      let launches = cuda_testing_calls("cuLaunchKernelEx")
      #expect(train(1) == first)
      #expect(cuda_testing_calls("cuLaunchKernelEx") == launches)
      #expect(cuda_testing_launches("lstm_forward_bf16") == 4 * steps)
      #expect(cuda_testing_calls("cuGraphLaunch") == 3)
    }

    /// What is kept of compiled kernels is not believed where the driver cannot load it.
    @Test func aDamagedCache() throws {
      let folder = try TemporaryFolder()
      func start() throws { _ = try GPU(0, libraries: .emulated(), cache: folder.path) }
      try start()
      let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path).first)
      let image = try folder.bytes(of: name)
      try Data("damaged".utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
      try start()
      #expect(try folder.bytes(of: name) == image)
    }
  }
}
