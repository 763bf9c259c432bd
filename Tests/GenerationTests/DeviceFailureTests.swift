import DeviceTesting
import Generation
import Recurrent
import Synchronization
import Testing
import Text

/// A device that fails ends what is written or scored: its zeros are never taken for a result.
@Suite("A device that fails while writing and scoring")
struct DeviceFailureTests {
  private let tiny: TinyModel
  private let error = DeviceError(FailingBackend.reason)

  init() throws { tiny = try TinyModel() }

  private func text(_ count: Int) throws -> EncodedText {
    let letters = Array("abcdefgh ")
    let string = String((0..<count).map { letters[$0 * $0 % 7 + $0 % 3] })
    return try EncodedText(Corpus(text: string), vocabulary: tiny.vocabulary)
  }

  /// What is shown before it fails is what a device that works writes.
  @Test(arguments: [0, 1, 2, 7, 40])
  func oneText(_ calls: Int) throws {
    let whole = try tiny.write(WritingOptions(length: 60)).text
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, device: .failing(after: calls))
    var state = generator.start()
    var random = Xoshiro256(seed: 5, stream: [0])
    var shown: [UInt8] = []
    #expect(throws: error) {
      try generator.write(from: &state, WritingOptions(length: 60), using: &random) {
        shown += $0
        return true
      }
    }
    #expect(whole.starts(with: shown))
    #expect(shown.count <= calls)
  }

  @Test func thePrompt() throws {
    let generator = Generator(tiny.model, vocabulary: tiny.vocabulary, device: .failing(after: 3))
    var random = Xoshiro256(seed: 1)
    #expect(throws: error) {
      try generator.text(after: "abcdef", WritingOptions(length: 0), using: &random)
    }
  }

  @Test(arguments: [0, 1, 25, 100])
  func manyTexts(_ calls: Int) throws {
    let options = WritingOptions(length: 12)
    let generator = BatchGenerator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, lanes: 3,
      device: .failing(after: calls))
    let delivered = Mutex<[[UInt8]]>([])
    #expect(throws: error) {
      try generator.write(
        count: 100, options,
        request: { WritingRequest(prompt: [], random: Xoshiro256(seed: 5, stream: [UInt64($0)])) },
        deliver: { _, text, _ in
          delivered.withLock { $0.append(text) }
          return true
        })
    }
    for (index, text) in delivered.withLock(\.self).enumerated() {
      #expect(text == (try tiny.write(options, index: index).text))
    }
    #expect(delivered.withLock(\.count) <= calls / 12 * 3)
  }

  @Test(arguments: [0, 1, 20])
  func continuations(_ calls: Int) throws {
    let working = Generator(tiny.model, vocabulary: tiny.vocabulary, device: .cpu(threads: 1))
    let batch = ContinuationBatch(
      tiny.model, vocabulary: tiny.vocabulary, lanes: 4, device: .failing(after: calls))
    let wanted = (0..<8).map {
      Continuation(WritingOptions(length: 30), random: Xoshiro256(seed: UInt64($0)))
    }
    #expect(throws: error) { try batch.write(wanted, from: working.start()) }
  }

  @Test(arguments: [0, 1, 9])
  func textsThatJoin(_ calls: Int) throws {
    let batch = ContinuousBatch(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, lanes: 1,
      device: .failing(after: calls))
    let options = WritingOptions(length: 30)
    let rules = try WritingRules(
      options, avoiding: nil, vocabulary: tiny.vocabulary, tiny.model.configuration)
    let shown = Mutex<[UInt8]>([])
    let request = WritingRequest(prompt: [], random: Xoshiro256(seed: 5, stream: [0]))
    _ = try batch.add(
      JoiningText(request, rules) { event in
        if case .wrote(let bytes, _) = event { shown.withLock { $0 += bytes } }
        return true
      })
    #expect(throws: error) { while batch.count > 0 { try batch.step() } }
    let whole = try tiny.write(options).text
    #expect(shown.withLock { whole.starts(with: $0) && $0.count == calls })
  }

  @Test(arguments: [0, 1, 3])
  func scores(_ calls: Int) throws {
    let text = try text(2000)
    let failed = ScoringError.deviceFailed(reason: FailingBackend.reason)
    for lanes in [1, 4] {
      #expect(throws: failed) {
        try TextScorer(tiny.model, lanes: lanes, device: .failing(after: calls)).score(text)
      }
    }
    var read: [Float] = []
    #expect(throws: failed) {
      _ = try TextScorer(tiny.model, device: .failing(after: calls)).score(text) { read.append($1) }
    }
    #expect(read.count == 128 * calls && !read.contains(0))
    #expect(throws: failed) {
      try RandomWindows(length: 300, count: 70)
        .score(text, with: tiny.model, device: .failing(after: calls))
    }
    #expect(throws: failed) {
      try DynamicEvaluation().score(text, with: tiny.model, device: .failing(after: calls))
    }
    let targets = SoftTargets(count: text.count, vocabularySize: tiny.vocabulary.count)
    #expect(
      !TextScorer(tiny.model, device: .failing(after: calls))
        .addExpectations(of: text, share: 1, to: targets))
  }

  @Test func aDeviceThatWorks() throws {
    let text = try text(700)
    let score = try TextScorer(tiny.model, precision: .float32).score(text)
    #expect(
      try TextScorer(tiny.model, precision: .float32, device: .failing(after: 6)).score(text)
        == score)
    #expect(score.nats > 0)
  }
}
