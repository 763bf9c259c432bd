import Glibc

/// What comes of classifying texts whose classes are known, counted one text at a time.
///
/// Memory: O(classes²), and eight bytes a text.
package struct ClassificationTally: Sendable {
  private let labels: [String]
  private let topK: Int
  // [C, C]: rows are true classes, columns predicted ones
  private var confusion: [Int]
  private var topKHits = 0
  private var nats = 0.0
  /// The log-odds of right and wrong answers.
  private var right: [Double] = []
  private var wrong: [Double] = []
  private let leastLogOdds: Double?
  private var bins = [Bin](repeating: Bin(), count: binCount)

  /// Texts whose predictions were about as confident.
  private struct Bin {
    var count = 0
    var hits = 0
    var confidence = 0.0
  }

  private static let binCount = 15

  /// - Parameters:
  ///   - labels: the classes, at least one.
  ///   - topK: how many of the most probable classes count for top-k accuracy, at least 1; all if
  ///     there are not as many.
  ///   - leastLogOdds: from which on texts are answered; nil where all are.
  package init(labels: [String], topK: Int, leastLogOdds: Double? = nil) {
    precondition(!labels.isEmpty && topK > 0)
    self.labels = labels
    self.leastLogOdds = leastLogOdds
    self.topK = min(topK, labels.count)
    confusion = [Int](repeating: 0, count: labels.count * labels.count)
  }

  /// Counts a text.
  ///
  /// Of equally probable classes the one with the lower index goes first. A probability of the true
  /// class below the least normal `Float` (2⁻¹²⁶, 87.3 nats) counts as that: a softmax gives 0
  /// where the truth is only very small.
  ///
  /// - Parameters:
  ///   - truth: the index of the text's class.
  ///   - probabilities: [C], finite, of sum 1.
  ///   - logOdds: of the most probable class against the others.
  package mutating func add(truth: Int, probabilities: some Collection<Float>, logOdds: Double) {
    precondition(probabilities.count == labels.count && labels.indices.contains(truth))
    let ofTruth = probabilities[probabilities.index(probabilities.startIndex, offsetBy: truth)]
    var predicted = 0
    var confidence = -Float.infinity
    // How many classes go before the true one.
    var rank = 0
    for (index, probability) in probabilities.enumerated() {
      if probability > confidence { (predicted, confidence) = (index, probability) }
      if probability > ofTruth || probability == ofTruth && index < truth { rank += 1 }
    }
    confusion[truth * labels.count + predicted] += 1
    if rank < topK { topKHits += 1 }
    if predicted == truth { right.append(logOdds) } else { wrong.append(logOdds) }
    nats -= log(Double(max(ofTruth, .leastNormalMagnitude)))

    // Bin m of M holds confidences in ((m − 1) / M, m / M].
    let place = (Double(confidence) * Double(Self.binCount)).rounded(.up) - 1
    let bin = place > 0 ? Int(min(place, Double(Self.binCount - 1))) : 0
    bins[bin].count += 1
    bins[bin].confidence += Double(confidence)
    if predicted == truth { bins[bin].hits += 1 }
  }

  /// The results so far; without any text all of them are 0.
  package var report: ClassificationReport {
    let size = labels.count
    let matrix = (0..<size).map { Array(confusion[$0 * size..<($0 + 1) * size]) }
    let texts = confusion.reduce(0, +)
    let correct = (0..<size).reduce(0) { $0 + matrix[$1][$1] }
    let classes = (0..<size).map { index in
      let support = matrix[index].reduce(0, +)
      let predicted = matrix.reduce(0) { $0 + $1[index] }
      return ClassificationReport.Class(
        label: labels[index],
        precision: ratio(matrix[index][index], predicted),
        recall: ratio(matrix[index][index], support),
        f1: ratio(2 * matrix[index][index], support + predicted),
        support: support)
    }
    let occurring = classes.indices.filter { index in
      classes[index].support > 0 || matrix.contains { $0[index] > 0 }
    }
    let curve = RiskCoverage(right: right, wrong: wrong)
    let calibrationError = bins.reduce(0) { $0 + abs(Double($1.hits) - $1.confidence) }
    return ClassificationReport(
      texts: texts, accuracy: ratio(correct, texts),
      macroF1: occurring.reduce(0) { $0 + classes[$1].f1 } / Double(max(occurring.count, 1)),
      macroF1Classes: occurring.count,
      topK: topK, topKAccuracy: ratio(topKHits, texts),
      meanNegativeLogLikelihood: nats / Double(max(texts, 1)),
      expectedCalibrationError: calibrationError / Double(max(texts, 1)),
      areaUnderRiskCoverageCurve: curve.area,
      excessAreaUnderRiskCoverageCurve: curve.excessArea,
      answered: leastLogOdds.map(answered), classes: classes, confusionMatrix: matrix)
  }

  private func answered(from leastLogOdds: Double) -> ClassificationReport.Answered {
    let right = right.count { $0 >= leastLogOdds }
    let answered = right + wrong.count { $0 >= leastLogOdds }
    return ClassificationReport.Answered(
      leastLogOdds: leastLogOdds, texts: answered,
      coverage: ratio(answered, self.right.count + wrong.count), accuracy: ratio(right, answered))
  }
}

/// 0 where there is nothing to divide by.
private func ratio(_ part: Int, _ whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
