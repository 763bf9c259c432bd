import CPU
import Foundation
import Generation
import Recurrent
import Testing

/// What is written around bans has exactly the distribution that the rule says, by enumeration of all
/// texts of a tiny model.
@Suite("Distribution of texts around bans")
struct BanDistributionTests {
  struct Case: Sendable {
    var letters: String
    var prompt: String
    var length: Int
    var bans: [String]
    var options = SamplingOptions()
  }

  static let cases = [
    // One that begins in the prompt, one within another, one that another's way back crosses.
    Case(letters: "abc", prompt: "ca", length: 4, bans: ["ab", "bca", "cc", "acac"]),
    Case(letters: "abc", prompt: "", length: 5, bans: ["a", "bcb", "cbcc"]),
    Case(
      letters: "abcd", prompt: "d", length: 4, bans: ["dad", "bc", "cab", "add", "aaa"],
      options: SamplingOptions(temperature: 0.8, topK: 3)),
    // Places are settled: all that remains has been excluded.
    Case(letters: "ab", prompt: "", length: 4, bans: ["ab", "ba"]),
    Case(letters: "abc", prompt: "b", length: 5, bans: ["ab", "ac", "ba", "bcc", "ca", "cba"]),
    // Some texts are dead ends, which bans alone show.
    Case(letters: "abc", prompt: "", length: 4, bans: ["aa", "ab", "acc", "aca", "acb", "cb"]),
  ]

  @Test(arguments: cases)
  func textsHaveTheProbabilitiesOfTheRule(_ test: Case) throws {
    let tiny = try TinyModel(hidden: 8, scalars: test.letters, seed: 4)
    let rule = Rule(test, tiny)
    let expected = rule.outcomes(of: "").texts
    #expect(abs(expected.values.reduce(0, +) - 1) < 1e-9)
    #expect(expected.count > 1 || test.letters == "ab")
    for text in expected.keys {
      #expect(!test.bans.contains { text.contains($0) })
    }

    let count = 5000
    let counts = try tiny.counts(
      of: count,
      WritingOptions(sampling: test.options, length: test.length, bans: Bans(test.bans)),
      after: test.prompt)
    let (statistic, limit) = chiSquared(counts, expected, count)
    #expect(statistic < limit, "\(test.bans): χ² \(statistic) of \(limit)")
    // The test would tell the rule from the one that masks what would complete a phrase.
    if test.letters != "ab" {
      let masked = rule.outcomes(of: "", settledEnd: 99).texts
      let (other, limit) = chiSquared(counts, masked, count)
      #expect(other > 2 * limit, "\(test.bans): χ² \(other) of \(limit)")
    }
  }
}

/// The rule of `BanRewind` as its comment has it: by trying all characters everywhere.
private struct Rule {
  let test: BanDistributionTests.Case
  let letters: [Character]
  let generator: Generator
  let longest: Int

  init(_ test: BanDistributionTests.Case, _ tiny: TinyModel) {
    self.test = test
    letters = tiny.vocabulary.scalars.map { Character($0) }
    generator = Generator(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, device: .cpu(threads: 1))
    longest = test.bans.map(\.count).max() ?? 0
  }

  /// A step back to a place, all before another being final.
  struct Back: Hashable {
    var place: Int
    var finalEnd: Int
  }

  /// The probabilities of whole texts, and of steps back, of what comes of a text.
  func outcomes(
    of text: String, without excluded: Set<Character> = [], settledEnd: Int = 0, finalEnd: Int = 0
  ) -> (texts: [String: Double], back: [Back: Double]) {
    let place = text.count
    let candidates = letters.filter { letter in
      guard !excluded.contains(letter) else { return false }
      guard banned(text + [letter]) == nil else { return place >= settledEnd }
      return hasWayOn(text + [letter])
    }
    guard !candidates.isEmpty else {
      return outcomes(of: text, settledEnd: place + longest, finalEnd: finalEnd)
    }
    var all: (texts: [String: Double], back: [Back: Double]) = ([:], [:])
    func add(_ part: (texts: [String: Double], back: [Back: Double]), _ weight: Double) {
      for (text, probability) in part.texts { all.texts[text, default: 0] += weight * probability }
      for (back, probability) in part.back { all.back[back, default: 0] += weight * probability }
    }
    for (letter, probability) in probabilities(of: candidates, after: text) {
      let next = text + [letter]
      var part: (texts: [String: Double], back: [Back: Double])
      if let start = banned(next) {
        part = ([:], [Back(place: max(start, finalEnd), finalEnd: finalEnd): 1])
      } else if place + 1 == test.length {
        part = ([next: 1], [:])
      } else {
        part = outcomes(
          of: next, settledEnd: settledEnd, finalEnd: max(finalEnd, next.count - begun(next)))
      }
      for (back, again) in part.back where back.place == place {
        part.back[back] = nil
        add(
          outcomes(
            of: text, without: excluded.union([letter]), settledEnd: settledEnd,
            finalEnd: back.finalEnd), probability * again)
      }
      add(part, probability)
    }
    return all
  }

  /// Characters of the longest beginning of a phrase that a text ends with.
  private func begun(_ text: String) -> Int {
    let all = test.prompt + text
    return test.bans.flatMap { ban in (0..<ban.count).filter { all.hasSuffix(ban.prefix($0)) } }
      .max() ?? 0
  }

  /// Where the shortest phrase begins that a text ends with, in what is written.
  private func banned(_ text: String) -> Int? {
    let all = test.prompt + text
    return test.bans.filter { all.hasSuffix($0) }.map { max(0, text.count - $0.count) }.max()
  }

  /// Whether there is a text of the length asked for that begins so.
  private func hasWayOn(_ text: String) -> Bool {
    text.count >= test.length
      || letters.contains { banned(text + [$0]) == nil && hasWayOn(text + [$0]) }
  }

  private func probabilities(
    of candidates: [Character], after text: String
  ) -> [(Character, Double)] {
    var state = generator.start()
    generator.read(generator.vocabulary.encode(test.prompt + text).symbols, into: &state)
    var kept = candidates.map { letter in
      (letter, Double(state.logits[letters.firstIndex(of: letter) ?? 0]))
    }.sorted { $0.1 > $1.1 }
    kept = Array(kept.prefix(test.options.topK ?? kept.count))
    let weights = kept.map { ($0.0, exp($0.1 / test.options.temperature)) }
    let sum = weights.reduce(0) { $0 + $1.1 }
    return weights.map { ($0.0, $0.1 / sum) }
  }
}
