import ArgumentParser
import Foundation
import Recurrent

extension Cell: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// What a matrix product's operands are to be, as asked for.
enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable {
  case auto
  case float32
  case bfloat16
  case int8

  /// - Throws: `Failure` for what this CPU cannot do.
  func resolved(forTraining: Bool = false) throws -> Precision {
    switch self {
    case .auto: return forTraining ? .nativeForTraining : .native
    case .float32: return .float32
    case .int8: return .int8
    case .bfloat16:
      guard Precision.native == .bfloat16 else {
        throw Failure.usage("--precision bfloat16: this CPU cannot; use float32 or auto")
      }
      return .bfloat16
    }
  }
}

struct PrecisionOption: ParsableArguments {
  @Option(
    help: """
      Operands of matrix products: auto (bfloat16 where this CPU gains by it, else float32), \
      float32, bfloat16, or to write and evaluate int8.
      """)
  var precision = PrecisionChoice.auto

  func resolved(forTraining: Bool = false) throws -> Precision {
    try precision.resolved(forTraining: forTraining)
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
}
