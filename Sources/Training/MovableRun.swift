import Recurrent

/// A saved run, which may go on on another CPU than the one that it was on.
package protocol MovableRun {
  associatedtype Options: OptimizationOptionsHolder
  var options: Options { get set }
  /// That of the CPU which the run was on; nil in files from before it was kept.
  var instructionSet: InstructionSet? { get set }
}

/// Options of some training, with those of every training.
package protocol OptimizationOptionsHolder {
  var optimization: OptimizationOptions { get set }
}

extension TrainingOptions: OptimizationOptionsHolder {}

extension MovableRun {
  /// Makes the run one of this CPU, which may not be the one that it was on: what it has no
  /// instructions for goes on in single precision. The bytes of a run are promised for one set of
  /// instructions; from here on it is this CPU's.
  ///
  /// - Parameter keepsPrecision: whether somebody asked for the precision that the run has.
  /// - Returns: what has changed, in a sentence; nil for nothing.
  package mutating func moveHere(keepsPrecision: Bool) -> String? {
    let here = InstructionSet.current
    guard here != instructionSet else { return nil }
    let before = instructionSet.map { "was on \($0.rawValue)" }
    instructionSet = here
    if !options.optimization.precision.isFastHere && !keepsPrecision {
      let precision = options.optimization.precision.rawValue
      options.optimization.precision = .float32
      return "The run \(before ?? "is") in \(precision), for which this CPU "
        + "(\(here.rawValue)) has no instructions: it goes on in float32."
    }
    return before.map {
      "The run \($0); on this CPU (\(here.rawValue)) sums are rounded differently from here on."
    }
  }
}
