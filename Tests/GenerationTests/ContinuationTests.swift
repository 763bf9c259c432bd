import Generation
import Recurrent
import Testing

/// Several ways to go on, written beside each other.
@Suite("Continuations")
struct ContinuationTests {
  private static let options = [
    WritingOptions(length: 60),
    WritingOptions(
      sampling: SamplingOptions(temperature: 0.7, topK: 5, repetitionPenalty: 1.4), length: 35),
    WritingOptions(length: 40, stops: ["ab"]),
    WritingOptions(length: 50, bans: ["ab", "hc", "\n\n"], biases: [Bias("cd", 2)]),
    WritingOptions(length: 0),
  ]

  /// Texts, what is known of them and the states at their ends are those of `Generator`, bit for bit.
  @Test(arguments: [(1, 3), (2, 3), (1, 16), (3, 5)], Precision.allCases)
  func eachIsWhatIsWrittenAlone(_ threadsAndLanes: (Int, Int), _ precision: Precision) throws {
    let tiny = try TinyModel(.lstm)
    let device = Device.cpu(threads: threadsAndLanes.0)
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: precision, device: device)
    let prompt = tiny.vocabulary.encode("abc hc").symbols
    var start = generator.start()
    generator.read(prompt, into: &start)
    let requests = (0..<10).map { index in
      Continuation(
        Self.options[index % Self.options.count],
        random: Xoshiro256(seed: UInt64(index), stream: [0]))
    }
    let batch = ContinuationBatch(
      tiny.model, vocabulary: tiny.vocabulary, precision: precision, lanes: threadsAndLanes.1,
      device: device)
    let together = try #require(
      try batch.write(requests, from: start, after: TextRead(prompt)))
    #expect(together.count == requests.count)
    for (request, text) in zip(requests, together) {
      var state = start
      var random = request.random
      var bytes: [UInt8] = []
      let passage = try generator.write(
        from: &state, request.options, after: TextRead(prompt), using: &random
      ) {
        bytes += $0
        return true
      }
      #expect(text.text == bytes && text.passage == passage)
      #expect(text.end.parts == state.parts)
    }
    #expect(Set(together.map(\.text)).count > 5)
  }

  @Test func itStopsWhenToldAndTellsWhatCannotBe() throws {
    let tiny = try TinyModel(.lstm)
    let generator = Generator(tiny.model, vocabulary: tiny.vocabulary, device: .cpu(threads: 1))
    let batch = ContinuationBatch(
      tiny.model, vocabulary: tiny.vocabulary, lanes: 2, device: .cpu(threads: 1))
    let requests = [1, 2, 3].map {
      Continuation(WritingOptions(length: 10), random: Xoshiro256(seed: $0))
    }
    var steps = 0
    // Each of 10 characters is read in a step, twice.
    let whole = try batch.write(requests, from: generator.start()) {
      steps += 1
      return true
    }
    #expect(whole?.count == 3 && steps == 20)
    for last in [1, 7, 20] {
      var steps = 0
      #expect(
        try batch.write(requests, from: generator.start()) {
          steps += 1
          return steps < last
        } == nil)
      #expect(steps == last)
    }
    let banned = Continuation(
      WritingOptions(length: 3, bans: Bans(tiny.vocabulary.scalars.map(String.init))),
      random: Xoshiro256(seed: 1))
    #expect(throws: BansError.self) {
      try batch.write([requests[0], banned], from: generator.start())
    }
  }
}
