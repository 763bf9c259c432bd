import CPU
import Recurrent

/// A saved run, which may go on on another machine than the one that it was on.
package protocol MovableRun {
  associatedtype Options: OptimizationOptionsHolder
  var options: Options { get set }
  var progress: TrainingProgress { get set }
  /// That of the device which the run was on; nil in files from before it was kept.
  var arithmetic: String? { get set }
}

/// Options of some training, with those of every training.
package protocol OptimizationOptionsHolder {
  var optimization: OptimizationOptions { get set }
  func validate() throws(TrainingError)
}

extension TrainingOptions: OptimizationOptionsHolder {}

extension MovableRun {
  /// Makes the run one of a device, which may not be the one that it was on: what that gains nothing
  /// by goes on in single precision. The bytes of a run are promised for one arithmetic; from here on it
  /// is this device's.
  ///
  /// - Parameter keepsPrecision: whether somebody asked for the precision that the run has.
  /// - Returns: what has changed, in a sentence; nil for nothing.
  package mutating func move(to device: Device, keepsPrecision: Bool) -> String? {
    let here = device.backend.arithmetic
    guard here != arithmetic else { return nil }
    let before = arithmetic.map { "was on \($0)" }
    arithmetic = here
    if let precision = options.optimization.precision, !device.gains(by: precision),
      !keepsPrecision
    {
      options.optimization.precision = .float32
      let reason =
        isCPU(here)
        ? "for which \(named(here)) has no instructions" : "which \(named(here)) does not multiply"
      return "The run \(before ?? "is") in \(precision.rawValue), \(reason): it goes on in float32."
    }
    return before.map {
      "The run \($0); on \(named(here)) sums are rounded differently from here on."
    }
  }

  private func isCPU(_ arithmetic: String) -> Bool { InstructionSet(rawValue: arithmetic) != nil }

  private func named(_ arithmetic: String) -> String {
    isCPU(arithmetic) ? "this CPU (\(arithmetic))" : arithmetic
  }
}
