import CPU
import Classification
import Recurrent
import Testing
import Text

@Suite("Classifying texts")
struct ClassifierTests {
  /// Random weights, with which every text has probabilities of its own.
  private func classifier(
    bidirectional: Bool = true, pooling: Pooling = .concat, threads: Int = 1,
    limit: TextLimit = TextLimit(length: 300)
  ) throws -> Classifier {
    let vocabulary = try Vocabulary(
      scalars: Array("abcdefghij".unicodeScalars), byteFallback: false)
    let model = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 2, hiddenSize: 9, embeddingSize: 5, vocabularySize: vocabulary.count,
        bidirectional: bidirectional,
        classifier: ClassifierConfiguration(classes: 3, pooling: pooling)), seed: 4)
    var generator = Xoshiro256(seed: 5)
    for index in try #require(model.layout.classifier).weight.range {
      model.parameters.elements[index] = Float.random(in: -2...2, using: &generator)
    }
    return Classifier(
      TrainedClassifier(
        model: model, vocabulary: vocabulary, labels: ["x", "y", "z"], limit: limit),
      precision: .float32, device: .cpu(threads: threads))
  }

  private var texts: [String] {
    var generator = Xoshiro256(seed: 3)
    return (0..<150).map { index in
      let length = index % 10 == 0 ? 290 : Int.random(in: 0...90, using: &generator)
      return String(
        (0..<length).map { _ in Array("abcdefghij?")[Int.random(in: 0..<11, using: &generator)] })
    }
  }

  @Test(arguments: Pooling.allCases, [true, false])
  func neitherOrderNorCompanyMatters(_ pooling: Pooling, bidirectional: Bool) throws {
    let texts = texts
    let classifier = try classifier(bidirectional: bidirectional, pooling: pooling)
    let together = classifier.probabilities(of: texts)
    for (row, reversed) in zip(together, classifier.probabilities(of: texts.reversed()).reversed())
    {
      for (first, second) in zip(row, reversed) { #expect(abs(first - second) < 1e-5) }
    }
    for index in stride(from: 0, to: texts.count, by: 13) {
      let alone = classifier.probabilities(of: [texts[index]])[0]
      for (first, second) in zip(together[index], alone) { #expect(abs(first - second) < 1e-5) }
    }
  }

  @Test func threadsGiveTheSame() throws {
    let one = try classifier().probabilities(of: texts)
    let three = try classifier(threads: 3).probabilities(of: texts)
    #expect(one == three)
  }

  @Test func probabilitiesAddUpAndDiffer() throws {
    let rows = try classifier().probabilities(of: texts)
    for row in rows { #expect(abs(row.reduce(0, +) - 1) < 1e-5) }
    #expect(Set(rows.map { $0.firstIndex(of: $0.max()!)! }).count > 1)
    #expect(rows[1] != rows[2])
  }

  @Test func noTextsAndTextsOfNothingKnown() throws {
    let classifier = try classifier()
    #expect(classifier.probabilities(of: [String]()).isEmpty)
    let rows = classifier.probabilities(of: ["", "?!", "日本"])
    #expect(rows[0] == rows[1] && rows[1] == rows[2])
    #expect(abs(rows[0].reduce(0, +) - 1) < 1e-5)
  }

  @Test func longTextsAreCutAsTold() throws {
    let text = String(repeating: "abc", count: 40)
    for (kept, expected) in [
      (TextLimit.Kept.head, "abcabca"), (.tail, "cabcabc"), (.both, "abca" + "abc"),
    ] {
      let classifier = try classifier(limit: TextLimit(length: 7, kept: kept))
      #expect(classifier.symbols(in: text.utf8) == classifier.symbols(in: expected.utf8))
      #expect(classifier.symbols(in: "abcabca".utf8).count == 7)
    }
  }
}
