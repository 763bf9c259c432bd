import Text

/// What a classifier takes a text for, and what in the text speaks for which class.
package struct Explanation: Sendable {
  package struct Class: Sendable {
    package let label: String
    package let probability: Float
    /// What each piece of the text shifts the log-odds of the class, in nats.
    package let evidence: [Double]
  }

  /// The symbols that are read of a text at most.
  package let length: Int
  /// Symbols of the text beyond these.
  package let unread: Int
  /// What was read; an ellipsis stands for each stretch that was not.
  package let pieces: [String]
  /// The most probable classes, the first of which is predicted.
  package let classes: [Class]
  package let otherClasses: Int
  /// Of the other classes together.
  package let otherProbability: Float

  /// - Parameters:
  ///   - mostClasses: that there is evidence for.
  ///   - length: the most symbols that are read, where the classifier does not read fewer.
  /// - Returns: nil where the model gives no probabilities.
  package init?(of text: String, by classifier: Classifier, mostClasses: Int = 5, length: Int) {
    let limit = classifier.limit.atMost(length)
    let symbols = classifier.vocabulary.symbols(in: text.utf8)
    guard let row = classifier.probabilities(of: [limit(symbols)]).first,
      row.allSatisfy(\.isFinite)
    else { return nil }
    self.length = limit.length
    unread = max(0, symbols.count - limit.length)
    let ranked = row.indices.sorted { (row[$0], $1) > (row[$1], $0) }
    let shown = Array(ranked.prefix(mostClasses))
    let evidence = Evidence.of(
      text, for: shown, vocabulary: classifier.vocabulary, limit: limit,
      probabilities: classifier.probabilities)
    pieces = evidence.first?.pieces.map(\.text) ?? []
    classes = zip(shown, evidence).map { index, evidence in
      Class(
        label: classifier.labels[index], probability: row[index],
        evidence: evidence.pieces.map(\.shift))
    }
    otherClasses = row.count - shown.count
    otherProbability = ranked.dropFirst(mostClasses).reduce(0) { $0 + row[$1] }
  }
}
