import Foundation
import Generation
import Testing

@Suite struct MostProbableTests {
  private func mostProbable(_ n: Int, _ logits: [Float]) -> [(symbol: Int32, probability: Float)] {
    logits.withUnsafeBufferPointer { Generation.mostProbable(n, logits: $0) }
  }

  @Test func matchesTheReference() {
    var generator = SplitMix64(seed: 1)
    for count in 1...30 {
      let logits = randomLogits(count: count, using: &generator)
      let probabilities = Reference(logits).probabilities()
      let sorted = logits.indices.sorted {
        logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1]
      }
      for n in [0, 1, 5, 40] {
        let result = mostProbable(n, logits)
        #expect(result.map { Int($0.symbol) } == Array(sorted.prefix(n)))
        for (symbol, probability) in result {
          #expect(abs(Double(probability) - probabilities[Int(symbol)]) < 1e-6)
        }
      }
    }
  }

  @Test func givesTheLowerSymbolFirstOnTies() {
    #expect(mostProbable(2, [1, 1, 1]).map(\.symbol) == [0, 1])
  }

  @Test func leavesOutTheImpossible() {
    let result = mostProbable(3, [.nan, 2, -.infinity])
    #expect(result.map(\.symbol) == [1])
    #expect(result.map(\.probability) == [1])
  }

  @Test func isUniformWhereNothingIsPossible() {
    let result = mostProbable(2, [.nan, -.infinity, .nan, .nan])
    #expect(result.map(\.symbol) == [0, 1])
    #expect(result.map(\.probability) == [0.25, 0.25])
  }

  @Test func givesNothingForNothing() {
    #expect(mostProbable(-1, [1, 2]).isEmpty)
    #expect(mostProbable(3, []).isEmpty)
  }
}
