import Recurrent
import Testing
import Text
import Training

@Suite("A run from a corpus")
struct CorpusPartsTests {
  private func corpus() throws -> Corpus {
    try Corpus(text: String(repeating: "abcdefghi é\n", count: 50) + "xyz")
  }

  @Test func aCorpusIsCutAndReadInOneVocabulary() throws {
    let parts = try CorpusParts(corpus(), validationFraction: 0.25)
    let validation = try #require(parts.validation)
    #expect(parts.training.byteRange.upperBound == validation.byteRange.lowerBound)
    #expect(parts.training.vocabulary == validation.vocabulary)
    #expect(validation.unknownCount == 3)

    #expect(try CorpusParts(corpus(), validationFraction: 0).validation == nil)
    #expect(try CorpusParts(corpus(), kind: .bytes).training.vocabulary == .bytes)
    #expect(try CorpusParts(corpus(), minCount: 60).training.vocabulary.count == 256)
    let known = try Vocabulary(scalars: ["a", "b"], byteFallback: false)
    #expect(try CorpusParts(corpus(), vocabulary: known).training.count == 92)
  }

  @Test func theLastPartTests() throws {
    for kind in [Vocabulary.Kind.scalars, .bytes] {
      let parts = try CorpusParts(
        corpus(), validationFraction: 0.25, testFraction: 0.25, kind: kind)
      let (validation, test) = (try #require(parts.validation), try #require(parts.test))
      #expect(parts.training.byteRange.upperBound == validation.byteRange.lowerBound)
      #expect(validation.byteRange.upperBound == test.byteRange.lowerBound)
      #expect(test.byteRange.upperBound == test.corpus.byteCount)
      #expect(test.vocabulary == parts.training.vocabulary)
      #expect(test.unknownCount == (kind == .bytes ? 0 : 3) && validation.unknownCount == 0)
    }
    #expect(try CorpusParts(corpus()).test == nil)
    for (fraction, validation, range) in [
      (-0.1, 0.1, "0 to below 0.9"), (0.5, 0.5, "0 to below 0.5"), (.nan, 0, "0 to below 1.0"),
      (1, 0, "0 to below 1.0"),
    ] {
      #expect(
        throws: TrainingError.optionOutOfRange(
          name: "test-fraction", value: "\(fraction)", range: "\(range), what is left of the text")
      ) { try CorpusParts(corpus(), validationFraction: validation, testFraction: fraction) }
    }
  }

  @Test func whatCannotBeCutIsRefused() throws {
    for fraction in [-0.1, 1, .nan] {
      #expect(
        throws: TrainingError.optionOutOfRange(
          name: "validation-fraction", value: "\(fraction)", range: "0 to below 1")
      ) { try CorpusParts(corpus(), validationFraction: fraction) }
    }
    #expect(
      throws: TrainingError.optionOutOfRange(name: "min-count", value: "0", range: "1 or more")
    ) { try CorpusParts(corpus(), minCount: 0) }
  }

  @Test func aTrainerTakesThePresetAndWhatIsChanged() throws {
    let trainer = try Trainer(corpus: corpus(), preset: .quick, epochs: 3) { $0.seed = 9 }
    let plan = trainer.plan
    var expected = Preset.quick.options(
      characters: plan.trainingCharacters, vocabularySize: trainer.vocabulary.count, epochs: 3)
    expected.seed = 9
    expected.precision = trainer.device.precision(for: .training)
    expected.division = .lanes
    expected.laneBlocks = 1
    #expect(trainer.options == expected)
    #expect(
      trainer.configuration
        == Preset.quick.configuration(
          characters: plan.trainingCharacters, vocabularySize: trainer.vocabulary.count))
  }

  @Test func aTrainerBeginsWithTheNetworkGiven() throws {
    let parts = try CorpusParts(corpus())
    let shape = ModelConfiguration(
      layers: 1, hiddenSize: 8, embeddingSize: 4, vocabularySize: parts.training.vocabulary.count)
    let network = try Network(shape, seed: 4)
    let trainer = try Trainer(parts, from: network)
    #expect(trainer.configuration == shape)
    let tensor = network.layout.embedding
    #expect(trainer.averagedModel.elements(of: tensor) == network.elements(of: tensor))
  }

  @Test(arguments: [0, -1, Int.max]) func passesOutOfRangeAreRefused(_ epochs: Int) throws {
    #expect(
      throws: TrainingError.optionOutOfRange(
        name: "epochs", value: "\(epochs)", range: "1 to 1000000")
    ) { try Trainer(corpus: corpus(), epochs: epochs) }
  }
}
