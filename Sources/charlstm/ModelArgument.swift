import ArgumentParser
import CPU
import Foundation
import Recurrent

extension Cell: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

extension PrecisionChoice: ExpressibleByArgument {}

struct PrecisionOption: ParsableArguments {
  @Option(
    help: """
      Operands of matrix products: auto (to write int8, to train and evaluate bfloat16, each where \
      this CPU gains by it, else float32), float32, bfloat16, or to write and evaluate int8.
      """)
  var precision = PrecisionChoice.auto

  /// Says so where this CPU has no instructions for what was asked for.
  func resolved(for work: PrecisionChoice.Work, on device: Device) -> Precision {
    let precision = precision.resolved(for: work, on: device)
    if !device.gains(by: precision) {
      standardError(
        "This CPU (\(device.backend.arithmetic)) has no instructions for "
          + "\(precision.rawValue), which will be slow; --precision auto is faster.\n")
    }
    return precision
  }
}

/// How many threads to work with.
struct ThreadsOption: ParsableArguments {
  @Option(
    help: """
      Worker threads, each with its own share of the lanes. (default: one for each processor; 1 \
      where there is one lane)
      """)
  var threads: Int?

  /// A single lane is not shared out: more threads would share each matrix product, which gains
  /// little on a quiet machine and loses much on a busy one. Who asks for it gets it.
  func resolved(lanes: Int = .max) throws -> Int {
    let count = threads ?? (lanes == 1 ? 1 : ProcessInfo.processInfo.activeProcessorCount)
    guard (1...1024).contains(count) else {
      throw Failure.usage("--threads must be 1 to 1024, got \(count)")
    }
    return count
  }

  func device(lanes: Int = .max) throws -> Device { .cpu(threads: try resolved(lanes: lanes)) }
}
