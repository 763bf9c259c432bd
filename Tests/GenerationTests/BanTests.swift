import CPU
import Foundation
import Generation
import Patterns
import Recurrent
import Synchronization
import Testing
import Text

/// What is banned is never written, whatever is banned and whatever was typed.
@Suite("Bans")
struct BanTests {
  /// A model that writes alone and beside others, built once for many cases.
  private struct Writer {
    let tiny: TinyModel
    let alone: Generator
    let together: BatchGenerator

    init(_ tiny: TinyModel, lanes: Int = 3) {
      self.tiny = tiny
      alone = Generator(
        tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
      together = BatchGenerator(
        tiny.model, vocabulary: tiny.vocabulary, precision: .float32, lanes: lanes,
        device: .cpu(threads: 1))
    }

    /// A text and all that is known of it; the state after it must be that of one who reads it.
    func write(
      _ options: WritingOptions, after prompt: String, seed: UInt64, index: Int
    ) throws -> Written {
      let symbols = tiny.vocabulary.encode(prompt).symbols
      var state = alone.start()
      alone.read(symbols, into: &state)
      var random = Xoshiro256(seed: seed, stream: [UInt64(index)])
      var text: [UInt8] = []
      let passage = try alone.write(from: &state, options, after: TextRead(symbols), using: &random)
      {
        text += $0
        return true
      }
      let written = Written(text: text, passage: passage)
      // What bytes spell may be read otherwise.
      if passage.stop == nil, tiny.vocabulary.kind == .bytes || !tiny.vocabulary.hasByteSymbols {
        var read = alone.start()
        alone.read(tiny.vocabulary.encode(prompt + (written.string ?? "")).symbols, into: &read)
        #expect(state.logits == read.logits && state.recurrent == read.recurrent)
      }
      return written
    }

    /// Texts of these prompts, or the error that the first one of them throws.
    func write(
      _ options: WritingOptions, after prompts: [String], seed: UInt64
    ) -> (texts: [Written], error: BansError?) {
      let texts = Mutex<[Written]>([])
      let symbols = prompts.map { tiny.vocabulary.encode($0).symbols }
      do {
        try together.write(
          count: prompts.count, options,
          request: {
            WritingRequest(
              prompt: symbols[$0], random: Xoshiro256(seed: seed, stream: [UInt64($0)]))
          },
          deliver: { _, text, passage in
            texts.withLock { $0.append(Written(text: text, passage: passage)) }
            return true
          })
        return (texts.withLock { $0 }, nil)
      } catch {
        return (texts.withLock { $0 }, error as? BansError)
      }
    }
  }

  /// Of each alphabet; each has six prompts. BAN_SETS=420 makes 10,080 cases of it.
  private static let sets = Int(ProcessInfo.processInfo.environment["BAN_SETS"] ?? "") ?? 90

