import LabelledData

/// Texts that a classifier takes for another class than theirs.
package struct Mistakes {
  package struct Mistake: Equatable {
    /// The text's index.
    package let text: Int
    /// Classes.
    package let label: Int
    package let predicted: Int
    /// Of what was predicted, and of the label.
    package let probability: Float
    package let labelProbability: Float
  }

  /// Texts that were read.
  package private(set) var texts = 0
  private var found: [Mistake] = []

  package init() {}

  /// Takes note of a text.
  ///
  /// - Parameter probabilities: of each class, `[C]`.
  /// - Returns: the most probable class; of equals the first.
  @discardableResult
  package mutating func add(text: Int, label: Int, probabilities row: [Float]) -> Int {
    let predicted = row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
    texts += 1
    if predicted != label {
      found.append(
        Mistake(
          text: text, label: label, predicted: predicted, probability: row[predicted],
          labelProbability: row[label]))
    }
    return predicted
  }

  package var count: Int { found.count }

  /// Those of whose class the classifier was surest.
  package func surest(_ count: Int) -> [Mistake] {
    Array(
      found.sorted { ($0.probability, $1.text) > ($1.probability, $0.text) }.prefix(count))
  }
}

extension Classifier {
  /// Reads labelled texts in parts, so that memory does not grow with them.
  ///
  /// - Parameters:
  ///   - indices: which of them.
  ///   - body: is given each text's index and what becomes of it, in order.
  package func read(
    _ texts: LabelledTexts, _ indices: [Int], body: (_ text: Int, Judgement) throws -> Void
  ) rethrows {
    // Enough for full batches of about the same length.
    let batch = 1024
    for start in stride(from: 0, to: indices.count, by: batch) {
      let part = indices[start..<min(start + batch, indices.count)]
      let found = judgements(of: part.map { symbols(in: texts.bytes(of: $0)) })
      for (text, judgement) in zip(part, found) { try body(text, judgement) }
    }
  }

  /// What speaks for a class in a text that is read no further than `length` symbols.
  package func evidence(
    of text: some Collection<UInt8>, for class: Int, length: Int, mostPrefixes: Int
  ) -> Evidence {
    Evidence(
      of: String(decoding: text, as: UTF8.self), for: `class`, vocabulary: vocabulary,
      limit: limit.atMost(length), mostPrefixes: mostPrefixes, probabilities: probabilities)
  }
}

extension TextLimit {
  /// The same, of no more than `length` symbols.
  package func atMost(_ length: Int) -> TextLimit {
    TextLimit(length: min(self.length, length), kept: kept)
  }
}
