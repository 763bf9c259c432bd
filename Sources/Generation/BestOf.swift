import Synchronization

/// How the best of several texts is found.
package struct BestOf: Codable, CustomStringConvertible, Equatable, Sendable {
  /// Texts that each is chosen from.
  package var count: Int
  package var expression: RankingExpression

  /// How many they may be.
  package static let counts = 1...10_000

  package init(_ count: Int, by expression: RankingExpression = .leastSurprising) {
    self.count = count
    self.expression = expression
  }

  /// `20 by -nats`
  package var description: String { "\(count) by \(expression)" }

  /// A text in the running.
  package struct Entry: Sendable {
    package var text: [UInt8]
    package var passage: Passage
    package var statistics: TextStatistics
    package var score: Double
  }

  /// - Parameter toward: what a classifier says of it, where one is asked.
  package func entry(_ text: [UInt8], _ passage: Passage, toward: Double? = nil) -> Entry {
    let statistics = TextStatistics(
      String(decoding: text, as: UTF8.self), passage, toward: toward)
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