  /// Random bans of 1 to 12 characters of two to five, ones that cannot be kept to among them.
  @Test(arguments: ["ab", "abc", "aAbB", "abcd\n"])
  func nothingBannedIsWritten(_ alphabet: String) throws {
    let writer = Writer(try TinyModel(hidden: 8, scalars: alphabet))
    let letters = Array(alphabet.unicodeScalars)
    var random = SplitMix64(seed: UInt64(letters.count))
    func text(_ lengths: ClosedRange<Int>) -> String {
      let count = Int.random(in: lengths, using: &random)
      return (0..<count).reduce(into: "") { text, _ in
        text.unicodeScalars.append(letters[Int.random(in: 0..<letters.count, using: &random)])
      }
    }
    var (avoided, impossible) = (0, 0)
    for set in 0..<Self.sets {
      let longest = set % 3 == 0 ? 12 : set % 3 == 1 ? 5 : 3
      let bans = Bans(
        (0..<Int.random(in: 1...9, using: &random)).map { _ in text(1...longest) },
        ignoresCase: set % 2 == 0)
      let options = WritingOptions(
        sampling: SamplingOptions(
          temperature: set % 7 == 0 ? 0 : 1, repetitionPenalty: set % 5 == 0 ? 1.3 : 1),
        length: Int.random(in: 1...30, using: &random), stops: set % 4 == 0 ? [text(2...4)] : [],
        bans: bans)
      let prompts = (0..<6).map { _ in text(0...12) }
      let together = writer.write(options, after: prompts, seed: UInt64(set))
      for (index, prompt) in prompts.enumerated() {
        do {
          let written = try writer.write(options, after: prompt, seed: UInt64(set), index: index)
          let string = try #require(written.string)
          #expect(isFree(string, after: prompt, of: bans), "\(bans) in \(prompt)|\(string)")
          #expect(string.unicodeScalars.count == written.passage.characters)
          #expect(written.passage.stop != nil || written.passage.characters == options.length)
          #expect(written.passage.symbols >= written.passage.characters)
          if together.error == nil { #expect(together.texts[index] == written) }
          avoided += written.passage.bansAvoided
        } catch let error as BansError {
          let most = longestFree(letters, after: prompt, of: bans, upTo: options.length)
          #expect(error == .nothingLeft(most: most) && most < options.length)
          impossible += 1
          // The first one that cannot be written ends the run.
          #expect(together.error != nil)
          if together.texts.count == index { #expect(together.error == error) }
        }
      }
    }
    #expect(avoided > 500, "\(avoided)")
    #expect(impossible > 10 || letters.count > 4, "\(impossible)")
  }

  /// Bans taken from what is written without them, so that each comes up, spelt with bytes or not.
  @Test(arguments: [
    Vocabulary.bytes, try Vocabulary(scalars: ["a", "é", "語"], byteFallback: true),
    try Vocabulary(scalars: ["a", "b", "c", "d", "e", "f", "é"], byteFallback: false),
  ])
  func whatWasWrittenIsNotWrittenAgain(_ vocabulary: Vocabulary) throws {
    let writer = Writer(try TinyModel(vocabulary, hidden: 12))
    var random = SplitMix64(seed: 3)
    for seed in 0..<60 as Range<UInt64> {
      let free = try writer.write(WritingOptions(length: 20), after: "é", seed: seed, index: 0)
      let scalars = Array(try #require(free.string).unicodeScalars)
      var phrases: [String] = []
      for _ in 0..<8 {
        let start = Int.random(in: 0..<18, using: &random)
        let end = Int.random(in: start + 1...min(start + 5, 20), using: &random)
        phrases.append(scalars[start..<end].reduce(into: "") { $0.unicodeScalars.append($1) })
      }
      let options = WritingOptions(
        length: 20, bans: Bans(phrases, ignoresCase: seed % 2 == 0 && !vocabulary.hasByteSymbols))
      let together = writer.write(options, after: ["é", "é"], seed: seed)
      guard together.error == nil else { continue }
      let written = try writer.write(options, after: "é", seed: seed, index: 0)
      let string = try #require(written.string)
      #expect(isFree(string, after: "é", of: options.bans), "\(phrases) in \(string)")
      #expect(string.unicodeScalars.count == 20)
      #expect(written.passage.bansAvoided > 0)
      #expect(together.texts[0] == written)
      // Nothing that was taken back counts.
      guard vocabulary.kind == .bytes || !vocabulary.hasByteSymbols else { continue }
      let total = try writer.tiny.score(string, after: "é")
      #expect(abs(written.passage.surprisal - total) < 1e-3)
    }
  }

  /// Whatever bytes spell them.
  @Test func allCharactersOfTwoBytesCanBeBanned() throws {
    let writer = Writer(try TinyModel(.bytes, hidden: 8))
    let bans = Bans((0x80...0x7FF).compactMap { Unicode.Scalar($0) }.map { String($0) })
    let options = WritingOptions(
      sampling: SamplingOptions(temperature: 3), length: 60, bans: bans)
    let (texts, error) = writer.write(options, after: ["", "é", "x"], seed: 1)
    #expect(error == nil)
    for text in texts {
      let string = try #require(text.string)
      #expect(string.unicodeScalars.count == 60)
      #expect(string.unicodeScalars.allSatisfy { !(0x80...0x7FF).contains($0.value) })
    }
  }

  /// Pieces come as soon as they are decided: after no more than the longest phrase has characters.
  @Test func textComesInPieces() throws {
    let writer = Writer(try TinyModel(hidden: 8, scalars: "abc"))
    let bans: Bans = ["abca", "bb", "cab"]
    var state = writer.alone.start()
    var random = Xoshiro256(seed: 1)
    var shown: [String] = [""]
    _ = try writer.alone.write(
      from: &state, WritingOptions(length: 300, bans: bans), using: &random
    ) {
      shown.append((shown.last ?? "") + String(decoding: $0, as: UTF8.self))
      return true
    }
    let whole = try #require(shown.last)
    #expect(whole.count == 300 && isFree(whole, after: "", of: bans))
    #expect(zip(shown, shown.dropFirst()).allSatisfy { $1.count - $0.count <= 4 })
    #expect(shown.count > 100)
    // Who stops has what was held.
    state = writer.alone.start()
    random = Xoshiro256(seed: 1)
    var text = ""
    let passage = try writer.alone.write(
      from: &state, WritingOptions(length: 300, bans: bans), using: &random
    ) {
      text += String(decoding: $0, as: UTF8.self)
      return text.count < 40
    }
    #expect(text.count == passage.characters && shown.last?.hasPrefix(text) == true)
  }

  @Test func aPromptMayHaveWhatIsBanned() throws {
    let writer = Writer(try TinyModel(hidden: 8, scalars: "ab"))
    let options = WritingOptions(length: 3, bans: ["ab"])
    let written = try writer.write(options, after: "abab", seed: 1, index: 0)
    #expect(written.string?.count == 3)
    // "a" of the prompt and "b": what is written begins with a.
    for index in 0..<20 {
      let text = try writer.write(options, after: "ba", seed: 1, index: index).string
      #expect(text == "aaa")
    }
    // The generator knows only what it is told of the state.
    let texts = try (0..<20).map { index in
      var state = writer.alone.start()
      writer.alone.read(writer.tiny.vocabulary.encode("ba").symbols, into: &state)
      var random = Xoshiro256(seed: 1, stream: [UInt64(index)])
      var text: [UInt8] = []
      _ = try writer.alone.write(from: &state, options, using: &random) {
        text += $0
        return true
      }
      return String(decoding: text, as: UTF8.self)
    }
    #expect(texts.contains { $0.hasPrefix("b") })
  }

  /// A pattern of phrases is as the phrases are, wherever these do not see farther than a text goes.
  @Test func patternsOfPhrasesAreAsPhrases() throws {
    let writer = Writer(try TinyModel(hidden: 8, scalars: "abcdxy"))
    var avoided = 0
    for (phrases, pattern) in [
      (["ab", "bca", "cc"], "ab|bca|cc"), (["abab", "b"], "b|(ab){2}"),
      (["a", "bb", "cbb"], "a|c?bb"), (["dad", "add", "cdd"], "dad|[ac]dd"),
    ] {
      for seed in 0..<40 as Range<UInt64> {
        let prompts = ["", "a", "dab", "ca"]
        let one = writer.write(
          WritingOptions(length: 25, bans: Bans(phrases)), after: prompts, seed: seed)
        let other = writer.write(
          WritingOptions(length: 25, bans: Bans(patterns: [pattern])), after: prompts, seed: seed)
        #expect(one.error == nil && one.texts == other.texts, "\(pattern)")
        avoided += other.texts.reduce(0) { $0 + $1.passage.bansAvoided }
      }
    }
    #expect(avoided > 300, "\(avoided)")
  }

  /// Whatever a pattern is, also one whose matches have no longest.
  @Test(arguments: [
    "ab*a", "[ab]{3}", "a.*b", "(ab|ba)+c", "\\w c", "[^a]{4}", "A(b|c)", "c\\n|é",
  ])
  func nothingMatchedIsWritten(_ source: String) throws {
    let vocabularies = [
      try Vocabulary(scalars: ["\n", " ", "a", "b", "c"], byteFallback: false),
      try Vocabulary(scalars: ["\n", "a", "b", "c"], byteFallback: true),
    ]
    var avoided = 0
    for vocabulary in vocabularies {
      let writer = Writer(try TinyModel(vocabulary, hidden: 8, seed: 3))
      let bans = Bans(["cab"], patterns: [source], ignoresCase: source.hasPrefix("A"))
      for seed in 0..<12 as Range<UInt64> {
        let prompts = ["", "a", "cb\nab", "bcaab"]
        let options = WritingOptions(length: 24, bans: bans)
        let (texts, error) = writer.write(options, after: prompts, seed: seed)
        #expect(error == nil)
        for (index, prompt) in prompts.enumerated() {
          let written = try writer.write(options, after: prompt, seed: seed, index: index)
          #expect(texts[index] == written)
          let text = try #require(written.string)
          #expect(text.unicodeScalars.count == 24)
          var whole = try Pattern(source, ignoresCase: bans.ignoresCase).automaton()
          let all = Array((prompt + text).unicodeScalars)
          for end in prompt.unicodeScalars.count + 1...all.count {
            for start in 0..<end {
              let part = String(String.UnicodeScalarView(all[start..<end]))
              #expect(try !whole.matches(part), "\(prompt)|\(text) has \(part)")
            }
          }
          avoided += written.passage.bansAvoided
        }
      }
    }
    #expect(avoided > 5, "\(avoided)")
  }

  @Test func patternsThatCannotBeAreNamed() throws {
    let tiny = try TinyModel(hidden: 8, scalars: "abc")
    func error(_ pattern: String) -> String? {
      do {
        _ = try tiny.write(WritingOptions(length: 30, bans: Bans(patterns: [pattern])))
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(
      error("a*")
        == "the banned pattern a* matches the empty text, which is everywhere; let it need at least one "
        + "character")
    #expect(error("a(b")?.hasPrefix("the pattern a(b at character ") == true)
    #expect(error(".")?.hasPrefix("the bans leave nothing to write") == true)
    #expect(error("a") == nil)
  }

  @Test func caseIsIgnoredLetterByLetter() throws {
    let vocabulary = try Vocabulary(
      scalars: "ssßÄäΣςσkK\u{212A}".unicodeScalars.reduce(into: Set()) { $0.insert($1) }.sorted(),
      byteFallback: false)
    let writer = Writer(try TinyModel(vocabulary, hidden: 8))
    for (ban, gone) in [
      ("ä", "Ää"), ("σ", "Σςσ"), ("K", "kK\u{212A}"), ("SS", "ss"), ("ẞ", "ß"),
    ] {
      let options = WritingOptions(length: 400, bans: Bans([ban], ignoresCase: true))
      let text = try #require(try writer.write(options, after: "", seed: 1, index: 0).string)
      let exact = try writer.write(
        WritingOptions(length: 400, bans: Bans([ban])), after: "", seed: 1, index: 0)
      if ban == "SS" {
        #expect(!text.contains("ss") && text.contains("ß"))
      } else {
        #expect(!text.unicodeScalars.contains { gone.unicodeScalars.contains($0) })
      }
      let others = gone.unicodeScalars.filter { !ban.unicodeScalars.contains($0) }
      let scalars = try #require(exact.string).unicodeScalars
      #expect(scalars.contains { others.contains($0) })
    }
  }

  @Test func aStopStringEndsWhatABanWouldTakeBack() throws {
    let writer = Writer(try TinyModel(hidden: 8, scalars: "abc"))
    for index in 0..<20 {
      let written = try writer.write(
        WritingOptions(length: 300, stops: ["ab"], bans: ["cab", "bb"]), after: "", seed: 2,
        index: index)
      #expect(written.passage.stop == "ab")
      #expect(isFree(written.string ?? "", after: "", of: ["cab", "bb"]))
    }
  }

  @Test func mistakesAreTold() throws {
    let writer = Writer(try TinyModel(hidden: 8, scalars: "ab"))
    func error(_ bans: Bans, length: Int = 5) -> BansError? {
      do {
        _ = try writer.write(
          WritingOptions(length: length, bans: bans), after: "", seed: 1, index: 0)
        return nil
      } catch { return error as? BansError }
    }
    #expect(error(["a", ""]) == .empty(index: 1))
    #expect(error(["a", ""])?.description == "ban 2 is empty; a ban needs at least one character")
    #expect(error(["a", "b"]) == .nothingLeft(most: 0))
    #expect(
      error(["a", "b"])?.description
        == "the bans leave nothing to write: every character that the model knows would complete "
        + "one; ban less")
    #expect(error(["aa", "b"]) == .nothingLeft(most: 1))
    #expect(
      error(["aa", "b"])?.description
        == "the bans leave nothing to write after 1 character; ban less, or ask for no more than that"
    )
    #expect(error(["aa", "b"], length: 1) == nil)
    #expect(error(["a", "b"], length: 0) == nil)
    #expect(error(["☃", "a☃", "bb"]) == nil)
    #expect(error(["ab", "ba"]) == nil)
  }

  @Test func noBansAreNoChange() throws {
    let tiny = try TinyModel()
    let free = try tiny.write(WritingOptions(length: 200))
    #expect(try tiny.write(WritingOptions(length: 200, bans: [])) == free)
    #expect(try tiny.write(WritingOptions(length: 200, bans: ["zz", "hhhhhhhhh"])) == free)
    #expect(free.passage.bansAvoided == 0)
  }

  /// Strings of other scalars are equal to Swift, but other bans.
  @Test func otherNormalisationsAreOtherBans() {
    var bans = Bans(ignoresCase: false)
    for spelling in ["\u{e9}", "e\u{301}", "\u{e9}", "/\u{e9}/", "/e\u{301}/", "/\u{e9}/"] {
      bans.add(spelling) { $0 }
    }
    #expect(bans.phrases.map { Array($0.unicodeScalars) } == [["\u{e9}"], ["e", "\u{301}"]])
    #expect(bans.patterns.map { $0.unicodeScalars.count } == [1, 2])
  }

  @Test func optionsFromBeforeThereWereBansHaveNone() throws {
    var options = WritingOptions(length: 7, stops: ["x"], bans: Bans(["ab"], ignoresCase: true))
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(WritingOptions.self, from: data) == options)
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    object["bans"] = nil
    options.bans = []
    let older = try JSONSerialization.data(withJSONObject: object)
    #expect(try JSONDecoder().decode(WritingOptions.self, from: older) == options)
  }
}

/// Whether no phrase ends in `text`, wherever it begins: by looking everywhere.
private func isFree(_ text: String, after prompt: String, of bans: Bans) -> Bool {
  func folded(_ text: String) -> [Unicode.Scalar] {
    Array((bans.ignoresCase ? text.lowercased() : text).unicodeScalars)
  }
  let all = folded(prompt) + folded(text)
  let begin = folded(prompt).count
  return bans.phrases.map(folded).allSatisfy { phrase in
    (begin..<max(begin, all.count)).allSatisfy { last in
      last + 1 < phrase.count || Array(all[(last + 1 - phrase.count)...last]) != phrase
    }
  }
}

/// The most characters that can be written, no more than `limit`: by trying all, those alike as far
/// back as phrases reach only once.
private func longestFree(
  _ letters: [Unicode.Scalar], after prompt: String, of bans: Bans, upTo limit: Int
) -> Int {
  let longest = bans.phrases.map(\.unicodeScalars.count).max() ?? 0
  var ends: Set<String> = [""]
  for count in 0..<limit {
    var next: Set<String> = []
    for end in ends {
      // The prompt stands before all that begins with it.
      let before = count < longest ? prompt : ""
      for letter in letters {
        var text = String.UnicodeScalarView(end.unicodeScalars)
        text.append(letter)
        if isFree(String(text), after: before, of: bans) {
          next.insert(String(String.UnicodeScalarView(text.suffix(longest))))
        }
      }
    }
    guard !next.isEmpty else { return count }
    ends = next
  }
  return limit
}
