/// Refuses a share to validate on that would leave nothing to train on.
/// - Throws: `TrainingError.optionOutOfRange`.
package func checkValidationFraction(_ fraction: Double) throws(TrainingError) {
  guard fraction >= 0 && fraction < 1 else {
    throw .optionOutOfRange(
      name: "validation-fraction", value: "\(fraction)", range: "0 to below 1")
  }
}

/// Refuses a share to test on that with the one to validate on would leave nothing to train on.
/// - Throws: `TrainingError.optionOutOfRange`.
func checkTestFraction(
  _ fraction: Double, beside validationFraction: Double
) throws(TrainingError) {
  guard fraction >= 0 && fraction + validationFraction < 1 else {
    let rest = ((1 - validationFraction) * 1e9).rounded() / 1e9
    throw .optionOutOfRange(
      name: "test-fraction", value: "\(fraction)",
      range: "0 to below \(rest), what is left of the text")
  }
}

/// Refuses a count that no character could fall short of.
/// - Throws: `TrainingError.optionOutOfRange`.
package func checkMinCount(_ count: Int) throws(TrainingError) {
  guard count >= 1 else {
    throw .optionOutOfRange(name: "min-count", value: "\(count)", range: "1 or more")
  }
}
