/// How well texts were classified.
///
/// What has nothing to divide by is 0, as in scikit-learn: the precision of a class that was never
/// predicted, the recall of one that never occurs, the F1 of one that does neither.
package struct ClassificationReport: Codable, Equatable, Sendable {
  /// How well one class was told from the others.
  package struct Class: Codable, Equatable, Sendable {
    package let label: String
    /// Of the texts predicted to be of the class, the share that are.
    package let precision: Double
    /// Of the texts of the class, the share predicted to be.
    package let recall: Double
    /// The harmonic mean of the two.
    package let f1: Double
    /// How many texts are of the class.
    package let support: Int
  }

  package let texts: Int
  package let accuracy: Double
  /// The mean of the F1 of all classes, of those without texts too.
  package let macroF1: Double
  /// The k of `topKAccuracy`.
  package let topK: Int
  /// The share of texts whose class is among the k most probable.
  package let topKAccuracy: Double
  /// −ln of the probability of a text's class, on average, in nats.
  package let meanNegativeLogLikelihood: Double
  /// By how much confidence and accuracy differ on average, in 15 bins of equal width: Guo, Pleiss,
  /// Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017.
  package let expectedCalibrationError: Double
  /// [C]
  package let classes: [Class]
  /// [C, C]: texts of each class (rows) by the class predicted (columns).
  package let confusionMatrix: [[Int]]

  private enum CodingKeys: String, CodingKey {
    case texts, accuracy, classes
    case macroF1 = "macro_f1"
    case topK = "top_k"
    case topKAccuracy = "top_k_accuracy"
    case meanNegativeLogLikelihood = "mean_negative_log_likelihood"
    case expectedCalibrationError = "expected_calibration_error"
    case confusionMatrix = "confusion_matrix"
  }

  /// The confusion matrix by RFC 4180, with LF: labels in the first row and column; rows are true
  /// classes, columns predicted ones.
  package var confusionCSV: String {
    let header = ["label"] + classes.map(\.label)
    let rows = zip(classes, confusionMatrix).map { [$0.label] + $1.map { String($0) } }
    return ([header] + rows)
      .map { $0.map(csvField).joined(separator: ",") + "\n" }.joined()
  }
}

/// A field of CSV, in quotes where it needs them.
package func csvField(_ text: String) -> String {
  // By scalars: CR LF is one Character, and so is a quote with an accent.
  let scalars = text.unicodeScalars
  guard scalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return text }
  return "\"" + scalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}
