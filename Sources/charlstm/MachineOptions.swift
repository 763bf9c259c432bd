import ArgumentParser
import CPU
import CUDA
import Foundation
import Recurrent
import Synchronization

/// What computes.
enum DeviceChoice: Equatable, ExpressibleByArgument {
  case auto
  case cpu
  /// The GPU of a number from 0 on.
  case cuda(Int)

  init?(argument: String) {
    switch argument {
    case "auto": self = .auto
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      let prefix = "cuda:"
      guard argument.hasPrefix(prefix), let number = Int(argument.dropFirst(prefix.count)),
        number >= 0, "\(prefix)\(number)" == argument
      else { return nil }
      self = .cuda(number)
    }
  }

  /// As it is typed.
  var argument: String {
    switch self {
    case .auto: "auto"
    case .cpu: "cpu"
    case .cuda(0): "cuda"
    case .cuda(let number): "cuda:\(number)"
    }
  }
}

/// What computes, and with how many threads.
struct MachineOptions: ParsableArguments {
  @Option(
    help: "cpu, cuda (an NVIDIA GPU) or auto. (default: cpu)",
    completion: .list(["cpu", "cuda", "auto"]))
  var device: DeviceChoice?

  @Option(
    help: """
      Threads, each with its own share of the lanes, or of the products of a single lane. \
      (default: one for each processor, for a single lane as many as turn out to be fastest)
      """)
  var threads: Int?

  /// Texts side by side from which on a GPU should gain.
  static let manyTexts = 16

  func threadCount() throws -> Int { try Self.checked(threads) }

  /// As many as there are processors where nil.
  static func checked(_ threads: Int?) throws -> Int {
    let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard (1...1024).contains(count) else {
      throw Failure.usage("--threads must be 1 to 1024, got \(count)")
    }
    return count
  }

  /// The process has one device: it is asked for once.
  ///
  /// - Parameters:
  ///   - gains: whether a GPU should be faster at what is to be done, for `auto`.
  ///   - threads: of the CPU, where they were not given.
  /// - Throws: `Failure` for options that cannot be; `CUDAError` where the GPU that was asked for cannot
  ///   be used.
  func device(gains: Bool, threads chosen: Int? = nil) throws -> Device {
    let threads = try (threads ?? chosen).map(Self.checked)
    let device = try gpu(gains: gains) ?? .cpu(threads: threads)
    if device.isGPU, self.threads != nil {
      standardError("A GPU computes: no effect of --threads.\n")
    }
    Self.made.withLock { $0 = device }
    return device
  }

  /// Nil for the CPU.
  private func gpu(gains: Bool) throws -> Device? {
    switch device ?? .cpu {
    case .cpu: return nil
    case .cuda(let number):
      if Processes.areSeveral { try checkIsCPU() }
      return try .cuda(number)
    case .auto:
      guard gains, !Processes.areSeveral else { return nil }
      do throws(CUDAError) {
        return try .cuda()
      } catch {
        // Nobody misses a GPU on a machine without a driver.
        if case .noDriver = error { return nil }
        standardError("The CPU computes; \(error)\n")
        return nil
      }
    }
  }

  /// Refuses what processes that work together cannot have.
  func checkIsCPU() throws {
    guard case .cuda = device else { return }
    throw Failure.usage(
      "--device cuda is for a process alone: under mpirun each works on its machine's CPU")
  }

  private static let made = Mutex<Device?>(nil)

  /// Why the device that was made cannot go on: what was computed since counts for nothing.
  static var failure: DeviceError? { made.withLock { $0?.backend.failure } }
}

extension Device {
  var isGPU: Bool { backend is CUDABackend }
}
