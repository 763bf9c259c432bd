/// How many of a classifier's answers are wrong if it answers the texts it is surest of and no others.
package struct RiskCoverage {
  /// The answers of at least these log-odds.
  package struct Selection: Equatable {
    package let leastLogOdds: Double
    package let answers: Int
    package let wrong: Int

    package var risk: Double { Double(wrong) / Double(answers) }
  }

  /// All there are, more answers in each than in the one before. Equally sure answers are given
  /// together or not at all.
  private let selections: [Selection]
  private let count: Int

  /// - Parameters:
  ///   - right: log-odds of right answers; those of −∞ are never given.
  ///   - wrong: of wrong ones.
  package init(right: [Double], wrong: [Double]) {
    let answers =
      (right.map { ($0, 0) } + wrong.map { ($0, 1) }).sorted { $0.0 > $1.0 }
    var selections: [Selection] = []
    var wrongSoFar = 0
    for (index, answer) in answers.enumerated() {
      wrongSoFar += answer.1
      guard index + 1 == answers.count || answers[index + 1].0 != answer.0 else { continue }
      selections.append(
        Selection(leastLogOdds: answer.0, answers: index + 1, wrong: wrongSoFar))
    }
    self.selections = selections
    count = answers.count
  }

  /// AURC: the mean share of wrong answers among the surest k, over k from 1 to all (Geifman, Uziel
  /// and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", 2019). Of
  /// equally sure answers, the mean over their orders. 0 without answers.
  package var area: Double {
    var sum = 0.0
    var (answers, wrong) = (0, 0)
    for selection in selections {
      let more = selection.answers - answers
      let share = Double(selection.wrong - wrong) / Double(more)
      for number in 1...more {
        sum += (Double(wrong) + Double(number) * share) / Double(answers + number)
      }
      (answers, wrong) = (selection.answers, selection.wrong)
    }
    return sum / Double(max(1, count))
  }

  /// What of `area` a better order would save: it is 0 where all right answers are surer than all wrong
  /// ones.
  package var excessArea: Double {
    let wrong = selections.last?.wrong ?? 0
    let least = (0..<wrong).reduce(0) { $0 + Double($1 + 1) / Double(count - wrong + $1 + 1) }
    // Rounding alone makes it less than nothing.
    return max(0, area - least / Double(max(1, count)))
  }

  /// The most answers of which no more than a share are wrong; nil where there are none.
  package func largest(ofRisk risk: Double) -> Selection? {
    selections.last { $0.risk <= risk && $0.leastLogOdds.isFinite }
  }

  /// The answers the smallest share of which is wrong, as many as have it.
  package var safest: Selection? {
    selections.filter(\.leastLogOdds.isFinite).map(\.risk).min().flatMap { largest(ofRisk: $0) }
  }
}
