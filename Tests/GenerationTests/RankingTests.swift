import Foundation
import Generation
import Testing

@Suite("Choosing the best text")
struct RankingTests {
  private func statistics(_ text: String, nats: Double = 2, toward: Double? = nil) -> TextStatistics
  {
    var passage = Passage()
    passage.characters = text.unicodeScalars.count
    passage.symbols = 2
    passage.surprisal = 2 * nats
    return TextStatistics(text, passage, toward: toward)
  }

  @Test func aTextHasStatistics() {
    let text = statistics("the cat's hat\nthe 2 hats é\n")
    #expect(text.characters == 27 && text.words == 7 && text.lines == 2)
    #expect(text.variety == 6 / 7.0 && text.repetition == 0 && text.stopped == 0)
    #expect(text.nats == 2 && text.toward == nil)
    // 12 passages of 8, of which 4 are different.
    #expect(statistics("abcdabcdabcdabcdabc").repetition == 8 / 12.0)
    #expect(statistics("abcdefg").repetition == 0 && statistics("").variety == 1)
  }

  @Test(arguments: [
    ("-nats", -2.0), ("1 + 2 * 3 - 8 / 4", 5), ("(1 + 2) * -3", -9), ("2 - 3 - 4", -5),
    ("16 / 4 / 2", 2), ("--3", 3), ("abs(nats - 5) + words", 5), ("log(1)", 0),
    ("min(words, max(1.5, lines))", 1.5), (" toward*10 ", 2.5), ("-(1)", -1), ("1e2", 100),
  ])
  func expressionsAreArithmetic(_ expression: String, _ value: Double) throws {
    let text = statistics("two words", toward: 0.25)
    let ranking = try RankingExpression(expression)
    #expect(ranking.value(of: text) == value)
    #expect(ranking.description == expression)
    #expect(ranking.needsClassifier == expression.contains("toward"))
  }

  @Test func whatIsNoNumberIsWorst() throws {
    for expression in ["log(-1)", "0 / 0", "toward"] {
      #expect(try RankingExpression(expression).value(of: statistics("a")) == -.infinity)
    }
    #expect(RankingExpression.leastSurprising.value(of: statistics("a", nats: 3)) == -3)
    #expect(RankingExpression.mostToward.value(of: statistics("a", toward: 0.5)) == 0.5)
  }

  @Test(arguments: [
    ("", 1, "something is missing at the end"),
    ("nats +", 7, "something is missing at the end"),
    ("nats words", 6, "an operator is missing, or one parenthesis too many"),
    ("(nats", 6, ") is missing"), ("min(1)", 6, ", is missing"),
    ("2 ^ 3", 3, "an operator is missing, or one parenthesis too many"),
    ("* 3", 1, "there must be a number, a name or a parenthesis"),
    (
      "é + length", 1,
      "é is no number and no statistic; there are nats, characters, words, lines, repetition, "
        + "variety, stopped, toward, and abs, log, min, max"
    ),
  ])
  func mistakesAreNamed(_ expression: String, _ position: Int, _ problem: String) {
    #expect(
      throws: RankingError.syntax(expression: expression, position: position, problem: problem)
    ) { try RankingExpression(expression) }
  }

  @Test func depthHasALimit() {
    for deep in [String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000)] {
      #expect(throws: RankingError.self) { try RankingExpression(deep) }
    }
  }

  @Test func aChoiceIsKeptAsItWasWritten() throws {
    let best = BestOf(12, by: try RankingExpression("variety  - nats"))
    let json = try JSONEncoder().encode(best)
    #expect(String(decoding: json, as: UTF8.self).contains("\"variety  - nats\""))
    let read = try JSONDecoder().decode(BestOf.self, from: json)
    #expect(read == best && read != BestOf(12) && "\(read)" == "12 by variety  - nats")
    #expect(
      read.expression.value(of: statistics("a b", nats: 3)) == 1 - 3.0)
    #expect(throws: RankingError.self) {
      try JSONDecoder().decode(
        BestOf.self, from: Data(#"{"count":2,"expression":"nats +"}"#.utf8))
    }
  }
}
