import Classification
import LabelledData
import Recurrent
import Testing

@Suite("Presets of a classifier")
struct ClassifierPresetTests {
  private func parts(
    _ count: Int, length: Int, validationFraction: Double = 0.1
  ) throws -> LabelledParts {
    let texts = (0..<count).map { index in
      (label: index % 2 == 0 ? "x" : "y", text: String(repeating: "ab", count: length / 2))
    }
    return try LabelledParts(LabelledTexts(texts), validationFraction: validationFraction)
  }

  private func shape(_ preset: ClassifierPreset, _ parts: LabelledParts) -> ModelConfiguration {
    var shape = ModelConfiguration(
      layers: 3, hiddenSize: 7, embeddingSize: 5, vocabularySize: 2,
      classifier: ClassifierConfiguration(classes: 2, pooling: .concat))
    preset.adjust(&shape, for: parts)
    return shape
  }

  @Test func epochsFallWithTheLengthOfTheTexts() throws {
    let few = try parts(40, length: 10)
    let many = try parts(8_000, length: 400)
    for preset in ClassifierPreset.allCases {
      let short = preset.options(for: few)
      let long = preset.options(for: many)
      #expect(short.epochs > long.epochs && long.epochs >= 2)
      #expect(preset.options(for: many, epochs: 17).epochs == 17)
      #expect(throws: Never.self) { try short.validate() }
      #expect(throws: Never.self) { try long.validate() }
    }
    #expect(
      ClassifierPreset.quick.options(for: many).epochs
        < ClassifierPreset.standard.options(for: many).epochs)
  }

  @Test func theNetworkReadsNgramsOfLongTextsAlone() throws {
    #expect(try shape(.standard, parts(40, length: 10)).classifier?.ngrams == nil)
    #expect(try shape(.standard, parts(40, length: 200)).classifier?.ngrams != nil)
    // What nobody reads of a text does not count.
    #expect(
      try ClassifierPreset.standard.options(for: parts(4_000, length: 1_024)).epochs
        == ClassifierPreset.standard.options(for: parts(4_000, length: 2_048)).epochs)
  }

  @Test func aBodyThatIsThereStays() throws {
    let parts = try parts(40, length: 10)
    var shape = ModelConfiguration(
      layers: 3, hiddenSize: 7, embeddingSize: 5, vocabularySize: 2,
      classifier: ClassifierConfiguration(classes: 2, pooling: .concat))
    let before = shape
    ClassifierPreset.best.adjust(&shape, for: parts, readsForward: true, keepsBody: true)
    #expect(shape == before)
    ClassifierPreset.best.adjust(&shape, for: parts)
    #expect(shape.bidirectional && shape.layers == 1)
  }

  @Test func expertsNeedTextsThatValidate() throws {
    let parts = try parts(40, length: 10, validationFraction: 0)
    for preset in ClassifierPreset.allCases {
      #expect(!preset.options(for: parts).hasExperts)
    }
    #expect(try ClassifierPreset.quick.options(for: self.parts(40, length: 10)).hasExperts)
  }
}
