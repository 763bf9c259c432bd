import CPU
import Checkpoints
import Foundation
import Generation
import PageTesting
import Patterns
import Recurrent
import Testing
import Text

@testable import WebExport

/// What the page writes with bans and biases is what `sample` writes with them.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct RuleTests {
  /// What is asked of the page, as its engine takes it.
  private struct Case: Encodable {
    struct Rules: Encodable {
      var phrases: [String] = []
      var patterns: [String] = []
      var ignoresCase = false
    }

    struct Gain: Encodable {
      var text: String
      var nats: Double
    }

    var bans = Rules()
    var biases: [Gain] = []
    var temperature = 1.0
    var topP: Double?
    var repetitionPenalty = 1.0
    var prompt = ""
    var length = 60
    var seed: String

    var options: WritingOptions {
      var sampling = SamplingOptions(temperature: temperature, topP: topP)
      sampling.repetitionPenalty = repetitionPenalty
      return WritingOptions(
        sampling: sampling, length: length,
        bans: Bans(bans.phrases, patterns: bans.patterns, ignoresCase: bans.ignoresCase),
        biases: biases.map { Bias($0.text, $0.nats) })
    }
  }

  private struct Written: Decodable, Equatable {
    var text: String?
    var avoided: Int?
    var failure: String?
  }

  private func inPage(_ cases: [Case], _ trained: TrainedModel) throws -> [Written] {
    let list = String(decoding: try JSONEncoder().encode(cases), as: UTF8.self)
    return try outcome(
      """
      const engine = engineOf("wasm");
      const written = [];
      for (const { prompt, length, seed, bans, biases, ...options } of \(list)) {
        const came = [], { symbols } = engine.vocabulary.encode(prompt);
        try {
          const { avoided } = await engine.write({
            symbols, random: Xoshiro256.of(BigInt(seed), [0n]).state, options, length, bans, biases,
          }, (more) => came.push(...more));
          written.push({
            avoided, text: decoded(symbols.concat(came), engine.vocabulary).slice(prompt.length),
          });
        } catch (error) {
          written.push({ failure: error.message });
        }
      }
      return written;
      """, of: WebPage(trained, name: "tiny"), as: [Written].self)
  }

  /// As `sample --precision int8` writes it.
  private func written(_ asked: Case, _ generator: Generator) throws -> Written {
    var state = generator.start()
    let prompt = generator.vocabulary.encode(asked.prompt).symbols
    generator.read(prompt, into: &state)
    var random = Xoshiro256(seed: try #require(UInt64(asked.seed)), stream: [0])
    var bytes: [UInt8] = []
    do {
      let passage = try generator.write(
        from: &state, asked.options, after: TextRead(prompt), using: &random
      ) {
        bytes += $0
        return true
      }
      let text = String(decoding: bytes, as: UTF8.self)
      return Written(
        text: text, avoided: asked.options.bans.isEmpty ? nil : passage.bansAvoided)
    } catch let error as BansError {
      return Written(failure: error.description)
    }
  }

  private func generator(_ trained: TrainedModel) -> Generator {
    Generator(
      trained.model, vocabulary: trained.vocabulary, precision: .int8, device: .cpu(threads: 1))
  }

  /// Where a text ends with a banned phrase or a match, by trying everything that ends there.
  private func violation(of bans: Bans, in text: String, from start: Int) throws -> String? {
    func folded(_ text: String) -> [Unicode.Scalar] {
      guard bans.ignoresCase else { return Array(text.unicodeScalars) }
      return text.unicodeScalars.map { scalar in
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        let single = upper.count == 1 ? upper[upper.startIndex] : scalar
        let lower = single.properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? lower[lower.startIndex] : single
      }
    }
    let scalars = folded(text)
    for phrase in bans.phrases {
      let phrase = folded(phrase)
      for end in stride(from: max(start + 1, phrase.count), through: scalars.count, by: 1)
      where Array(scalars[end - phrase.count..<end]) == phrase {
        return "\(phrase.map(String.init)) ends at \(end)"
      }
    }
    for pattern in bans.patterns {
      var searcher = try Pattern(pattern, ignoresCase: bans.ignoresCase).searcher()
      var state = searcher.start
      for (index, scalar) in text.unicodeScalars.enumerated() {
        state = try searcher.step(state, scalar)
        if index >= start, searcher.isAccepting(state) { return "\(pattern) ends at \(index)" }
      }
    }
    return nil
  }

  /// Hundreds of random rules: the texts are those of `sample`, as many bans are avoided, what leaves nothing
  /// to write is told in the same words, and no ban is violated. Of scalars, of so few of them that bans leave
  /// no way on, in both cases, and of bytes.
  @Test(arguments: ["\n <abcdeü😀", "abA", "aAbBsSßẞσςΣ\n", "bytes"])
  func randomRules(scalars: String) throws {
    let isOfBytes = scalars == "bytes"
    let trained = try isOfBytes ? model(bytes: true) : model(scalars: scalars)
    let letters = Array((isOfBytes ? "\n abéü漢" : scalars).unicodeScalars)
    var random = Xoshiro256(seed: 27, stream: [UInt64(scalars.utf8.count)])
    func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    func phrase() -> String {
      String(String.UnicodeScalarView((0...draw(3)).map { _ in letters[draw(letters.count)] }))
    }
    func text(_ letter: Unicode.Scalar) -> String { letter == "\n" ? "\\n" : String(letter) }
    func pattern() -> String {
      let (a, b) = (text(letters[draw(letters.count)]), text(letters[draw(letters.count)]))
      let forms = [
        "[\(a)\(b)]{2,}", "\(a)(\(b)|\\s)+\(a)", "\(a).{1,4}\(b)", "\\w\\W\(a)?",
        // Of all that bytes can spell, to find what is left takes long.
        isOfBytes ? "\(a)\(b)+" : "[^\(a)]{5}",
        "\(a)[^\(b)]*\(b)\(a)", "(\(a)\(b)|\(b)\(a)|\\d){2}", "\(a){3}|\(b){2}",
      ]
      return forms[draw(forms.count)]
    }
    var cases: [Case] = []
    for seed in 0..<100 {
      var asked = Case(seed: "\(seed)")
      asked.bans.phrases = Set((0..<draw(5)).map { _ in phrase() }).sorted()
      asked.bans.patterns = (0..<draw(3)).map { _ in pattern() }
      asked.bans.ignoresCase = draw(2) == 1
      asked.biases = (0..<draw(3)).map { _ in
        .init(text: phrase(), nats: Double(draw(80) - 40) / 10)
      }
      asked.temperature = [0, 0.6, 1, 1.4][draw(4)]
      asked.topP = draw(4) == 0 ? 0.8 : nil
      asked.repetitionPenalty = draw(4) == 0 ? 1.3 : 1
      asked.prompt = draw(2) == 0 ? "" : phrase() + phrase()
      asked.length = 20 + draw(60)
      cases.append(asked)
    }
    let pages = try inPage(cases, trained)
    let generator = generator(trained)
    var avoided = 0
    for (asked, page) in zip(cases, pages) {
      avoided += page.avoided ?? 0
      if let text = page.text {
        #expect(text.unicodeScalars.count == asked.length)
        let violation = try violation(
          of: asked.options.bans, in: asked.prompt + text,
          from: asked.prompt.unicodeScalars.count)
        #expect(violation == nil, "\(asked)")
      }
      guard InstructionSet.current >= .avx2 else { continue }
      #expect(try page == written(asked, generator), "\(asked)")
    }
    let failures = pages.count { $0.failure != nil }
    #expect(pages.count == 100 && avoided > 500 && failures < 50)
    #expect(scalars != "abA" || failures > 5)
  }

  /// A pattern that never ends keeps every place since its beginning: more than keep the network's state.
  @Test func farBack() throws {
    let trained = try model()
    let cases = (1...5).map { seed in
      var asked = Case(seed: "\(seed)")
      asked.bans.patterns = ["[^\\u{2603}]+\\u{2603}"]
      asked.bans.phrases = ["ab", "c\u{fc}"]
      asked.length = 700
      return asked
    }
    let generator = generator(trained)
    for (asked, page) in zip(cases, try inPage(cases, trained)) {
      #expect(try #require(page.avoided) > 5)
      #expect(page.text?.contains("ab") == false)
      guard InstructionSet.current >= .avx2 else { continue }
      #expect(try page == written(asked, generator))
    }
  }

  private struct Read: Decodable {
    var errors: [String]
    var matches: [[Bool]]
    var classes: [[Int]]
    var cases: [String]
  }

  /// Patterns match the same texts, and wrong ones are refused in the same words.
  @Test func patternsAreThoseOfSample() throws {
    let wrong = [
      "(", ")", "a(b", "a)", "*a", "a**", "a{2}{3}", "a{", "a{}", "a{,}", "a{3,2}", "a{x}", "{2}",
      "a{10001}", "[", "[]", "[^]", "[b-a]", "[\\d-z]", "[a", "^a", "a$", "\\", "\\q", "\\b", "\\1",
      "\\u", "\\u{", "\\u{}", "\\u{d800}", "\\u{110000}", "(?=a)", "(?", "+", "a|*", "a*", "(a|b)?",
      "",
      "(a{100}){300}", String(repeating: "(", count: 201),
    ]
    let patterns = [
      "ab|cd|", "a|b|cc", "(?:ab)+c?", "a{2,3}b{0}", "a{,2}b{1,}", "[^a-c]{2}", "[\\]a]|x", "[a-]+",
      "\\.|\\-",
      "(a|ab)(c|bcd)(d*)", "((a?)b?){2}c", ".\\n.", "\\d+\\D", "\\w{2}\\W", "[\\s\\dx]+", "\\S\\s",
      "[^\\W]\\u{e9}?",
      "(x|y{2}){1,2}z*",
    ]
    let texts = [
      "", "a", "b", "ab", "cd", "cc", "abab", "ababc", "aab", "aaa", "aa", "b", "bbb", "aabb", "xy",
      "]", "-a-", ".",
      "-", "abcd", "abcdd", "acd", "abc", "bc", "c", "a\nb", "12x", "1é", "éx ", " 1x", "é ",
      "xyyz", "yyyyzz", "dé",
    ]
    let classes = ["\\w", "\\W", "\\s", "\\d", "\\D", "[a-zß]", "[^A-Fσ]", "É", "."]
    let json = { (list: [String]) in
      String(decoding: try JSONEncoder().encode(list), as: UTF8.self)
    }
    // Where Unicode adds no more characters.
    let read = try outcome(
      """
      const error = (pattern) => {
        try { new PatternBan(pattern, false); } catch (error) { return error.message; }
        return "none";
      };
      const accepts = (automaton, text) => {
        let state = PatternAutomaton.start;
        for (const scalar of text) state = automaton.step(state, scalar);
        return automaton.accepts[state];
      };
      const scalars = Array.from({ length: 0x530 }, (_, value) => String.fromCharCode(value));
      const held = (pattern, ignoresCase) => {
        const automaton = new PatternAutomaton(pattern, ignoresCase);
        return scalars.flatMap((scalar, value) => accepts(automaton, scalar) ? [value] : []);
      };
      return {
        errors: \(try json(wrong)).map(error),
        matches: \(try json(patterns)).map((pattern) => {
          const automaton = new PatternAutomaton(pattern, false);
          return \(try json(texts)).map((text) => accepts(automaton, text));
        }),
        classes: \(try json(classes)).flatMap((pattern) => [held(pattern, false), held(pattern, true)]),
        cases: scalars.map(caseless),
      };
      """, of: WebPage(model(), name: "tiny"), as: Read.self)
    for (pattern, error) in zip(wrong, read.errors) {
      #expect(throws: BansError.self) { try Bans(patterns: [pattern]).validate() }
      do throws(BansError) {
        try Bans(patterns: [pattern]).validate()
      } catch {
        #expect(read.errors[try #require(wrong.firstIndex(of: pattern))] == error.description)
      }
      #expect(error != "none")
    }
    for (pattern, matches) in zip(patterns, read.matches) {
      var automaton = try Pattern(pattern).automaton()
      for (text, isMatch) in zip(texts, matches) {
        #expect(try automaton.matches(text) == isMatch, "\(pattern) on \(text)")
      }
    }
    let scalars = (UInt32(0)..<0x530).compactMap { Unicode.Scalar($0) }
    for (index, pattern) in classes.enumerated() {
      for (offset, ignoresCase) in [false, true].enumerated() {
        var automaton = try Pattern(pattern, ignoresCase: ignoresCase).automaton()
        let held = try scalars.filter { try automaton.matches(String($0)) }.map { Int($0.value) }
        #expect(read.classes[2 * index + offset] == held, "\(pattern) \(ignoresCase)")
      }
    }
    for (scalar, caseless) in zip(scalars, read.cases) {
      let upper = scalar.properties.uppercaseMapping
      let single = upper.unicodeScalars.count == 1 ? upper : String(scalar)
      let lower = try #require(single.unicodeScalars.first).properties.lowercaseMapping
      #expect(caseless == (lower.unicodeScalars.count == 1 ? lower : single))
    }
  }
}
