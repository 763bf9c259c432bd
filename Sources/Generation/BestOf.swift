import Synchronization

/// How the best of several texts is found.
package final class BestOf: Sendable {
  /// Texts that each is chosen from.
  package let count: Int
  package let expression: RankingExpression
  /// The statistic `toward` of a text, after its prompt.
  private let verdict: (@Sendable (String) throws -> Double)?

  package init(
    _ count: Int, by expression: RankingExpression,
    verdict: (@Sendable (String) throws -> Double)? = nil
  ) {
    self.count = count
    self.expression = expression
    self.verdict = verdict
  }

  /// A text in the running.
  package struct Entry: Sendable {
    package var text: [UInt8]
    package var passage: Passage
    package var statistics: TextStatistics
    package var score: Double
  }

  /// - Parameter prompt: what a classifier reads before the text.
  package func entry(
    _ text: [UInt8], _ passage: Passage, after prompt: String
  ) throws -> Entry {
    let string = String(decoding: text, as: UTF8.self)
    let statistics = TextStatistics(string, passage, toward: try verdict?(prompt + string))
    return Entry(
      text: text, passage: passage, statistics: statistics, score: expression.value(of: statistics))
  }

  /// The numbers of texts, the best first, of equals that which was written first.
  package static func ranked(_ scores: [Double]) -> [Int] {
    scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
  }
}

/// The best so far of the texts that come one after the other.
package final class Contest: Sendable {
  private let state = Mutex((best: BestOf.Entry?.none, entered: 0))

  package init() {}

  /// Takes the next text; returns the best of `count`, the first of equals, once all are there.
  package func enter(_ entry: BestOf.Entry, of count: Int) -> BestOf.Entry? {
    state.withLock { state in
      if state.best.map({ entry.score > $0.score }) ?? true { state.best = entry }
      state.entered += 1
      guard state.entered == count else { return nil }
      defer { state = (nil, 0) }
      return state.best
    }
  }
}
