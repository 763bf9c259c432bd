import Generation
import Recurrent
import Testing
import Text

@Suite("Dynamic evaluation")
struct DynamicEvaluationTests {
  private let tiny: TinyModel

  init() throws {
    tiny = try TinyModel()
  }

  private func text(_ string: String) throws -> EncodedText {
    try EncodedText(Corpus(text: string), vocabulary: tiny.vocabulary)
  }

  private func staticScore(_ text: EncodedText) throws -> TextScore {
    try TextScorer(tiny.model, precision: .float32).score(text)
  }

  private let refrain = String(repeating: "abba cab\n", count: 80)

  /// Texts shorter than a segment, of whole segments, and with a rest.
  @Test(arguments: [2, 19, 20, 21, 61, 200])
  func atRateZeroItIsTheStaticPass(_ count: Int) throws {
    let text = try text(String(refrain.prefix(count)))
    let score = try DynamicEvaluation(rate: 0, segment: 20).score(text, with: tiny.model)
    let expected = try staticScore(text)
    #expect(score.characters == expected.characters)
    #expect(score.bytes == expected.bytes)
    #expect(abs(score.natsPerCharacter - expected.natsPerCharacter) < 1e-6)
  }

  @Test(arguments: Cell.allCases)
  func itLearnsARefrain(_ cell: Cell) throws {
    let tiny = try TinyModel(cell)
    let text = try EncodedText(Corpus(text: refrain), vocabulary: tiny.vocabulary)
    let before = Array(tiny.model.parameters.elements)
    let score = try DynamicEvaluation(rate: 0.003).score(text, with: tiny.model)
    #expect(Array(tiny.model.parameters.elements) == before, "the model stays as it is")
    let expected = try TextScorer(tiny.model, precision: .float32).score(text)
    #expect(score.natsPerCharacter < 0.8 * expected.natsPerCharacter)
    #expect(try DynamicEvaluation(rate: 0.003).score(text, with: tiny.model) == score)
  }

  /// A segment is scored before it is learnt from: the first one costs what it costs statically,
  /// and what follows does not change what came before.
  @Test func scoredBeforeAdapting() throws {
    let evaluation = DynamicEvaluation(rate: 0.01, segment: 30)
    let first = try text(String(refrain.prefix(31)))
    #expect(
      abs(
        try evaluation.score(first, with: tiny.model).natsPerCharacter
          - staticScore(first).natsPerCharacter) < 1e-6)
    let two = try text(String(refrain.prefix(61)))
    let second = try evaluation.score(two, with: tiny.model)
    #expect(try second.natsPerCharacter < staticScore(two).natsPerCharacter - 1e-3)
  }

  @Test func decayKeepsNearTheModel() throws {
    let text = try text(refrain)
    let free = try DynamicEvaluation(rate: 0.003, decay: 0).score(text, with: tiny.model)
    let held = try DynamicEvaluation(rate: 0.003, decay: 1).score(text, with: tiny.model)
    let bound = try staticScore(text)
    #expect(free.nats < held.nats)
    #expect(held.nats < bound.nats)
  }

  /// A text of one symbol has no gradient for the others' rows of the embedding.
  @Test func oneSymbol() throws {
    let text = try text(String(repeating: "a", count: 300))
    let score = try DynamicEvaluation().score(text, with: tiny.model)
    #expect(try score.nats < staticScore(text).nats)
  }

  @Test func mistakes() throws {
    let text = try text(refrain)
    func error(_ evaluation: DynamicEvaluation) -> ScoringError? {
      do {
        _ = try evaluation.score(text, with: tiny.model)
        return nil
      } catch { return error }
    }
    let rates = "a finite number of 0 or more"
    for rate: Float in [-1, .nan, .infinity] {
      #expect(
        error(.init(rate: rate))
          == .optionOutOfRange(name: "dynamic-rate", value: "\(rate)", range: rates))
    }
    for decay: Float in [-0.5, .nan, 1.5] {
      #expect(
        error(.init(decay: decay))
          == .optionOutOfRange(name: "dynamic-decay", value: "\(decay)", range: "from 0 to 1"))
    }
    for segment in [0, 4097] {
      #expect(
        error(.init(segment: segment))
          == .optionOutOfRange(name: "dynamic-segment", value: "\(segment)", range: "1 to 4096"))
    }
    let diverged = error(.init(rate: .greatestFiniteMagnitude, segment: 20))
    #expect(diverged == .diverged(character: 20, rate: .greatestFiniteMagnitude))
    #expect(
      diverged?.description
        == "dynamic evaluation came to no finite number after character 20 at rate "
        + "3.4028235e+38; try a lower dynamic-rate")
  }
}
