import CPU
import CUDA
import Foundation
import Paths
import TerminalText

/// What `--device` may name on this machine.
struct InstalledDevices: Encodable {
  struct GPU: Encodable {
    /// As `--device` takes it.
    var device: String
    var name: String
    var computeCapability: String
    /// Bytes.
    var memory: Int

    private enum CodingKeys: String, CodingKey {
      case device, name
      case computeCapability = "compute_capability"
      case memory
    }
  }

  /// What products are made of.
  var cpu = InstructionSet.current
  var processors = ProcessInfo.processInfo.activeProcessorCount
  private(set) var gpus: [GPU] = []
  /// Why another GPU, or any, cannot be used.
  private(set) var unusable: [String] = []

  init() {
    let environment = ProcessInfo.processInfo.environment
    do throws(CUDAError) {
      let libraries = try CUDALibraries.installed(environment: environment)
      let cache = BaseFolders.cache(environment: environment)
      var number = 0
      while try add(number, libraries, cache: cache) { number += 1 }
    } catch {
      unusable.append(error.description)
    }
  }

  /// Returns whether there is one of that number.
  private mutating func add(
    _ number: Int, _ libraries: CUDALibraries, cache: String?
  ) throws(CUDAError) -> Bool {
    do throws(CUDAError) {
      let gpu = try CUDA.GPU(number, libraries: libraries, cache: cache)
      gpus.append(
        GPU(
          device: DeviceChoice.cuda(number).argument, name: gpu.name,
          computeCapability: "\(gpu.capability / 10).\(gpu.capability % 10)", memory: gpu.memory))
      return true
    } catch {
      switch error {
      case .noSuchDevice: return false
      case .oldDevice:
        unusable.append(error.description)
        return true
      default: throw error
      }
    }
  }

  var facts: [Fact] {
    [("cpu", "\(cpu.rawValue), \(counted(processors, "processor"))")]
      + gpus.map { gpu in
        (
          gpu.device,
          "\(gpu.name), compute capability \(gpu.computeCapability), "
            + "\((gpu.memory / 1_000_000).formatted()) MB"
        )
      }
      + unusable.map { ("cuda", $0) }
  }
}
