import Classification
import Recurrent
import TerminalText
import Testing
import Text

@Suite("Facts of a classifier")
struct FactsTests {
  private func classifier(_ limit: TextLimit = TextLimit(length: 300)) throws -> TrainedClassifier {
    var summary = ClassifierSummary(
      data: ["a.csv", "b\n.csv"], trainingTexts: 12345, options: ["seed": "3", "crop": "0"])
    summary.epochs = 12
    summary.steps = 6789
    summary.validationAccuracy = 0.98765
    summary.validationMacroF1 = 0.9
    summary.validationLoss = 0.0512
    let vocabulary = try Vocabulary(scalars: ["\n", "a", "語"], byteFallback: true)
    return TrainedClassifier(
      model: try Network(
        ModelConfiguration(
          cell: .gru, layers: 2, hiddenSize: 18, embeddingSize: 3,
          vocabularySize: vocabulary.count, bidirectional: true,
          classifier: ClassifierConfiguration(
            classes: 3, pooling: .concat, hasLanguageModelHead: false)), seed: 3),
      vocabulary: vocabulary, labels: ["cs", "bad\u{1B}[2J", "日本"], limit: limit,
      temperature: 1.25, summary: summary)
  }

  @Test func ofOneThatTellsAll() throws {
    let facts = factSheet(try classifier().facts)
    #expect(
      facts == """
        cell                  gru
        layers                2, both ways
        hidden size           18
        embedding size        3
        parameters            9,636
        pooling               concat
        vocabulary            3 characters and 256 bytes: U+000A a 語
        classes               3: cs, bad␛[2J, 日本
        reads                 the first 300 symbols of a text
        temperature           1.2500
        trained on            a.csv, b\\n.csv
        texts                 12,345
        epochs                12.00
        steps                 6,789
        validation            accuracy 0.9877, macro F1 0.9000, 0.0512 nats per label
          --crop              0
          --seed              3
        """)
  }

  @Test func ofOneThatTellsLittle() throws {
    var classifier = try classifier(TextLimit(length: 1, kept: .tail))
    classifier.summary = nil
    #expect(classifier.facts.map(\.name).suffix(2) == ["reads", "temperature"])
    #expect(factSheet(classifier.facts).contains("the last 1 symbol of a text\n"))
    classifier.limit = TextLimit(length: 2000, kept: .both)
    #expect(
      factSheet(classifier.facts).contains(
        "of the beginning and the end together 2,000 symbols of a text\n"))
    classifier.summary = ClassifierSummary(data: ["a"], trainingTexts: 1, options: [:])
    #expect(classifier.facts.last?.name == "steps")
  }
}
