import CPU
import Foundation
import Generation
import Recurrent
import Synchronization
import Testing
import Text

/// Texts come up as much more or less often as their bias says.
@Suite("Biases")
struct BiasTests {
  struct Case: Sendable {
    var letters = "abc"
    var prompt = ""
    var length = 3
    var biases: [Bias]
    var bans: Bans = []
  }

  static let cases = [
    Case(biases: [Bias("a", 1), Bias("c", -0.7)]),
    // One that begins in the prompt, one within another, one that overlaps itself.
    Case(prompt: "ba", length: 4, biases: [Bias("aba", 3), Bias("b", -1), Bias("bab", 2)]),
    Case(letters: "ab", length: 5, biases: [Bias("aa", 1.5), Bias("aa", 0.5), Bias("ba", -2)]),
    Case(length: 4, biases: [Bias("ab", 4)], bans: ["ba"]),
    // Spelt with two symbols, and a third that begins like it.
    Case(letters: "aéè", length: 2, biases: [Bias("é", 2), Bias("aa", -1)]),
  ]

  /// By enumeration of all texts.
  @Test(arguments: cases)
  func textsHaveTheProbabilitiesOfTheRule(_ test: Case) throws {
    let tiny = try TinyModel(hidden: 8, scalars: test.letters, seed: 4)
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
    var expected = ["": 1.0]
    for place in 0..<test.length {
      for (text, probability) in expected where text.count == place {
        expected[text] = nil
        var state = generator.start()
        generator.read(tiny.vocabulary.encode(test.prompt + text).symbols, into: &state)
        let weights = tiny.vocabulary.scalars.enumerated().map { index, scalar in
          let next = test.prompt + text + String(scalar)
          return exp(Double(state.logits[index]) + gain(next, test.biases))
        }
        for (scalar, weight) in zip(tiny.vocabulary.scalars, weights) {
          expected[text + String(scalar)] = probability * weight / weights.reduce(0, +)
        }
      }
    }
    if !test.bans.phrases.isEmpty {
      // A model without bans would write what is banned here.
      #expect(expected.contains { $0.key.contains("ba") && $0.value > 0.01 })
    }

    let count = 5000
    let counts = try tiny.counts(
      of: count, WritingOptions(length: test.length, bans: test.bans, biases: test.biases),
      after: test.prompt)
    guard test.bans.phrases.isEmpty else {
      return #expect(!counts.keys.contains { $0.contains("ba") })
    }
    let (statistic, limit) = chiSquared(counts, expected, count)
    #expect(statistic < limit, "\(test.biases): χ² \(statistic) of \(limit)")
  }

  /// What the last character's logit gains, from the words of `Bias`.
  private func gain(_ text: String, _ biases: [Bias]) -> Double {
    biases.reduce(0) { sum, bias in
      let n = bias.text.count
      let begun = (0..<n).last { text.hasSuffix(bias.text.prefix($0)) } ?? 0
      let whole = text.hasSuffix(bias.text) ? bias.nats : 0
      return sum + whole + bias.nats * Double(begun) / Double(n)
    }
  }

  /// Surprisal is that of the model, which does not know of biases; alone and beside others the text is
  /// the same.
  @Test func surprisalIsTheModelsOwn() throws {
    let tiny = try TinyModel(hidden: 8, scalars: "abcd")
    let options = WritingOptions(length: 40, biases: [Bias("a", 2), Bias("dab", 5)])
    let written = try tiny.write(options)
    let plain = try tiny.write(WritingOptions(length: 40))
    #expect(written != plain)
    let total = try tiny.score(try #require(written.string))
    #expect(abs(written.passage.surprisal - total) < 1e-3)
    let batch = BatchGenerator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, lanes: 3,
      device: .cpu(threads: 1))
    let texts = Mutex<[[UInt8]]>([])
    try batch.write(
      count: 4, options,
      request: {
        WritingRequest(prompt: [], random: Xoshiro256(seed: 5, stream: [UInt64($0)]))
      },
      deliver: { _, text, _ in
        texts.withLock { $0.append(text) }
        return true
      })
    #expect(texts.withLock { $0.first } == written.text)
  }

  @Test func bytesSpellWhatIsBiased() throws {
    let tiny = try TinyModel(
      Vocabulary(scalars: ["a", "b"], byteFallback: true), hidden: 8, seed: 2)
    func shares(_ biases: [Bias]) throws -> Double {
      let text = try tiny.write(WritingOptions(length: 300, biases: biases)).string ?? ""
      return Double(text.unicodeScalars.count { $0 == "é" }) / 300
    }
    let plain = try shares([])
    let liked = try shares([Bias("é", 40)])
    let disliked = try shares([Bias("é", -40)])
    #expect(disliked == 0 && plain < 0.1 && liked > 0.5, "\(disliked) \(plain) \(liked)")
    // Unknown where no bytes are.
    let small = try TinyModel(hidden: 8, scalars: "ab")
    let options = WritingOptions(length: 30, biases: [Bias("aé", 9)])
    #expect(try small.write(options) == small.write(WritingOptions(length: 30)))
  }

  @Test func biasesThatCannotBeAreNamed() throws {
    let tiny = try TinyModel(hidden: 8, scalars: "ab")
    #expect(throws: BiasError.empty) {
      try tiny.write(WritingOptions(length: 3, biases: [Bias("a", 1), Bias("", 1)]))
    }
    for nats in [1000.5, -.infinity, .nan] {
      #expect(throws: BiasError.self) {
        try tiny.write(WritingOptions(length: 3, biases: [Bias("a", nats)]))
      }
    }
    #expect(
      BiasError.outOfRange(Bias("a\n", 2000)).description
        == "the bias of \"a\\n\" must be from -1000 to 1000 nats, got 2000.0; a ban keeps a text out "
        + "for good")
    // Such numbers do no harm.
    let all = try tiny.write(
      WritingOptions(length: 30, biases: [Bias("a", 1000), Bias("a", 1000), Bias("b", -1000)]))
    #expect(all.string == String(repeating: "a", count: 30))
  }

  /// Options of before there were biases.
  @Test func optionsKeptEarlierAreRead() throws {
    let sampling = String(decoding: try JSONEncoder().encode(SamplingOptions()), as: UTF8.self)
    let json = #"{"sampling":\#(sampling),"length":3,"stops":[]}"#
    let options = try JSONDecoder().decode(WritingOptions.self, from: Data(json.utf8))
    #expect(options == WritingOptions(length: 3))
  }
}
