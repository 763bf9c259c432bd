import ArgumentParser
import Classification
import TerminalText

/// Which texts have an answer, other than what the classifier's file says.
struct RejectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Texts of no class with this probability or more are unknown. (default: what was fitted with \
      --reject, if anything)
      """, valueName: "probability"))
  var rejectBelow: Double?

  @Flag(help: "Answer all texts, whatever threshold the classifier has.")
  var noReject = false

  func apply(to trained: inout TrainedClassifier) throws {
    guard !noReject || rejectBelow == nil else {
      throw Failure.usage("--no-reject contradicts --reject-below")
    }
    if noReject { trained.leastLogOdds = nil }
    guard let rejectBelow else { return }
    guard rejectBelow > 0 && rejectBelow < 1 else {
      throw Failure.usage("--reject-below must be above 0 and below 1, got \(rejectBelow)")
    }
    trained.leastLogOdds = logOdds(of: rejectBelow)
  }
}

/// Refuses a share of wrong answers that is none.
func checkRisk(_ risk: Double) throws {
  guard risk >= 0 && risk < 1 else {
    throw Failure.usage("--reject must be 0 to below 1, got \(risk)")
  }
}

extension Rejection {
  /// For people: `unknown below probability 0.9312`, and what that does.
  var facts: [Fact] {
    var facts: [Fact] = [
      ("unknown", "below probability \(probabilityText(ofLogOdds: leastLogOdds))"),
      ("answered", "\(answered.grouped) of \(texts.grouped), \(wrong.grouped) of them wrong"),
    ]
    if unknownTexts > 0 {
      facts.append(
        ("of no class", "\(unknownAnswered.grouped) of \(unknownTexts.grouped) answered"))
    }
    return facts
  }

  /// The same as a line.
  var summary: String {
    "Texts are " + facts.map { "\($0.name) \($0.value)" }.joined(separator: "; ") + "\n"
  }

  var leastLogOdds: Double { classifier.leastLogOdds ?? -.infinity }
}
