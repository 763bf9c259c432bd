import Foundation
import Testing
import Text

@testable import Classification

struct EvidenceTests {
  private let vocabulary: Vocabulary

  init() throws {
    vocabulary = try Vocabulary(scalars: Array("abc".unicodeScalars), byteFallback: false)
  }

  /// A classifier of three classes: each b of a text speaks 1 nat for the second, each c 2 nats for
  /// the third.
  private func probabilities(of texts: [[Int32]]) -> [[Float]] {
    texts.map { text in
      let powers = [1, exp(Double(count("b", in: text))), exp(2 * Double(count("c", in: text)))]
      let sum = powers.reduce(0, +)
      return powers.map { Float($0 / sum) }
    }
  }

  private func count(_ scalar: Unicode.Scalar, in text: [Int32]) -> Int {
    text.count { Array(vocabulary.symbols(for: scalar)) == [$0] }
  }

  private func evidence(
    in text: String, for classes: [Int], limit: TextLimit = TextLimit(), mostPrefixes: Int = 256
  ) -> [Evidence] {
    Evidence.of(
      text, for: classes, vocabulary: vocabulary, limit: limit, mostPrefixes: mostPrefixes,
      probabilities: probabilities)
  }

  @Test func severalClassesFromOneReading() {
    let text = "abcabbaca"
    let all = evidence(in: text, for: [2, 0, 1])
    for (index, evidence) in zip([2, 0, 1], all) {
      let alone = Evidence(
        of: text, for: index, vocabulary: vocabulary, limit: TextLimit(),
        probabilities: probabilities)
      #expect(evidence.scalars.map(\.shift) == alone.scalars.map(\.shift))
      #expect(evidence.pieces.map(\.text) == text.map(String.init))
      #expect(evidence.pieces.map(\.shift) == alone.pieces.map(\.shift))
    }
    #expect(all[0].pieces[2].shift > 1 && all[2].pieces[2].shift < -0.5)
  }

  /// What is read together is a piece; pieces add up to what the whole text changes.
  @Test(arguments: ["abcabbacab", "axbcabbacab", "abcxabbacabx", "xabcabbacabxx"])
  func piecesAddUp(_ text: String) {
    for most in [2, 3, 4, 256] {
      let evidence = evidence(in: text, for: [1], mostPrefixes: most)[0]
      let rows = probabilities(of: [[], vocabulary.symbols(in: text.utf8)])
      let odds = rows.map { log(Double($0[1])) - log(Double($0[0]) + Double($0[2])) }
      #expect(abs(evidence.pieces.reduce(0) { $0 + $1.shift } - (odds[1] - odds[0])) < 1e-5)
      #expect(evidence.pieces.filter { $0.text != "…" }.count <= most - 1)
      let shown = text.replacing("xx", with: "x").replacing("x", with: "…")
      #expect(evidence.pieces.map(\.text).joined() == shown)
      #expect(String(String.UnicodeScalarView(evidence.scalars.map(\.scalar))) == shown)
    }
  }

  @Test func limitsAreKept() {
    for (kept, shown) in [(TextLimit.Kept.head, "abca…"), (.tail, "…acab"), (.both, "ab…ab")] {
      let evidence = evidence(
        in: "abcabbacab", for: [1], limit: TextLimit(length: 10, kept: kept).atMost(4))[0]
      #expect(evidence.pieces.map(\.text).joined() == shown)
    }
    #expect(TextLimit(length: 3).atMost(4).length == 3)
  }

  @Test(
    arguments: [
      ("aabbbaabaaa", 4, "bbb"), ("aabaabbbb", 3, "bbb"), ("aabaabbbb", 1, "b"),
      ("babaaab", 3, "bab"), ("aaa", 3, nil), ("", 3, nil), ("ccc", 3, nil),
    ] as [(String, Int, String?)])
  func strongestPart(text: String, length: Int, part: String?) throws {
    let evidence = evidence(in: text, for: [1])[0]
    let found = evidence.strongest(length: length)
    #expect(found.map { evidence.pieces[$0.pieces].map(\.text).joined() } == part)
    if let found {
      #expect(
        abs(found.shift - evidence.pieces[found.pieces].reduce(0) { $0 + $1.shift }) < 1e-9)
    }
  }

  /// A piece that is longer than what was asked for is better than none.
  @Test func longPiecesStandAlone() throws {
    let evidence = evidence(in: "aaaabbbbaaaa", for: [1], mostPrefixes: 4)[0]
    let part = try #require(evidence.strongest(length: 2))
    #expect(evidence.pieces[part.pieces].map(\.text) == ["bbbb"])
  }

  @Test func mistakesAreSortedBySureness() {
    var mistakes = Mistakes()
    let rows: [(Int, [Float])] = [
      (0, [0.75, 0.25]), (1, [0.75, 0.25]), (0, [0.125, 0.875]), (1, [0.5, 0.5]),
      (1, [0.75, 0.25]),
    ]
    let predicted = rows.enumerated().map { index, row in
      mistakes.add(text: index, label: row.0, probabilities: row.1)
    }
    #expect(predicted == [0, 0, 1, 0, 0], "of equals the first")
    #expect(mistakes.texts == 5 && mistakes.count == 4)
    #expect(mistakes.surest(9).map(\.text) == [2, 1, 4, 3])
    #expect(
      mistakes.surest(1) == [
        .init(text: 2, label: 0, predicted: 1, probability: 0.875, labelProbability: 0.125)
      ])
  }
}
