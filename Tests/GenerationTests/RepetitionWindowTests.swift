import Generation
import Testing

@Suite struct RepetitionWindowTests {
  @Test(arguments: [0, 1, 2, 7, 1000, .max])
  func containsTheLastSymbols(capacity: Int) {
    var generator = SplitMix64(seed: 1)
    var window = RepetitionWindow(capacity: capacity, vocabularySize: 12)
    var text: [Int32] = []
    for _ in 0..<60 {
      let last = text.suffix(capacity)
      for symbol: Int32 in 0..<12 {
        #expect(window.contains(symbol) == last.contains(symbol))
      }
      let symbol = Int32.random(in: 0..<12, using: &generator)
      text.append(symbol)
      window.append(symbol)
    }
  }

  @Test func isAValue() {
    var window = RepetitionWindow(capacity: 3, vocabularySize: 2)
    let before = window
    window.append(1)
    #expect(window.contains(1))
    #expect(!before.contains(1))
  }
}
