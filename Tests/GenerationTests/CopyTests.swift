import CPU
import Foundation
import Generation
import Recurrent
import Testing
import Text

/// No passage of a corpus is written.
@Suite("Passages of a corpus")
struct CopyTests {
  private func passages(_ text: String, _ length: Int) throws -> PassageSet {
    try PassageSet(of: Corpus(text: text), length: length)
  }

  private func write(
    _ tiny: TinyModel, _ options: WritingOptions, after read: TextRead = [],
    avoiding passages: PassageSet?, seed: UInt64 = 1
  ) throws -> Written {
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
    var state = generator.start()
    generator.read(read.symbols, into: &state)
    var random = Xoshiro256(seed: seed)
    var text: [UInt8] = []
    let passage = try generator.write(
      from: &state, options, after: read, avoiding: passages, using: &random
    ) {
      text += $0
      return true
    }
    return Written(text: text, passage: passage)
  }

  /// Whatever the corpus, the length of passages, and what else is banned.
  @Test func nothingIsCopied() throws {
    let tiny = try TinyModel(hidden: 8, scalars: "abcd")
    let bytes = try TinyModel(Vocabulary(scalars: ["a", "b"], byteFallback: true), hidden: 8)
    var random = SplitMix64(seed: 9)
    var (avoided, bans, impossible) = (0, 0, 0)
    for set in 0..<300 as Range<UInt64> {
      let model = set % 5 == 0 ? bytes : tiny
      let length = Int.random(in: 1...9, using: &random)
      // What the model writes by itself is in it.
      let corpus = try [set, set + 1].reduce(into: "") { corpus, seed in
        let free = try write(model, WritingOptions(length: 75), avoiding: nil, seed: seed)
        corpus += free.string ?? ""
      }
      let phrase = String(corpus.dropFirst(10).prefix(3))
      let options = WritingOptions(
        sampling: SamplingOptions(temperature: set % 7 == 0 ? 0 : 1), length: 40,
        bans: set % 3 == 0 ? [phrase] : [])
      do {
        let written = try write(
          model, options, avoiding: passages(corpus, length), seed: set)
        let text = Array(try #require(written.string).unicodeScalars)
        #expect(text.count == 40)
        let all = Array(corpus.unicodeScalars)
        let known = Set((0...all.count - length).map { Array(all[$0..<$0 + length]) })
        for start in 0...40 - length {
          #expect(!known.contains(Array(text[start..<start + length])), "\(set): \(text)")
        }
        if set % 3 == 0 { #expect(written.string?.contains(phrase) == false) }
        avoided += written.passage.copiesAvoided
        bans += written.passage.bansAvoided
      } catch let error as BansError {
        // All passages of one or two characters of four are in the corpus.
        #expect(length <= 3, "\(error)")
        impossible += 1
      }
    }
    #expect(avoided > 500 && bans > 20 && impossible > 10, "\(avoided) \(bans) \(impossible)")
  }

  /// The text goes back to the character that the model was the least sure of.
  @Test func theLeastProbableCharacterIsAnotherOne() throws {
    let tiny = try TinyModel(hidden: 12, scalars: "abcdefgh\n")
    let generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
    for seed in 0..<20 as Range<UInt64> {
      let options = WritingOptions(length: 12)
      let free = try write(tiny, options, avoiding: nil, seed: seed)
      let symbols = tiny.vocabulary.encode(try #require(free.string)).symbols
      var state = generator.start()
      var probabilities: [Double] = []
      for symbol in symbols {
        let sum = state.logits.reduce(0) { $0 + exp(Double($1)) }
        probabilities.append(exp(Double(state.logits[Int(symbol)])) / sum)
        generator.read([symbol], into: &state)
      }
      let place = try #require(probabilities.firstIndex(of: probabilities.min() ?? 0))
      let written = try write(
        tiny, options, avoiding: passages(try #require(free.string), 12), seed: seed)
      #expect(written.passage.copiesAvoided == 1)
      #expect(written.text.prefix(place) == free.text.prefix(place))
      #expect(written.text[place] != free.text[place])
    }
  }

  /// What was given does not count; what the model itself has written does.
  @Test func aPassageMayHaveBegunInWhatTheModelWrote() throws {
    let tiny = try TinyModel(hidden: 8, scalars: "ab")
    let read = tiny.vocabulary.encode("aab").symbols
    let all = try passages("aaba\naabb\nbaaa", 4)
    for seed in 0..<20 as Range<UInt64> {
      let options = WritingOptions(length: 1)
      _ = try write(tiny, options, after: TextRead(read), avoiding: all, seed: seed)
      #expect(throws: BansError.nothingLeft(most: 0)) {
        try write(tiny, options, after: TextRead(read, written: 3), avoiding: all, seed: seed)
      }
    }
  }

  @Test func passagesAreThoseOfTheCorpus() throws {
    let corpus = "Häuser, 語 und\nmehr Häuser; \u{1F600}!"
    let scalars = Array(corpus.unicodeScalars)
    for length in 1...scalars.count {
      let set = try passages(corpus, length)
      for start in 0...scalars.count - length {
        var passage = Array(scalars[start..<start + length])
        #expect(set.contains(passage))
        passage[length / 2] = "q"
        #expect(!set.contains(passage))
        #expect(!set.contains(passage + passage))
      }
    }
    #expect(!(try passages("ab", 3).contains(["a", "b", "a"])))
    #expect(throws: NoveltyError.lengthOutOfRange(0)) { try passages("ab", 0) }
  }
}
