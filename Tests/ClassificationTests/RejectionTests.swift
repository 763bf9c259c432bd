import CPU
import Classification
import FileTesting
import LabelledData
import Recurrent
import Testing
import Text

@Suite("Texts of no class")
struct RejectionTests {
  /// Random weights, with which every text has probabilities of its own.
  private func classifier() throws -> TrainedClassifier {
    let vocabulary = try Vocabulary(
      scalars: Array("abcdefghij".unicodeScalars), byteFallback: false)
    let model = try Network(
      ModelConfiguration(
        cell: .gru, layers: 1, hiddenSize: 9, embeddingSize: 5, vocabularySize: vocabulary.count,
        bidirectional: false,
        classifier: ClassifierConfiguration(classes: 3, pooling: .mean)), seed: 4)
    var generator = Xoshiro256(seed: 5)
    for index in try #require(model.layout.classifier).weight.range {
      model.parameters.elements[index] = Float.random(in: -4...4, using: &generator)
    }
    return TrainedClassifier(model: model, vocabulary: vocabulary, labels: ["x", "y", "z"])
  }

  private func words(_ count: Int, seed: UInt64) -> [String] {
    var generator = Xoshiro256(seed: seed)
    return (0..<count).map { _ in
      String(
        (0..<Int.random(in: 1...12, using: &generator)).map { _ in
          Array("abcdefghij")[Int.random(in: 0..<10, using: &generator)]
        })
    }
  }

  /// What the classifier says of most texts, and of every third another class, which it cannot know.
  private func texts(_ trained: TrainedClassifier, count: Int = 90) throws -> LabelledTexts {
    let words = words(count, seed: 8)
    let answers = Classifier(trained, precision: .float32).answers(to: words)
    return try LabelledTexts(
      zip(words, answers).enumerated().map { index, text in
        let answer = try #require(text.1)
        return (index % 3 == 0 ? (answer == "x" ? "y" : "x") : answer, text.0)
      }, labels: trained.labels)
  }

  @Test func keepsTheRisk() throws {
    let trained = try classifier()
    let texts = try texts(trained)
    let rejection = try trained.rejecting(risk: 0.2, on: texts, precision: .float32)
    #expect(rejection.texts == 90 && rejection.unknownTexts == 0)
    #expect(rejection.answered < 90 && Double(rejection.wrong) <= 0.2 * Double(rejection.answered))
    let classifier = Classifier(rejection.classifier, precision: .float32)
    let answered = try #require(classifier.report(on: texts).answered)
    #expect(answered.texts == rejection.answered)
    #expect(
      answered.accuracy
        == Double(rejection.answered - rejection.wrong) / Double(rejection.answered))
    // The answers are those of before, or none.
    let words = words(90, seed: 8)
    let (after, before) = (
      classifier.answers(to: words), Classifier(trained, precision: .float32).answers(to: words)
    )
    #expect(zip(after, before).allSatisfy { $0 == nil || $0 == $1 })
    #expect(after.count { $0 != nil } == rejection.answered)
    // Where all may be answered, the threshold is that of the least sure.
    let all = try trained.rejecting(risk: 0.5, on: texts, precision: .float32)
    #expect(all.answered == 90 && all.classifier.leastLogOdds?.isFinite == true)
  }

  @Test func textsOfNoClassCountAsWrong() throws {
    let trained = try classifier()
    let texts = try texts(trained)
    let unknown = words(40, seed: 9)
    let alone = try trained.rejecting(risk: 0.53, on: texts, precision: .float32)
    let beside = try trained.rejecting(
      risk: 0.53, on: texts, unknown: unknown, precision: .float32)
    #expect(beside.texts == 90 && beside.unknownTexts == 40)
    let given = beside.answered + beside.unknownAnswered
    #expect(Double(beside.wrong + beside.unknownAnswered) <= 0.53 * Double(given))
    #expect(
      try #require(beside.classifier.leastLogOdds) > #require(alone.classifier.leastLogOdds))
    let answers = Classifier(beside.classifier, precision: .float32).answers(to: unknown)
    #expect(answers.count { $0 != nil } == beside.unknownAnswered)
  }

  @Test func whatCannotBeReached() throws {
    let trained = try classifier()
    let word = words(1, seed: 8)[0]
    let answer = try #require(Classifier(trained, precision: .float32).answers(to: [word])[0])
    let wrong = try LabelledTexts([(answer == "x" ? "y" : "x", word)], labels: trained.labels)
    let error = RejectionError.riskUnreachable(0.1, wrong: 1, answered: 1, texts: 1)
    #expect(throws: error) {
      try trained.rejecting(risk: 0.1, on: wrong, precision: .float32)
    }
    #expect(
      error.description
        == "no threshold leaves at most a share of 0.1 of the answers wrong: at best 1 of 1 are "
        + "(texts: 1); allow more, or train a better classifier")
    for risk in [1, -0.1, .nan, .infinity] {
      #expect(throws: RejectionError.self) { try trained.rejecting(risk: risk, on: wrong) }
    }
  }

  @Test func theFileKeepsIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("classifier.safetensors")
    var trained = try classifier()
    try trained.write(to: path)
    let without = try folder.bytes(of: "classifier.safetensors")
    #expect(try TrainedClassifier(contentsOf: path).leastLogOdds == nil)
    #expect(!String(decoding: without, as: UTF8.self).contains("leastLogOdds"))
    trained.leastLogOdds = 144.04953002928946
    try trained.write(to: path)
    let read = try TrainedClassifier(contentsOf: path)
    #expect(read.leastLogOdds == 144.04953002928946)
    #expect(Classifier(read).answers(to: ["abc"]) == [nil])
    #expect(
      read.facts.first { $0.name == "answers" }?.value
        == "where a class has probability 1 − 2.8e-63 or more, else unknown")
    #expect(try classifier().facts.allSatisfy { $0.name != "answers" })
  }

  @Test func aNewTemperatureTakesItAway() throws {
    var trained = try classifier()
    let texts = try texts(trained)
    trained.leastLogOdds = 1
    let calibrated = trained.calibrated(to: texts, precision: .float32).calibrated
    #expect(calibrated.leastLogOdds == nil && calibrated.temperature != 1)
  }

  /// Without a mistake, no temperature is the best.
  @Test func theTemperatureStaysWhereAllIsRight() throws {
    var trained = try classifier()
    trained.temperature = 1.5
    let words = words(30, seed: 8)
    let answers = Classifier(trained, precision: .float32).answers(to: words)
    let texts = try LabelledTexts(
      zip(words, answers).map { (try #require($1), $0) }, labels: trained.labels)
    #expect(trained.calibrated(to: texts, precision: .float32).calibrated.temperature == 1.5)
  }

  @Test func noneIsNotMistakenForAClass() {
    #expect(labelOfNone(beside: ["a", "b"]) == "unknown")
    #expect(labelOfNone(beside: ["unknown", "b"]) == "(unknown)")
    #expect(labelOfNone(beside: ["(unknown)", "unknown"]) == "((unknown))")
  }
}
