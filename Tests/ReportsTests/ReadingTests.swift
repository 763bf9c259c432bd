import CPU
import Checkpoints
import Classification
import Foundation
import Generation
import LabelledData
import Recurrent
import Reports
import Testing
import Text

@Suite("Readings for reports")
struct ReadingTests {
  /// Words in no order, and one that comes only once.
  private static let text: String = {
    var generator = Xoshiro256(seed: 1)
    let words = ["the ", "sea ", "and ", "a stone, ", "é", "over ", "\n", "night. "]
    var text = (0..<3000).map { _ in words[Int.random(in: 0..<8, using: &generator)] }.joined()
    text += String(repeating: "QZ", count: 40)
    return text + (0..<300).map { _ in words[Int.random(in: 0..<8, using: &generator)] }.joined()
  }()

  private func network(_ vocabulary: Vocabulary) throws -> Network {
    try Network(
      ModelConfiguration(
        cell: .gru, layers: 2, hiddenSize: 12, embeddingSize: 5, vocabularySize: vocabulary.count),
      seed: 3)
  }

  /// Each character's surprise is what the scorer says, up to where its lane warms up.
  @Test func passagesAreThoseOfTheScorer() throws {
    let corpus = try Corpus(text: Self.text)
    let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
    let text = try EncodedText(corpus, vocabulary: vocabulary)
    let model = try network(vocabulary)
    let reading = try #require(TextReading(of: model, on: text, device: .cpu(threads: 2)))
    let scalars = Array(Self.text.unicodeScalars)
    var nats: [Float] = [0]
    _ = try TextScorer(model, precision: .float32).score(text) { nats.append($1) }
    #expect(reading.characters >= scalars.count - 8 && reading.characters < scalars.count)
    let mean = Double(nats.reduce(0, +)) / Double(nats.count - 1)
    #expect(abs(reading.natsPerCharacter - mean) < 1e-3)
    let bins = reading.reliability.bins
    #expect(bins.reduce(0) { $0 + $1.count } == reading.characters)
    for passages in [reading.surprising, reading.expected] {
      #expect(passages.count == 5)
      for passage in passages {
        #expect(passage.characters.count == passage.nats.count)
        let range = passage.start..<passage.start + passage.characters.count
        #expect(passage.characters.joined() == String(String.UnicodeScalarView(scalars[range])))
        // The text's beginning is read after its end here.
        let isSame = zip(passage.nats, nats[range]).map { abs($0 - Double($1)) < 2e-3 }
        #expect(!isSame.dropFirst(max(0, 64 - passage.start)).contains(false))
        let mean = passage.nats.reduce(0, +) / Double(passage.nats.count)
        #expect(abs(mean - passage.natsPerCharacter) < 1e-6)
      }
    }
    let (most, least) = (reading.surprising, reading.expected)
    #expect(zip(most, most.dropFirst()).allSatisfy { $0.natsPerCharacter >= $1.natsPerCharacter })
    #expect(zip(least, least.dropFirst()).allSatisfy { $0.natsPerCharacter <= $1.natsPerCharacter })
    #expect(least[0].natsPerCharacter < most[0].natsPerCharacter)
    // None of them is the same place.
    let starts = most.map(\.start).sorted()
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 >= 120 })
  }

  @Test func tooShortATextHasNone() throws {
    let corpus = try Corpus(text: String(repeating: "ab", count: 60))
    let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
    let text = try EncodedText(corpus, vocabulary: vocabulary)
    #expect(try TextReading(of: network(vocabulary), on: text, device: .cpu(threads: 1)) == nil)
  }

  @Test func weightsWithoutProbabilitiesHaveNone() throws {
    let corpus = try Corpus(text: Self.text)
    let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
    let model = try network(vocabulary)
    for index in model.parameters.elements.indices { model.parameters.elements[index] = .infinity }
    let text = try EncodedText(corpus, vocabulary: vocabulary)
    #expect(TextReading(of: model, on: text, device: .cpu(threads: 1)) == nil)
  }

  /// A network that can write nothing but "ab" copies all of a text of these.
  @Test func whatIsCopiedIsFound() throws {
    let corpus = try Corpus(text: "x\n" + String(repeating: "a", count: 3000))
    let vocabulary = try Vocabulary(scalars: Array("\nax".unicodeScalars), byteFallback: false)
    let model = try network(vocabulary)
    // An output without weights has the probabilities of its biases.
    let head = try #require(model.layout.tensors.first { $0.name == "head.weight" })
    let bias = try #require(model.layout.tensors.first { $0.name == "head.bias" })
    for index in head.range { model.parameters.elements[index] = 0 }
    for (index, value) in zip(bias.range, [0, 100, 0] as [Float]) {
      model.parameters.elements[index] = value
    }
    let novelty = try NoveltyReading(
      of: model, vocabulary, against: corpus, seed: 1, device: .cpu(threads: 1))
    #expect(novelty.written == 32 * 1024)
    #expect(novelty.copiedShare == 1)
    let passage = try #require(novelty.passages.first)
    #expect(passage.length == 1024 && passage.text == String(repeating: "a", count: 400))
    #expect(passage.place == "text, line 2")
  }

  @Test func mistakesHaveTheirEvidence() throws {
    let texts = try LabelledTexts(
      (0..<60).map { (["x", "y", "z"][$0 % 3], String(repeating: "abc", count: 1 + $0 % 5)) })
    let vocabulary = try Vocabulary(scalars: Array("abc".unicodeScalars), byteFallback: false)
    let model = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 9, embeddingSize: 5, vocabularySize: vocabulary.count,
        classifier: ClassifierConfiguration(classes: 3, pooling: .concat)), seed: 4)
    var generator = Xoshiro256(seed: 5)
    for index in try #require(model.layout.classifier).weight.range {
      model.parameters.elements[index] = Float.random(in: -2...2, using: &generator)
    }
    let trained = TrainedClassifier(model: model, vocabulary: vocabulary, labels: texts.labels)
    let indices = Array(0..<45)
    let reading = try #require(
      ClassificationReading(of: trained, on: texts, indices, device: .cpu(threads: 1)))
    #expect(reading.texts == 45 && reading.classes == ["x", "y", "z"])
    #expect(reading.confusion.map { $0.reduce(0, +) } == [15, 15, 15])
    let right = (0..<3).reduce(0) { $0 + reading.confusion[$1][$1] }
    #expect(abs(reading.accuracy - Double(right) / 45) < 1e-12)
    #expect(reading.reliability.bins.reduce(0) { $0 + $1.count } == 45)
    #expect(reading.perClass.map(\.support) == [15, 15, 15])
    #expect(reading.mistakes.count == 5)
    let sure = reading.mistakes.map(\.probability)
    #expect(sure == sure.sorted(by: >))
    let classifier = Classifier(trained, device: .cpu(threads: 1))
    for mistake in reading.mistakes {
      #expect(mistake.label != mistake.predicted)
      #expect(mistake.pieces.joined() == mistake.text)
      #expect(mistake.evidence.count == mistake.pieces.count)
      // Together, how far the whole text moved the odds of what was predicted.
      let predicted = try #require(texts.labels.firstIndex(of: mistake.predicted))
      let odds = classifier.probabilities(of: ["", mistake.text]).map { row in
        log(Double(row[predicted])) - log(1 - Double(row[predicted]))
      }
      #expect(abs(mistake.evidence.reduce(0, +) - (odds[1] - odds[0])) < 1e-2)
    }
    #expect(ClassificationReading(of: trained, on: texts, [], device: .cpu(threads: 1)) == nil)
  }
}
