import CPU
import Generation
import Recurrent
import Synchronization
import Testing
import Text

/// A text and what is known of it.
struct Written: Equatable, Sendable {
  var text: [UInt8]
  var passage: Passage

  var string: String? { String(validating: text, as: UTF8.self) }
}

private let precisions = Precision.allCases

@Suite("Writing")
struct WritingTests {
  private static let prompts = ["", "a", "abc abc", "\n\nh"]

  /// The first `count` texts of seed 5, written together; text i goes on from prompt i mod 4.
  private func writeTogether(
    _ tiny: TinyModel, _ options: WritingOptions, count: Int, lanes: Int, threads: Int = 1,
    precision: Precision = .float32
  ) throws -> [Written] {
    let generator = BatchGenerator(
      tiny.model, vocabulary: tiny.vocabulary, precision: precision, lanes: lanes,
      device: .cpu(threads: threads))
    let texts = Mutex<[Written]>([])
    let prompts = Self.prompts.map { tiny.vocabulary.encode($0).symbols }
    try generator.write(
      count: count, options,
      request: { index in
        WritingRequest(
          prompt: prompts[index % 4], random: Xoshiro256(seed: 5, stream: [UInt64(index)]))
      },
      deliver: { index, text, passage in
        texts.withLock {
          #expect(index == $0.count, "texts come in order")
          $0.append(Written(text: text, passage: passage))
        }
        return true
      })
    return texts.withLock { $0 }
  }

  private static let options = [
    WritingOptions(length: 150),
    WritingOptions(sampling: SamplingOptions(temperature: 0), length: 60),
    WritingOptions(
      sampling: SamplingOptions(
        temperature: 0.7, topK: 5, topP: 0.95, minP: 0.01, repetitionPenalty: 1.3,
        repetitionWindow: 9),
      length: 90, stops: ["ab", "\n\n"]),
  ]

