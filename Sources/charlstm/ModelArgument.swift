import ArgumentParser
import CPU
import Foundation
import Recurrent

extension Cell: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

extension Division: ExpressibleByArgument {}

extension PrecisionChoice: ExpressibleByArgument {}

struct PrecisionOption: ParsableArguments {
  @Option(
    help: """
      Operands of matrix products: auto (to write int8, to train and evaluate bfloat16, or to train \
      int16, each where this CPU gains by it, else float32), float32, bfloat16, int16, or to write \
      and evaluate int8.
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
      Threads, each with its own share of the lanes, or of the products of a single lane. \
      (default: one for each processor, for a single lane as many as turn out to be fastest)
      """)
  var threads: Int?

  func resolved() throws -> Int { try Self.checked(threads) }

  /// As many as there are processors where nil.
  static func checked(_ threads: Int?) throws -> Int {
    let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard (1...1024).contains(count) else {
      throw Failure.usage("--threads must be 1 to 1024, got \(count)")
    }
    return count
  }

  func device() throws -> Device {
    try .cpu(threads: threads == nil ? nil : resolved())
  }
}

struct DivisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What threads divide among them to train: lanes, each with all weights, or hidden units where \
      that is possible, each with all lanes. (default: what should be fastest here)
      """, visibility: .advanced))
  var divide: Division?
}
