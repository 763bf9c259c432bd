import DeviceTesting
import Generation
import Recurrent
import Testing
import Text

@Suite("Learning from a text")
struct AdaptedNetworkTests {
  private let tiny: TinyModel

  init() throws {
    tiny = try TinyModel()
  }

  private func text(_ string: String) throws -> EncodedText {
    try EncodedText(Corpus(text: string), vocabulary: tiny.vocabulary)
  }

  private let refrain = String(repeating: "abba cab\n", count: 80)

  private func nats(_ network: Network, _ text: EncodedText) throws -> Double {
    try TextScorer(network, precision: .float32).score(text).natsPerCharacter
  }

  private func weights(_ network: Network) -> [Float] { Array(network.parameters.elements) }

  @Test(arguments: Cell.allCases)
  func theRestSurprisesLess(_ cell: Cell) throws {
    let tiny = try TinyModel(cell)
    let first = try EncodedText(
      Corpus(text: String(refrain.prefix(451))), vocabulary: tiny.vocabulary)
    let rest = try EncodedText(
      Corpus(text: String(refrain.dropFirst(451))), vocabulary: tiny.vocabulary)
    let before = weights(tiny.model)
    let learning = DynamicEvaluation(rate: 0.003)
    let adapted = try learning.adapting(tiny.model, to: first)
    #expect(weights(tiny.model) == before, "the model stays as it is")
    #expect(try nats(adapted.network, rest) < 0.8 * nats(tiny.model, rest))
    // A whole number of segments: what came of it is what dynamic evaluation has.
    #expect(adapted.passes == [try learning.score(first, with: tiny.model)])
    let again = try learning.adapting(tiny.model, to: first)
    #expect(weights(again.network) == weights(adapted.network))
    let more = try learning.adapting(tiny.model, to: first, passes: 3)
    #expect(more.passes[0] == adapted.passes[0])
    #expect(more.passes[0].nats > more.passes[1].nats && more.passes[1].nats > more.passes[2].nats)
    #expect(try nats(more.network, rest) < nats(adapted.network, rest))
  }

  /// Shorter than a segment, with a rest, and of two symbols.
  @Test(arguments: [2, 20, 49, 52, 99])
  func noTextIsTooShort(_ count: Int) throws {
    let text = try text(String(refrain.prefix(count)))
    let adapted = try DynamicEvaluation().adapting(tiny.model, to: text)
    #expect(try nats(adapted.network, text) < nats(tiny.model, text))
    #expect(adapted.passes[0].characters == count - 1)
    #expect(adapted.passes[0].bytes == count - 1)
  }

  /// What is left over stands at the beginning, which is scored as it stands there.
  @Test func theEndIsLearnt() throws {
    let long = try text(String(refrain.prefix(61)))
    let adapted = try DynamicEvaluation(rate: 0.01, segment: 50).adapting(tiny.model, to: long)
    #expect(abs(try adapted.passes[0].natsPerCharacter - nats(tiny.model, long)) < 1e-6)
  }

  @Test func theWeightsDoNotDependOnThreads() throws {
    let text = try text(refrain)
    let one = try DynamicEvaluation().adapting(tiny.model, to: text, device: .cpu(threads: 1))
    let two = try DynamicEvaluation().adapting(tiny.model, to: text, device: .cpu(threads: 2))
    #expect(weights(one.network) == weights(two.network))
  }

  @Test func mistakes() throws {
    let text = try text(refrain)
    let rate = Float.greatestFiniteMagnitude
    #expect(throws: ScoringError.cannotLearn(character: 69, rate: rate)) {
      try DynamicEvaluation(rate: rate).adapting(tiny.model, to: text)
    }
    // Nothing is scored after the only step.
    let short = try self.text(String(refrain.prefix(30)))
    var weighty: ScoringError?
    do {
      _ = try DynamicEvaluation(rate: rate, decay: 1).adapting(tiny.model, to: short)
    } catch { weighty = error as? ScoringError }
    #expect(weighty == .cannotLearn(character: 29, rate: rate))
    #expect(
      weighty?.description
        == "learning came to no finite number after character 29 at rate 3.4028235e+38, and the "
        + "model stays as it was; try a lower adapt-rate")
    #expect(throws: ScoringError.self) {
      try DynamicEvaluation(rate: -1).adapting(tiny.model, to: text)
    }
    let failed = ScoringError.deviceFailed(reason: FailingBackend.reason)
    for calls in [0, 1, 3] {
      #expect(throws: failed) {
        try DynamicEvaluation().adapting(tiny.model, to: text, device: .failing(after: calls))
      }
    }
  }

  @Test func itCanBeStopped() throws {
    struct Enough: Error {}
    var read: [Int] = []
    let text = try text(refrain)
    #expect(throws: Enough.self) {
      try DynamicEvaluation().adapting(tiny.model, to: text, passes: 2) {
        read.append($0)
        if $0 > 719 { throw Enough() }
      }
    }
    // 719 characters are 19 and 14 segments; the next pass counts on.
    #expect(read.first == 69 && read.contains(719) && read.last == 719 + 69)
  }
}
