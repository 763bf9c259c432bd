import Classification
import Foundation
import Recurrent
import Testing

/// The curve against counting, over random answers many of which are equally sure.
@Suite("Risk and coverage")
struct RiskCoverageTests {
  private typealias Answer = (logOdds: Double, isWrong: Bool)

  private func randomAnswers(
    _ count: Int, using generator: inout Xoshiro256
  ) -> [Answer] {
    (0..<count).map { _ in
      (Double(Int.random(in: -2...2, using: &generator)), Bool.random(using: &generator))
    }
  }

  private func curve(_ answers: [Answer]) -> RiskCoverage {
    RiskCoverage(
      right: answers.filter { !$0.isWrong }.map(\.logOdds),
      wrong: answers.filter(\.isWrong).map(\.logOdds))
  }

  private func permutations(_ answers: [Answer]) -> [[Answer]] {
    guard !answers.isEmpty else { return [[]] }
    return answers.indices.flatMap { index in
      var rest = answers
      let first = rest.remove(at: index)
      return permutations(rest).map { [first] + $0 }
    }
  }

  private func meanRisk(_ answers: [Answer]) -> Double {
    (1...answers.count).reduce(0) { sum, count in
      sum + Double(answers.prefix(count).count { $0.isWrong }) / Double(count)
    } / Double(answers.count)
  }

  /// (0/1 + 1/2 + 1/3 + 2/4) / 4, of which the order right, right, wrong, wrong has (1/3 + 2/4) / 4.
  @Test func byHand() {
    let curve = RiskCoverage(right: [9, 1], wrong: [3, -1])
    #expect(abs(curve.area - 1.0 / 3) < 1e-12)
    #expect(abs(curve.excessArea - 1.0 / 8) < 1e-12)
    #expect(RiskCoverage(right: [2, 3], wrong: [1]).excessArea == 0)
    #expect(RiskCoverage(right: [2, 3], wrong: []).area == 0)
    #expect(RiskCoverage(right: [], wrong: [2, 3]).area == 1)
    #expect(RiskCoverage(right: [], wrong: []).area == 0)
  }

  @Test func areaIsTheMeanOverAllOrders() {
    var generator = Xoshiro256(seed: 1)
    for _ in 0..<40 {
      let answers = randomAnswers(Int.random(in: 1...6, using: &generator), using: &generator)
      let orders = permutations(answers).filter { order in
        zip(order, order.dropFirst()).allSatisfy { $0.logOdds >= $1.logOdds }
      }
      let expected = orders.map(meanRisk).reduce(0, +) / Double(orders.count)
      let least = permutations(answers).map(meanRisk).min() ?? 0
      let curve = curve(answers)
      #expect(abs(curve.area - expected) < 1e-12)
      #expect(abs(curve.excessArea - (expected - least)) < 1e-12)
    }
  }

  /// Of all thresholds the one that answers most, and no other answers as many.
  @Test func thresholdsKeepTheRiskAndNoMore() throws {
    var generator = Xoshiro256(seed: 2)
    var found = 0
    for _ in 0..<300 {
      let answers = randomAnswers(Int.random(in: 1...12, using: &generator), using: &generator)
      let risk = [0, 0.1, 0.25, 0.4, 0.5][Int.random(in: 0..<5, using: &generator)]
      let candidates = answers.map(\.logOdds).map { least in
        let given = answers.filter { $0.logOdds >= least }
        let wrong = given.count { $0.isWrong }
        return (
          leastLogOdds: least, answers: given.count, wrong: wrong,
          risk: Double(wrong) / Double(given.count)
        )
      }
      let expected = candidates.filter { $0.risk <= risk }.max { $0.answers < $1.answers }
      let curve = curve(answers)
      let selection = curve.largest(ofRisk: risk)
      #expect(selection?.leastLogOdds == expected?.leastLogOdds)
      #expect(selection?.answers == expected?.answers && selection?.wrong == expected?.wrong)
      #expect(try #require(curve.safest).risk == candidates.map { $0.risk }.min())
      found += expected == nil ? 0 : 1
    }
    #expect((50...250).contains(found))
  }

  @Test func aShareIsMetExactly() {
    let right = (0..<71).map { Double($0) }
    let curve = RiskCoverage(right: right, wrong: [Double](repeating: -1, count: 29))
    #expect(curve.largest(ofRisk: 0.29)?.answers == 100)
    #expect(curve.largest(ofRisk: 0.2899)?.answers == 71)
  }

  /// A model that gives no numbers has no threshold, and does not trap.
  @Test func noNumbersAreNeverGiven() {
    let curve = RiskCoverage(right: [-.infinity, -.infinity], wrong: [])
    #expect(curve.largest(ofRisk: 0.5) == nil && curve.safest == nil && curve.area == 0)
    let judgement = Judgement(logits: [1, .infinity], temperature: 1)
    #expect(judgement.logOdds == -.infinity)
  }

  @Test func logOddsAreThoseOfTheProbability() {
    for logits: [Float] in [[1, 3, 2], [0, 0], [-4, 5, 5, 1], [0.5, 0.25]] {
      let judgement = Judgement(logits: logits, temperature: 1.5)
      let largest = judgement.probabilities.max() ?? 0
      #expect(abs(judgement.logOdds - logOdds(of: Double(largest))) < 1e-5)
      #expect(judgement.first == logits.firstIndex(of: logits.max() ?? 0))
    }
    // Where probabilities have no digits left, the order is still that of the logits.
    let (sure, surer) = (
      Judgement(logits: [200, 0, 0], temperature: 1),
      Judgement(logits: [201, 0, 0], temperature: 1)
    )
    #expect(sure.probabilities == surer.probabilities && sure.logOdds < surer.logOdds)
    #expect(Judgement(logits: [3], temperature: 1).logOdds == 0)
    #expect(probabilityText(ofLogOdds: 0) == "0.5000")
    #expect(probabilityText(ofLogOdds: 20) == "1 − 2.1e-09")
  }
}
