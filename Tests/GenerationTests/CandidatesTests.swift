import Generation
import Testing

extension Candidates {
  init(_ logits: [Float], allowed: [Bool]? = nil) {
    self.init(vocabularySize: logits.count)
    logits.withUnsafeBufferPointer { load($0, allowed: allowed) }
  }

  var all: [Candidate] { indices.map { self[$0] } }
  var symbols: [Int32] { all.map(\.symbol) }
  var logits: [Float] { all.map(\.logit) }
}

@Suite struct CandidatesTests {
  @Test func loadsSymbolsInOrder() {
    let candidates = Candidates([1, -2, 0])
    #expect(candidates.symbols == [0, 1, 2])
    #expect(candidates.logits == [1, -2, 0])
  }

  @Test func leavesOutWhatIsMaskedOrImpossible() {
    let candidates = Candidates(
      [1, -.infinity, 3, .nan, 5], allowed: [true, true, false, true, true])
    #expect(candidates.symbols == [0, 4])
  }

  @Test func holdsInfinityAsTheLargestNumber() {
    #expect(Candidates([.infinity, 0]).logits == [.greatestFiniteMagnitude, 0])
  }

  @Test func isUniformOverTheAllowedWhereNothingIsPossible() {
    let candidates = Candidates([-.infinity, .nan, 9], allowed: [true, true, false])
    #expect(candidates.symbols == [0, 1])
    #expect(candidates.logits == [0, 0])
  }

  @Test func forgetsTheLastChoice() {
    var candidates = Candidates([1, 2, 3])
    candidates.keepTopK(1)
    [Float](arrayLiteral: 4, 5, 6).withUnsafeBufferPointer { candidates.load($0, allowed: nil) }
    #expect(candidates.logits == [4, 5, 6])
  }

  @Test func findsTheFirstOfTheLargest() {
    #expect(Candidates([0, 7, 3, 7]).largest == 1)
    #expect(Candidates([7]).largest == 0)
  }

  @Test func keepsTheFirstInOrder() {
    var generator = SplitMix64(seed: 1)
    for count in 1...40 {
      let logits = randomLogits(count: count, using: &generator)
      let sorted = Candidates(logits).all.sorted { $0.isMoreProbable(than: $1) }
      for kept in 1...count {
        var candidates = Candidates(logits)
        candidates.keepFirst(by: { $0.isMoreProbable(than: $1) }) { $0 == sorted[kept - 1] }
        #expect(candidates.all == Array(sorted.prefix(kept)))
      }
    }
  }

  @Test func keepsAllWhereNoneIsTheLast() {
    var candidates = Candidates([2, 1, 3])
    candidates.keepFirst(by: { $0.isMoreProbable(than: $1) }) { _ in false }
    #expect(candidates.symbols == [2, 0, 1])
  }

  @Test func inverseOfTheCumulativeDistributionSkipsWeightlessSymbols() {
    var candidates = Candidates([-500, 0, -500, 0, -500])
    #expect(candidates.weigh(temperature: 1) == 2)
    #expect(candidates.symbol(at: 0) == 1)
    #expect(candidates.symbol(at: 1.0.nextDown) == 1)
    #expect(candidates.symbol(at: 1) == 3)
    #expect(candidates.symbol(at: 2) == 3, "beyond the end, as rounding could have it")
  }
}
