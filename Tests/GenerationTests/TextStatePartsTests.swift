import Generation
import Recurrent
import Testing
import Text

@Suite struct TextStatePartsTests {
  private func generator(
    _ vocabulary: Vocabulary
  ) throws -> (generator: Generator, configuration: ModelConfiguration) {
    let configuration = ModelConfiguration(
      layers: 2, hiddenSize: 12, embeddingSize: 4, vocabularySize: vocabulary.count)
    let model = try Network(configuration, seed: 5)
    return (
      Generator(model, vocabulary: vocabulary, precision: .float32), configuration
    )
  }

  @Test func aStateOfItsPartsIsTheSame() throws {
    let (generator, configuration) = try generator(.bytes)
    var state = generator.start()
    // Ends inside a character.
    generator.read(Array("a世世".utf8.dropLast()).map { Int32($0) }, into: &state)
    var options = WritingOptions(length: 30)
    options.sampling.repetitionPenalty = 3
    #expect(state.parts.pending == [0xE4, 0xB8])
    #expect(state.parts.length == 6)
    var copy = try #require(
      TextState(state.parts, configuration: configuration, vocabulary: .bytes))
    #expect(copy.parts == state.parts)
    var texts: [[UInt8]] = [[], []]
    var random = Xoshiro256(seed: 1)
    _ = try generator.write(from: &state, options, using: &random) {
      texts[0] += $0
      return true
    }
    random = Xoshiro256(seed: 1)
    _ = try generator.write(from: &copy, options, using: &random) {
      texts[1] += $0
      return true
    }
    #expect(texts[0] == texts[1])
    #expect(copy.parts == state.parts)
  }

  @Test func partsOfNoStateAreRefused() throws {
    let vocabulary = try Vocabulary(scalars: ["\n", "a", "b"], byteFallback: false)
    let (generator, configuration) = try generator(vocabulary)
    let parts = generator.start().parts
    func isRefused(_ change: (inout TextState.Parts) -> Void) -> Bool {
      var changed = parts
      change(&changed)
      return TextState(changed, configuration: configuration, vocabulary: vocabulary) == nil
    }
    #expect(!isRefused { _ in })
    #expect(isRefused { $0.logits.append(0) })
    #expect(isRefused { $0.latest.removeLast() })
    #expect(isRefused { $0.latest[0] = 1 })
    #expect(isRefused { $0.latest[0] = -1 })
    #expect(isRefused { $0.length = -1 })
    #expect(isRefused { $0.length = .max })
    #expect(isRefused { $0.recurrent.hidden.append(0) })
    #expect(isRefused { $0.recurrent.cell = [] })
    // This vocabulary has no bytes.
    #expect(isRefused { $0.pending = [0xC3] })
  }
}
