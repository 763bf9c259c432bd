/// How well texts were classified.
///
/// What has nothing to divide by is 0, as in scikit-learn: the precision of a class that was never
/// predicted, the recall of one that never occurs, the F1 of one that does neither.
public struct ClassificationReport: Codable, Equatable, Sendable {
  /// How well one class was told from the others.
  public struct Class: Codable, Equatable, Sendable {
    public let label: String
    /// Of the texts predicted to be of the class, the share that are.
    public let precision: Double
    /// Of the texts of the class, the share predicted to be.
    public let recall: Double
    /// The harmonic mean of the two.
    public let f1: Double
    /// How many texts are of the class.
    public let support: Int
  }

  /// What becomes of the texts that a classifier with a threshold answers.
  public struct Answered: Codable, Equatable, Sendable {
    /// The threshold, as `TrainedClassifier` has it.
    public let leastLogOdds: Double
    /// How many are answered.
    public let texts: Int
    /// The share of all texts that are.
    public let coverage: Double
    /// Of those answered.
    public let accuracy: Double

    private enum CodingKeys: String, CodingKey {
      case texts, coverage, accuracy
      case leastLogOdds = "least_log_odds"
    }
  }

  public let texts: Int
  public let accuracy: Double
  /// The mean of the F1 of the classes that occur, in the texts or in the predictions, as in
  /// scikit-learn: of a class in neither nothing was found out.
  public let macroF1: Double
  /// How many classes that is the mean of.
  public let macroF1Classes: Int
  /// The k of `topKAccuracy`.
  public let topK: Int
  /// The share of texts whose class is among the k most probable.
  public let topKAccuracy: Double
  /// −ln of the probability of a text's class, on average, in nats.
  public let meanNegativeLogLikelihood: Double
  /// By how much confidence and accuracy differ on average, in 15 bins of equal width: Guo, Pleiss,
  /// Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017.
  public let expectedCalibrationError: Double
  /// AURC: the share of wrong answers among the k surest, on average over k from 1 to all texts:
  /// Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers",
  /// 2019. The lower, the better does the probability tell which answers to keep.
  public let areaUnderRiskCoverageCurve: Double
  /// What of it is not due to the accuracy: 0 where all right answers are surer than all wrong ones.
  public let excessAreaUnderRiskCoverageCurve: Double
  /// Nil where all texts are answered. All other figures are those of all texts.
  public let answered: Answered?
  /// [C]
  public let classes: [Class]
  /// [C, C]: texts of each class (rows) by the class predicted (columns).
  public let confusionMatrix: [[Int]]

  private enum CodingKeys: String, CodingKey {
    case texts, accuracy, answered, classes
    case macroF1 = "macro_f1"
    case macroF1Classes = "macro_f1_classes"
    case topK = "top_k"
    case topKAccuracy = "top_k_accuracy"
    case meanNegativeLogLikelihood = "mean_negative_log_likelihood"
    case expectedCalibrationError = "expected_calibration_error"
    case areaUnderRiskCoverageCurve = "area_under_risk_coverage_curve"
    case excessAreaUnderRiskCoverageCurve = "excess_area_under_risk_coverage_curve"
    case confusionMatrix = "confusion_matrix"
  }

  /// The confusion matrix by RFC 4180, with LF: labels in the first row and column; rows are true
  /// classes, columns predicted ones.
  public var confusionCSV: String {
    let header = ["label"] + classes.map(\.label)
    let rows = zip(classes, confusionMatrix).map { [$0.label] + $1.map { String($0) } }
    return ([header] + rows)
      .map { $0.map(csvField).joined(separator: ",") + "\n" }.joined()
  }
}
