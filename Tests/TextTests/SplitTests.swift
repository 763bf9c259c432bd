import Testing
import Text

@Suite struct SplitTests {
  private func boundary(_ text: String, _ fraction: Double) throws -> Int {
    let corpus = try Corpus(text: text)
    let split = Split(corpus: corpus, validationFraction: fraction)
    #expect(split.training.lowerBound == 0)
    #expect(split.training.upperBound == split.validation.lowerBound)
    #expect(split.validation.upperBound == corpus.byteCount)
    return split.validation.lowerBound
  }

  @Test func tinyShakespeareIsCutWhereOthersCutIt() throws {
    let text = String(repeating: "x", count: 1_115_394)
    #expect(try boundary(text, 0.1) == 1_003_854)
  }

  @Test func roundingDoesNotMoveTheCut() throws {
    // In floating point 1 − 0.9 is just below 0.1.
    #expect(try boundary(String(repeating: "x", count: 10), 0.9) == 1)
    for tenths in 1...9 {
      #expect(
        try boundary(String(repeating: "x", count: 1000), Double(tenths) / 10)
          == 1000 - 100 * tenths)
    }
  }

  @Test func theCutMovesForwardToAScalar() throws {
    #expect(try boundary("🙂🙂", 0.7) == 4)
    #expect(try boundary("🙂🙂", 0.5) == 4)
    #expect(try boundary("🙂🙂", 0.3) == 8)
    #expect(try boundary("aအb", 0.5) == 4)
  }

  @Test func theCutStopsAtAFileThatBeginsWithBrokenBytes() throws {
    let corpus = try Corpus(bytes: [UInt8](repeating: 0x80, count: 10), name: "t")
    #expect(Split(corpus: corpus, validationFraction: 0.9).training == 0..<4)
  }

  /// What is tested on comes last, and takes nothing of what it is beside.
  @Test func threeParts() throws {
    let corpus = try Corpus(text: String(repeating: "x", count: 1_115_394))
    let split = Split(corpus: corpus, validationFraction: 0.1, testFraction: 0.1)
    #expect(split.training == 0..<892_315)
    #expect(split.validation == 892_315..<1_003_854)
    #expect(split.test == 1_003_854..<1_115_394)
    let two = Split(corpus: corpus, validationFraction: 0.1)
    #expect(two.test.isEmpty && two.validation == 1_003_854..<1_115_394)
    for validation in stride(from: 0.0, to: 0.9, by: 0.1) {
      let corpus = try Corpus(text: "🙂🙂é🙂")
      let split = Split(corpus: corpus, validationFraction: validation, testFraction: 0.1)
      #expect(split.training.count >= 4 && split.training.lowerBound == 0)
      #expect(split.training.upperBound == split.validation.lowerBound)
      #expect(split.validation.upperBound == split.test.lowerBound && split.test.upperBound == 14)
    }
    #expect(
      Split(corpus: try Corpus(text: "abcdefghij"), validationFraction: 0, testFraction: 0.9)
        .test == 1..<10)
  }

  @Test func somethingAlwaysTrains() throws {
    #expect(try boundary("a", 0.9) == 1)
    #expect(try boundary("🙂", 0.99) == 4)
    #expect(try boundary("abc", 0) == 3)
  }
}
