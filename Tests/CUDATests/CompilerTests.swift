import CCUDA
import Foundation
import Testing

@testable import CUDA

extension CUDATests {
  /// The kernels, by NVIDIA's own compiler where it is installed: `pip install nvidia-cuda-nvrtc`.
  @Suite struct CompilerTests {
    private static let compiler: NVRTC? = try? NVRTC(
      CUDALibraries.installedCompiler(ProcessInfo.processInfo.environment))

    /// Ampere, Hopper, Blackwell, and one that is newer than the compiler.
    @Test(.enabled(if: compiler != nil), arguments: [80, 90, 100, 999])
    func kernelsCompile(_ capability: Int) throws {
      let compiler = try #require(Self.compiler)
      let image = try KernelImage.make(compiler, capability: capability, cache: nil)
      // A binary is in ELF; what the driver compiles to the end is text.
      let isText = capability == 999
      #expect(image.starts(with: isText ? Array("//".utf8) : [0x7f] + Array("ELF".utf8)))
      for kernel in ["lstm_step_bf16", "cross_entropy_f32", "adamw"] {
        #expect(Data(image).range(of: Data(kernel.utf8)) != nil)
      }
    }

    @Test(.enabled(if: compiler != nil))
    func imagesAreKept() throws {
      let compiler = try #require(Self.compiler)
      let folder = NSTemporaryDirectory() + "charlstm-kernels-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let made = try KernelImage.make(compiler, capability: 90, cache: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.count == 1 && names[0].hasPrefix("kernels-sm_90-nvrtc"))
      // What is kept is what is taken.
      try Data("kept".utf8).write(to: URL(filePath: "\(folder)/\(names[0])"))
      #expect(try KernelImage.make(compiler, capability: 90, cache: folder) == Array("kept".utf8))
      #expect(try KernelImage.make(compiler, capability: 80, cache: folder) != made)
    }
  }
}