  @Test(arguments: Cell.allCases, precisions)
  func aloneAndTogetherAreTheSame(_ cell: Cell, _ precision: Precision) throws {
    let tiny = try TinyModel(cell)
    for options in Self.options {
      let together = try writeTogether(
        tiny, options, count: 6, lanes: 4, precision: precision)
      for (index, text) in together.enumerated() {
        let alone = try tiny.write(
          options, prompt: Self.prompts[index % 4], index: index, precision: precision)
        #expect(text == alone, "text \(index)")
      }
    }
    #expect(
      try tiny.write(Self.options[0], precision: precision)
        != tiny.write(Self.options[0], index: 1, precision: precision))
  }

  @Test(arguments: precisions)
  func companyDoesNotMatter(_ precision: Precision) throws {
    let tiny = try TinyModel(hidden: 40)
    let options = WritingOptions(length: 80, stops: ["ab"])
    let expected = try writeTogether(
      tiny, options, count: 20, lanes: 1, precision: precision)
    #expect(Set(expected.map(\.text)).count > 10)
    for (count, lanes, threads) in [
      (1, 1, 1), (1, 64, 2), (5, 3, 1), (20, 20, 1), (20, 7, 2), (20, 16, 3), (20, 64, 2),
    ] {
      let found = try writeTogether(
        tiny, options, count: count, lanes: lanes, threads: threads, precision: precision)
      #expect(found == Array(expected[..<count]), "\(count) in \(lanes) lanes, \(threads) threads")
    }
  }

  @Test func threadsDoNotMatterAlone() throws {
    let tiny = try TinyModel(hidden: 130)
    let options = WritingOptions(length: 60)
    let alone = try tiny.write(options)
    #expect(try tiny.write(options, threads: 2) == alone)
    #expect(try tiny.write(options, threads: 3) == alone)
  }

  /// Symbol by symbol with the model's own parts: what temperature 0 must give.
  @Test func temperatureZeroIsTheArgmax() throws {
    let tiny = try TinyModel()
    let streams = Device.cpu().backend.streams(
      through: tiny.model, StreamUse(precision: .float32, lanes: 1, steps: 1))
    let (prompt, _) = tiny.vocabulary.encode("\nbad")
    var symbols = prompt
    var logits: [Float] = []
    func read(_ symbol: Int32) {
      logits = streams.withOnlyPart { lane in
        [symbol].withUnsafeBufferPointer { Array(lane.logits(after: $0)) }
      }
    }
    for symbol in prompt { read(symbol) }
    for _ in 0..<50 {
      let largest = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
      symbols.append(Int32(largest))
      read(Int32(largest))
    }
    var expected: [UInt8] = []
    var decoder = SymbolDecoder(vocabulary: tiny.vocabulary)
    for symbol in symbols.dropFirst(4) { decoder.append(symbol, to: &expected) }
    let options = WritingOptions(sampling: SamplingOptions(temperature: 0), length: 50)
    // A text begins after a line feed that is not part of it.
    #expect(try tiny.write(options, prompt: "bad").text == expected)
  }

  @Test(arguments: [
    Vocabulary.bytes,
    try Vocabulary(scalars: [], byteFallback: true),
    try Vocabulary(scalars: ["a", "é", "語"], byteFallback: true),
  ])
  func bytesAreAlwaysUTF8(_ vocabulary: Vocabulary) throws {
    let tiny = try TinyModel(vocabulary)
    let generator = Generator(tiny.model, vocabulary: vocabulary, precision: .float32)
    for (index, length) in [0, 1, 2, 50, 200].enumerated() {
      let options = WritingOptions(
        sampling: SamplingOptions(temperature: 2), length: length)
      var state = generator.start()
      var random = Xoshiro256(seed: 5, stream: [UInt64(index)])
      var text: [UInt8] = []
      let passage = try generator.write(from: &state, options, using: &random) { piece in
        #expect(String(validating: piece, as: UTF8.self) != nil, "each piece is whole characters")
        text += piece
        return true
      }
      let string = try #require(String(validating: text, as: UTF8.self))
      #expect(string.unicodeScalars.count == length)
      #expect(passage.characters == length)
      #expect(passage.symbols >= length)
      #expect(length < 50 || passage.symbols > length, "some characters have several bytes")
    }
    let together = try writeTogether(tiny, WritingOptions(length: 40), count: 5, lanes: 2)
    #expect(together.allSatisfy { $0.string?.unicodeScalars.count == 40 })
  }

  @Test func stopsEndTheText() throws {
    let tiny = try TinyModel()
    let whole = try tiny.write(WritingOptions(length: 300))
    let text = try #require(whole.string)
    // The first repetition of a pair of characters in the text is where it must end.
    let stop = String(text.dropFirst(100).prefix(2))
    let end = try #require(text.range(of: stop)).lowerBound
    let stopped = try tiny.write(WritingOptions(length: 300, stops: ["zz", stop]))
    #expect(stopped.string == String(text[..<end]))
    #expect(stopped.passage.stop == stop)
    #expect(stopped.passage.characters == text[..<end].unicodeScalars.count)

    // What was held back for a stop string that does not come is shown at the end.
    let last = String(text.prefix(40).suffix(1))
    let held = try tiny.write(WritingOptions(length: 40, stops: [last + "zz"]))
    #expect(held.string == String(text.prefix(40)))
    #expect(held.passage.stop == nil)
    #expect(held.passage.characters == 40)
  }

  @Test func lengthsCountWithoutThePrompt() throws {
    let tiny = try TinyModel()
    for length in [0, 1, 7] {
      let written = try tiny.write(WritingOptions(length: length), prompt: "abc")
      #expect(written.text.count == length)
      #expect(written.passage.characters == length)
    }
    let none = try writeTogether(tiny, WritingOptions(length: 0), count: 5, lanes: 2)
    #expect(none.count == 5)
    #expect(none.allSatisfy { $0.text.isEmpty && $0.passage.symbols == 0 })
  }

  @Test func surprisalIsTheModelsOwn() throws {
    let tiny = try TinyModel()
    let written = try tiny.write(
      WritingOptions(sampling: SamplingOptions(temperature: 0.5, topK: 3), length: 100))
    let text = try EncodedText(
      Corpus(text: "\n" + (written.string ?? "")), vocabulary: tiny.vocabulary)
    let score = try TextScorer(tiny.model, precision: .float32).score(text)
    #expect(abs(written.passage.surprisal - score.nats) < 1e-4)
    #expect(abs(written.passage.meanSurprisal - score.natsPerCharacter) < 1e-6)
  }

  @Test func aCopyIsABranch() throws {
    let tiny = try TinyModel()
    let generator = Generator(tiny.model, vocabulary: tiny.vocabulary, precision: .float32)
    var state = generator.start()
    generator.read(tiny.vocabulary.encode("abc").symbols, into: &state)
    func write(_ state: inout TextState, _ length: Int, seed: UInt64) throws -> [UInt8] {
      var text: [UInt8] = []
      var random = Xoshiro256(seed: seed)
      _ = try generator.write(from: &state, WritingOptions(length: length), using: &random) {
        text += $0
        return true
      }
      return text
    }
    let before = state
    let first = try write(&state, 30, seed: 1)
    var branch = before
    #expect(try write(&branch, 30, seed: 2) != first)
    branch = before
    #expect(try write(&branch, 30, seed: 1) == first)
    // Two halves with one generator are the whole.
    branch = before
    var random = Xoshiro256(seed: 1)
    var halves: [UInt8] = []
    for length in [12, 18] {
      _ = try generator.write(from: &branch, WritingOptions(length: length), using: &random) {
        halves += $0
        return true
      }
    }
    #expect(halves == first)
  }

  @Test func whoeverTakesTextsCanStop() throws {
    struct Full: Error {}
    let tiny = try TinyModel()
    let generator = BatchGenerator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, lanes: 4,
      device: .cpu(threads: 2))
    let delivered = Atomic(0)
    let request = { @Sendable (index: Int) in
      WritingRequest(prompt: [], random: Xoshiro256(seed: UInt64(index)))
    }
    try generator.write(count: 100, WritingOptions(length: 10), request: request) { _, _, _ in
      delivered.add(1, ordering: .relaxed).newValue < 3
    }
    #expect(delivered.load(ordering: .relaxed) == 3)
    #expect(throws: Full.self) {
      try generator.write(count: 100, WritingOptions(length: 10), request: request) { _, _, _ in
        throw Full()
      }
    }
    #expect(throws: SamplingOptionsError(name: "top-k", value: "0", range: "1 or more")) {
      try generator.write(
        count: 1, WritingOptions(sampling: SamplingOptions(topK: 0), length: 10), request: request
      ) { _, _, _ in true }
    }
  }
}
