import Foundation
import Patterns
import Testing

@Suite("Patterns")
struct PatternTests {
  @Test(
    arguments: [
      ("", [""], ["a"]),
      ("abc", ["abc"], ["", "ab", "abcd", "ABC"]),
      ("a|bc|", ["a", "bc", ""], ["b", "abc"]),
      ("(ab)*", ["", "ab", "abab"], ["a", "aba"]),
      ("a+b?", ["a", "aab"], ["", "b", "abb"]),
      ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
      ("a{2}", ["aa"], ["a", "aaa"]),
      ("a{2,}", ["aa", "aaaaa"], ["a"]),
      ("a{,2}", ["", "a", "aa"], ["aaa"]),
      ("(?:a|b){2}c", ["abc", "bbc"], ["ac", "abbc"]),
      ("[a-cx]", ["a", "c", "x"], ["d", "-", ""]),
      ("[^a-c]", ["d", "\n", "é"], ["a"]),
      ("[a\\]-]", ["a", "]", "-"], ["\\"]),
      ("[\\d\\s]+", ["1 2\n"], ["a"]),
      ("[^\\W\\d]+", ["aé_"], ["1", "-"]),
      (".", ["a", "é"], ["\n", "", "e\u{301}"]),
      ("\\w\\W\\D\\S", ["é.xy"], ["..xy", "a.1x", "a.x "]),
      ("\\.\\*\\\\", [".*\\"], ["a*\\"]),
      ("\\u{e9}\\t\\n", ["é\t\n"], ["e\t\n"]),
    ])
  func textsMatchAsUsual(_ source: String, _ matching: [String], _ others: [String]) throws {
    var automaton = try Pattern(source).automaton()
    for text in matching { #expect(try automaton.matches(text), "\(source): \(text)") }
    for text in others { #expect(try !automaton.matches(text), "\(source): \(text)") }
  }

  @Test func caseMayBeIgnored() throws {
    var automaton = try Pattern("straße [a-z]É[^x]", ignoresCase: true).automaton()
    #expect(try automaton.matches("STRAßE Qéy"))
    #expect(try !automaton.matches("STRAßE Qex"))
    #expect(try !automaton.matches("straße qéX"))
  }

  @Test(
    arguments: [
      ("ab)", 3, "there is no ( for this ); write \\) for a parenthesis"),
      ("a(b", 2, "this ( has no ); write \\( for a parenthesis"),
      ("a[bc", 2, "this [ has no ]; write \\[ for a bracket"),
      ("*a", 1, "nothing before * to repeat; write \\* for the character"),
      (
        "a*?", 3,
        "what is repeated already is repeated again; put it into parentheses, or leave this ? out, as all matches count, long and short"
      ),
      ("[]]", 2, "these brackets are empty; write \\] for a bracket in them"),
      ("[z-a]", 2, "the range z-a has the larger character first; swap them"),
      ("a{3,2}", 2, "{3,2} has the larger number first; swap them"),
      ("a{99999}", 2, "{…} goes up to 10000"),
      ("(?=a)", 1, "of groups that begin with (? only (?:…) is supported"),
      ("(a)\\1", 4, "\\1, what a group matched, is not supported"),
      (
        "é\\b", 2,
        "\\b is not supported, as every part of a pattern matches characters; spell out what may stand beside, as in (.*\\W)?word(\\W.*)?"
      ),
      (
        "^a", 1,
        "^ is not supported, as a pattern describes a text from its beginning to its end; leave it out, or write \\^ for the character"
      ),
      ("a\\", 2, "a character belongs after the last \\; write \\\\ for a backslash"),
      ("\\u{110000}", 1, "\\u{…} takes the hexadecimal number of a character, as in \\u{e9}"),
      ("\\q", 1, "\\q means nothing; there are \\d \\D \\w \\W \\s \\S \\n \\t \\r \\u{…}"),
    ])
  func mistakesAreNamedWithTheirPlace(_ source: String, _ position: Int, _ problem: String) {
    #expect(
      throws: PatternError.syntax(pattern: source, position: position, problem: problem)
    ) { try Pattern(source) }
  }

  @Test func whatIsTooLargeIsRefused() throws {
    #expect(throws: PatternError.tooLong(pattern: "((a{99}){99}){99}", limit: 20000)) {
      try Pattern("((a{99}){99}){99}")
    }
    // Which of the last 20 were an a takes 2²⁰ states.
    var automaton = try Pattern("(.*a.{20})").automaton(mostStates: 1000)
    #expect(throws: PatternError.tooManyStates(pattern: "(.*a.{20})", limit: 1000)) {
      try automaton.completions(over: ["a", "b"])
    }
  }

  @Test func completionsAreCounted() throws {
    var automaton = try Pattern("a{2,5}|b+c|é").automaton()
    let completions = try automaton.completions(over: ["a", "b", "c"])
    #expect(completions.shortest(from: automaton.start) == 2)
    #expect(completions.longest(from: automaton.start) == Int.max)
    let a = try automaton.step(automaton.start, "a")
    #expect(completions.shortest(from: a) == 1)
    #expect(completions.longest(from: a) == 4)
    let b = try automaton.step(automaton.start, "b")
    #expect(completions.longest(from: b) == Int.max)
    #expect(completions.shortest(from: automaton.dead) == nil)
    #expect(completions.longest(from: automaton.dead) == nil)
    // Without its c a b leads nowhere.
    var other = try Pattern("a|b+c").automaton()
    let without = try other.completions(over: ["a", "b"])
    #expect(try without.shortest(from: other.step(other.start, "b")) == nil)
    #expect(without.longest(from: other.start) == 1)
  }

  @Test func matchesAreFoundWhereTheyEnd() throws {
    let pattern = try Pattern("ab+|b")
    var searcher = pattern.searcher()
    var reversed = pattern.reversed()
    let text = Array("xabb a".unicodeScalars)
    var ends: [Int] = []
    var state = searcher.start
    for (index, scalar) in text.enumerated() {
      state = try searcher.step(state, scalar)
      if searcher.isAccepting(state) { ends.append(index + 1) }
    }
    #expect(ends == [3, 4])
    #expect(try reversed.matchStart(endingAtEndOf: text[..<4]) == 1)
    #expect(try reversed.matchStart(endingAtEndOf: text[..<4], shortest: true) == 3)
    #expect(try reversed.matchStart(endingAtEndOf: text) == nil)
  }

  /// Random patterns of a few letters agree with another engine on all short texts.
  @Test func randomPatternsAgreeWithFoundation() throws {
    var random = SystemLike(state: 7)
    let texts = (0...4).flatMap { length in
      (0..<(1 << (2 * length))).map { number in
        String((0..<length).map { Array("abc\n")[(number >> (2 * $0)) & 3] })
      }
    }
    for _ in 0..<40 {
      let source = Self.pattern(depth: 3, using: &random)
      var automaton = try Pattern(source).automaton()
      let other = try NSRegularExpression(pattern: "\\A(?:\(source))\\z")
      for text in texts {
        let expected =
          other.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
        #expect(try automaton.matches(text) == expected, "\(source) on \(text)")
      }
    }
  }

  private static func pattern(depth: Int, using random: inout SystemLike) -> String {
    func part() -> String { pattern(depth: depth - 1, using: &random) }
    guard depth > 0 else {
      return ["a", "b", "c", ".", "[ab]", "[^a]", "\\s", "\\w"][Int(random.next() % 8)]
    }
    switch random.next() % 6 {
    case 0: return part() + part()
    case 1: return "(\(part())|\(part()))"
    case 2: return "(\(part()))*"
    case 3: return "(\(part())){1,2}"
    case 4: return "(?:\(part()))?" + part()
    default: return part() + (depth == 1 ? "+" : "")
    }
  }
}

/// A generator of numbers that are the same in every run.
private struct SystemLike: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state >> 12)
  }
}
