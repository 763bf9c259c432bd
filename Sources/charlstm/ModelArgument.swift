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

  /// Says so where the device does not multiply what was asked for.
  func resolved(for work: PrecisionChoice.Work, on device: Device) -> Precision {
    let precision = precision.resolved(for: work, on: device)
    guard !device.isGPU || device.gains(by: precision) else {
      standardError("A GPU does not multiply \(precision.rawValue): float32 is taken.\n")
      return .float32
    }
    if !device.gains(by: precision) {
      standardError(
        "This CPU (\(device.backend.arithmetic)) has no instructions for "
          + "\(precision.rawValue), which will be slow; --precision auto is faster.\n")
    }
    return precision
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
