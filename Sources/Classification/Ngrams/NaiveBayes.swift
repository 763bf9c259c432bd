import Foundation
import Text

/// A naive Bayes classifier on the n-grams of a text's symbols, whatever their case, whose logits are
/// added to a network's.
///
/// It has counted what a network would have to learn, and of few texts that says more (Ng and Jordan
/// 2001); what it counts for beside the network is part of its weights.
package struct NaiveBayes: Equatable, Sendable {
  private let walk: NgramWalk
  /// `C`
  package let classes: Int
  private let table: NgramTable
  /// What an occurrence of each n-gram adds to the logits, `[n-grams, C]`.
  private(set) var weights: [Float]

  /// What is added to each count, so that nothing is impossible (Lidstone).
  private static let prior = 0.03
  package static let longestLimit = NgramWalk.longestLimit

  /// The length of the longest n-gram; those of all lengths from 1 on count.
  package var longest: Int { walk.longest }
  /// The hash of each n-gram that is known, in order of value.
  var ngrams: [UInt64] { table.ngrams }

  /// - Parameters:
  ///   - ngrams: in order of value.
  ///   - weights: `[ngrams, classes]`
  init(
    longest: Int, classes: Int, ngrams: [UInt64], weights: [Float], vocabulary: Vocabulary
  ) {
    precondition(weights.count == ngrams.count * classes)
    walk = NgramWalk(longest: longest, marksEnd: false, vocabulary: vocabulary)
    self.classes = classes
    table = NgramTable(ngrams)
    self.weights = weights
  }

  /// Counts the n-grams of texts.
  ///
  /// - Parameters:
  ///   - longest: 1 to `longestLimit`.
  ///   - texts: the symbols of each and its class, below `classes`.
  package init(
    longest: Int, classes: Int, vocabulary: Vocabulary,
    counting texts: some Sequence<(symbols: [Int32], label: Int)>
  ) {
    let walk = NgramWalk(longest: longest, marksEnd: false, vocabulary: vocabulary)
    var rows: [UInt64: Int] = [:]
    var counts: [Float] = []
    var totals = [Double](repeating: 0, count: classes)
    for text in texts {
      walk.forEach(in: text.symbols) { ngram in
        let row = rows[ngram] ?? rows.count
        if row == rows.count {
          rows[ngram] = row
          counts += repeatElement(0, count: classes)
        }
        counts[row * classes + text.label] += 1
        totals[text.label] += 1
      }
    }
    // A class of few texts is no less likely for each n-gram that it has not shown.
    let known = totals.filter { $0 > 0 }
    let prior = Self.prior * Double(known.count) / max(1, known.reduce(0, +))
    let ngrams = rows.keys.sorted()
    let weights = ngrams.flatMap { ngram in
      let start = (rows[ngram] ?? 0) * classes
      let logarithms = (0..<classes).map { label in
        log(Double(counts[start + label]) / max(1, totals[label]) + prior)
      }
      let mean = logarithms.reduce(0, +) / Double(classes)
      return logarithms.map { Float($0 - mean) }
    }
    self.init(
      longest: longest, classes: classes, ngrams: ngrams, weights: weights, vocabulary: vocabulary)
  }

  /// The same, its logits multiplied by a factor.
  package func scaled(by factor: Double) -> NaiveBayes {
    var scaled = self
    scaled.weights = weights.map { Float(Double($0) * factor) }
    return scaled
  }

  /// What the n-grams of a text say of its class, `[C]`, the logarithms of likelihoods but for a
  /// constant and a factor.
  package func logits(of symbols: [Int32]) -> [Float] {
    var logits = [Float](repeating: 0, count: classes)
    walk.forEach(in: symbols) { ngram in
      guard let row = table[ngram] else { return }
      for label in 0..<classes { logits[label] += weights[row * classes + label] }
    }
    return logits
  }
}
