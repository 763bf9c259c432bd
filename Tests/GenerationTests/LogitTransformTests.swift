import Foundation
import Generation
import Testing

@Suite struct LogitTransformTests {
  /// Calls `body` with many small random cases and a random number in (0, 1] for each.
  private func forEachCase(seed: UInt64, _ body: ([Float], Double, inout SplitMix64) -> Void) {
    var generator = SplitMix64(seed: seed)
    for count in 1...24 {
      for _ in 0..<25 {
        let logits = randomLogits(count: count, using: &generator)
        body(logits, 1 - Double.random(in: 0..<1, using: &generator), &generator)
      }
    }
  }

  // MARK: Top-k

  @Test func topKMatchesTheReference() {
    forEachCase(seed: 1) { logits, _, generator in
      let k = Int.random(in: 1...(logits.count + 2), using: &generator)
      var candidates = Candidates(logits)
      candidates.keepTopK(k)
      var reference = Reference(logits)
      reference.topK(k)
      #expect(Set(candidates.symbols) == reference.symbols)
      #expect(candidates.count == min(k, logits.count))
    }
  }

  @Test func topKTakesTheLowerSymbolOnTies() {
    var candidates = Candidates([0, 1, 1, 2, 1])
    candidates.keepTopK(3)
    #expect(candidates.symbols == [3, 1, 2])
  }

  // MARK: Top-p

  @Test func topPMatchesTheReference() {
    forEachCase(seed: 2) { logits, p, _ in
      var candidates = Candidates(logits)
      candidates.keepTopP(p)
      var reference = Reference(logits)
      reference.topP(p)
      #expect(Set(candidates.symbols) == reference.symbols, "p \(p) of \(logits)")
    }
  }

  @Test func topPKeepsTheSmallestSetThatReachesP() {
    let logits: [Float] = [0, 0, 0, 0]
    for (p, kept) in [(1e-9, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.75, 3), (0.99, 4), (1, 4)] {
      var candidates = Candidates(logits)
      candidates.keepTopP(p)
      #expect(candidates.symbols == Array(0..<Int32(kept)), "p \(p)")
    }
  }

  @Test func topPOfTenthsIsNotOffByRounding() {
    for tenths in 1...10 {
      var candidates = Candidates(Array(repeating: 0, count: 10))
      candidates.keepTopP(Double(tenths) / 10)
      #expect(candidates.count == tenths)
    }
  }

  // MARK: Min-p

  @Test func minPMatchesTheReference() {
    forEachCase(seed: 3) { logits, p, _ in
      var candidates = Candidates(logits)
      candidates.keepMinP(p)
      var reference = Reference(logits)
      reference.minP(p)
      #expect(Set(candidates.symbols) == reference.symbols, "p \(p) of \(logits)")
    }
  }

  @Test func minPBounds() {
    var candidates = Candidates([-80, 0, 5, 5, -3e38])
    candidates.keepMinP(0)
    #expect(candidates.count == 5)
    candidates.keepMinP(1)
    #expect(candidates.symbols == [2, 3])
  }

  @Test func minPKeepsExactlyTheRatio() {
    var candidates = Candidates([0, Float(log(0.5)), Float(log(0.499))])
    candidates.keepMinP(0.5)
    #expect(candidates.symbols == [0, 1])
  }

  // MARK: Typical-p

  @Test func typicalPMatchesTheReference() {
    forEachCase(seed: 4) { logits, p, _ in
      var candidates = Candidates(logits)
      candidates.keepTypicalP(p)
      var reference = Reference(logits)
      reference.typicalP(p)
      #expect(Set(candidates.symbols) == reference.symbols, "p \(p) of \(logits)")
    }
  }

  @Test func typicalPMayDropTheMostProbableSymbol() {
    // Surprisals 0.92 and, six times, 2.30; the entropy is 1.75.
    var candidates = Candidates([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1].map { Float(log($0)) })
    candidates.keepTypicalP(0.15)
    #expect(candidates.symbols == [1, 2])
  }

  @Test func typicalPOfOneKeepsAll() {
    var candidates = Candidates([0, -200, 3])
    candidates.keepTypicalP(1)
    #expect(candidates.symbols == [0, 1, 2])
  }

  // MARK: Repetition penalty

  @Test func repetitionPenaltyMatchesTheReference() {
    forEachCase(seed: 5) { logits, p, generator in
      let text = (0..<12).map { _ in Int32.random(in: 0..<Int32(logits.count), using: &generator) }
      var recent = RepetitionWindow(capacity: 5, vocabularySize: logits.count)
      text.forEach { recent.append($0) }
      var candidates = Candidates(logits)
      candidates.penalize(recent, by: 0.5 + p)
      var reference = Reference(logits)
      reference.penalize(text.suffix(5), by: 0.5 + p)
      #expect(candidates.logits == reference.entries.map { Float($0.logit) })
    }
  }

  @Test func repetitionPenaltyDividesPositiveAndMultipliesNegativeLogitsOnce() {
    var recent = RepetitionWindow(capacity: 64, vocabularySize: 5)
    for symbol: Int32 in [0, 1, 1, 1, 4] { recent.append(symbol) }
    var candidates = Candidates([3, -3, 3, -3, 0])
    candidates.penalize(recent, by: 2)
    #expect(candidates.logits == [1.5, -6, 3, -3, 0])
  }

  @Test func repetitionPenaltyStaysFinite() {
    var recent = RepetitionWindow(capacity: 4, vocabularySize: 2)
    recent.append(0)
    recent.append(1)
    var candidates = Candidates([3e38, -3e38])
    candidates.penalize(recent, by: 1e-300)
    #expect(candidates.logits == [.greatestFiniteMagnitude, 0])
    candidates = Candidates([3e38, -3e38])
    candidates.penalize(recent, by: 1e300)
    #expect(candidates.logits == [0, -.greatestFiniteMagnitude])
  }

  // MARK: Temperature

  @Test func temperatureMatchesTheReference() {
    forEachCase(seed: 6) { logits, p, _ in
      let temperature = 2 * p
      var candidates = Candidates(logits)
      let total = candidates.weigh(temperature: temperature)
      let expected = Reference(logits).probabilities(temperature: temperature)
      for (candidate, probability) in zip(candidates.all, expected) {
        #expect(abs(Double(candidate.weight) / total - probability) < 1e-5)
      }
    }
  }

  @Test(arguments: [Double.leastNonzeroMagnitude, 1e-300, 1e-30, 1e30, 1e300])
  func extremeTemperaturesGiveNumbers(temperature: Double) {
    var candidates = Candidates([3e38, -3e38, 3e38, 0])
    let total = candidates.weigh(temperature: temperature)
    #expect(candidates.all.allSatisfy { (0...1).contains($0.weight) })
    #expect((2...4).contains(total))
    #expect(candidates[0].weight == 1 && candidates[2].weight == 1)
  }
}
