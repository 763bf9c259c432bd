import CPU
import LabelledData
import Recurrent

/// A classifier that leaves texts it is not sure enough of without an answer, and what that did to the
/// texts it was fitted to.
public struct Rejection: Sendable {
  /// With `leastLogOdds`.
  public let classifier: TrainedClassifier
  /// Of the texts that have a class.
  public let texts: Int
  public let answered: Int
  /// Of those answered.
  public let wrong: Int
  /// Texts of no class, any answer to which is wrong.
  public let unknownTexts: Int
  public let unknownAnswered: Int
}

/// Why no threshold was fitted.
public enum RejectionError: Error, Equatable, CustomStringConvertible {
  /// The share of wrong answers that was asked for is none.
  case riskOutOfRange(Double)
  /// However sure the answers, more of them are wrong: at best `wrong` of `answered`.
  case riskUnreachable(Double, wrong: Int, answered: Int, texts: Int)

  public var description: String {
    switch self {
    case .riskOutOfRange(let risk): "the share of wrong answers must be 0 to below 1, got \(risk)"
    case .riskUnreachable(let risk, let wrong, let answered, let texts):
      answered == 0
        ? "there is no answer to fit a threshold to"
        : "no threshold leaves at most a share of \(risk) of the answers wrong: at best \(wrong) of "
          + "\(answered) are (texts: \(texts)); allow more, or train a better classifier"
    }
  }
}

extension TrainedClassifier {
  /// The least log-odds at which as many texts as possible are answered and no more than a share of
  /// the answers are wrong: selective classification with a given risk (Geifman and El-Yaniv, "Selective
  /// Classification for Deep Neural Networks", 2017), without their bound, for the risk on these texts.
  ///
  /// - Parameters:
  ///   - risk: the share, 0 to below 1.
  ///   - texts: with the classifier's labels, others than those that trained it.
  ///   - unknown: texts of none of its classes, to which any answer is wrong; how many there are beside
  ///     `texts` matters.
  ///   - precision: what the device reads fastest in if nil.
  ///   - progress: told now and then how many texts have been read.
  /// - Throws: `RejectionError`.
  public func rejecting(
    risk: Double, on texts: LabelledTexts, unknown: [String] = [], precision: Precision? = nil,
    device: Device = .cpu(), progress: (_ texts: Int) -> Void = { _ in }
  ) throws(RejectionError) -> Rejection {
    precondition(texts.labels == labels, "texts of other classes")
    let classifier = Classifier(self, precision: precision, device: device)
    var answers = JudgedAnswers()
    // In parts, so that memory does not grow with the texts.
    for start in stride(from: 0, to: texts.count, by: 1024) {
      let part = start..<min(texts.count, start + 1024)
      let judgements = classifier.judgements(
        of: part.map { classifier.symbols(in: texts.bytes(of: $0)) })
      for (text, judgement) in zip(part, judgements) {
        answers.add(judgement, truth: Int(texts.labelIndices[text]))
      }
      progress(part.upperBound)
    }
    for start in stride(from: 0, to: unknown.count, by: 1024) {
      let part = start..<min(unknown.count, start + 1024)
      classifier.judgements(of: part.map { classifier.symbols(in: unknown[$0].utf8) })
        .forEach { answers.add($0, truth: nil) }
      progress(texts.count + part.upperBound)
    }
    return try rejecting(risk: risk, answers)
  }

  func rejecting(
    risk: Double, _ answers: JudgedAnswers
  ) throws(RejectionError) -> Rejection {
    guard risk >= 0 && risk < 1 else { throw .riskOutOfRange(risk) }
    let curve = RiskCoverage(right: answers.right, wrong: answers.wrong + answers.unknown)
    let texts = answers.right.count + answers.wrong.count
    guard let selection = curve.largest(ofRisk: risk) else {
      throw .riskUnreachable(
        risk, wrong: curve.safest?.wrong ?? 0, answered: curve.safest?.answers ?? 0,
        texts: texts + answers.unknown.count)
    }
    var trained = self
    trained.leastLogOdds = selection.leastLogOdds
    let unknownAnswered = answers.unknown.count { $0 >= selection.leastLogOdds }
    return Rejection(
      classifier: trained, texts: texts, answered: selection.answers - unknownAnswered,
      wrong: selection.wrong - unknownAnswered, unknownTexts: answers.unknown.count,
      unknownAnswered: unknownAnswered)
  }
}

/// The log-odds of answers to texts, by what they are worth.
struct JudgedAnswers {
  private(set) var right: [Double] = []
  private(set) var wrong: [Double] = []
  /// Of texts of no class.
  private(set) var unknown: [Double] = []

  /// - Parameter truth: the index of the text's class; nil for none.
  mutating func add(_ judgement: Judgement, truth: Int?) {
    guard let truth else { return unknown.append(judgement.logOdds) }
    if judgement.first == truth {
      right.append(judgement.logOdds)
    } else {
      wrong.append(judgement.logOdds)
    }
  }
}

/// What a text of no class is called beside classes: `unknown`, in parentheses as long as a class is
/// called the same.
package func labelOfNone(beside labels: [String]) -> String {
  var label = "unknown"
  while labels.contains(label) { label = "(\(label))" }
  return label
}
