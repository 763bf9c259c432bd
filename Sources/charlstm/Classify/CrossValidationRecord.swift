import Classification

/// A cross-validation as a JSON object.
struct CrossValidationRecord: Encodable {
  let data: [String]
  /// By their names on the command line.
  let settings: [String: String]
  let folds: [CrossValidationResult.Fold]
  let mean: CrossValidationResult.Scores?
  let deviation: CrossValidationResult.Scores?
  let classes: [CrossValidationResult.Class]
  let seconds: Double

  init(
    _ result: CrossValidationResult, of data: [String], settings: [String: String], seconds: Double
  ) {
    self.data = data
    self.settings = settings
    folds = result.folds
    mean = result.mean
    deviation = result.deviation
    classes = result.classes
    self.seconds = seconds
  }
}
