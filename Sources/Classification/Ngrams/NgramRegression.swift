import Foundation
import Text

/// A logistic regression on the n-grams of a text's symbols, whatever their case, whose logits are
/// added to a network's.
///
/// What is counted of a text is weighed as is usual in search (`1 + log` of an n-gram's number in the
/// text, times the inverse document frequency; Salton and Buckley 1988), and a row has length 1.
package struct NgramRegression: Equatable, Sendable {
  private let walk: NgramWalk
  /// `C`
  package let classes: Int
  private let table: NgramTable
  /// By n-gram: `1 + log` of how many texts there are to one that has it.
  let inverseFrequencies: [Float]
  /// What each n-gram adds to the logits, `[n-grams, C]`.
  private(set) var weights: [Float]
  /// `[C]`
  private(set) var bias: [Float]

  package static let longestLimit = NgramWalk.longestLimit

  /// The length of the longest n-gram; those of all lengths from 1 on count.
  package var longest: Int { walk.longest }
  /// The hash of each n-gram that is known, in order of value.
  var ngrams: [UInt64] { table.ngrams }

  /// - Parameters:
  ///   - inverseFrequencies: `[ngrams]`
  ///   - weights: `[ngrams, C]`
  ///   - bias: `[C]`
  init(
    longest: Int, ngrams: [UInt64], inverseFrequencies: [Float], weights: [Float], bias: [Float],
    vocabulary: Vocabulary
  ) {
    precondition(
      inverseFrequencies.count == ngrams.count && weights.count == ngrams.count * bias.count)
    walk = NgramWalk(longest: longest, marksEnd: true, vocabulary: vocabulary)
    table = NgramTable(ngrams)
    classes = bias.count
    self.inverseFrequencies = inverseFrequencies
    self.weights = weights
    self.bias = bias
  }

  /// The same, its logits multiplied by a factor.
  package func scaled(by factor: Double) -> NgramRegression {
    var scaled = self
    scaled.weights = weights.map { Float(Double($0) * factor) }
    scaled.bias = bias.map { Float(Double($0) * factor) }
    return scaled
  }

  /// The logits of a text's classes, `[C]`.
  package func logits(of symbols: [Int32]) -> [Float] {
    var logits = bias
    for (ngram, value) in row(of: symbols) {
      let start = Int(ngram) * classes
      for label in 0..<classes { logits[label] += value * weights[start + label] }
    }
    return logits
  }

  /// The n-grams of a text that are known, each once, with what it counts for.
  private func row(of symbols: [Int32]) -> [(column: Int32, value: Float)] {
    var found: [Int32] = []
    found.reserveCapacity(symbols.count * longest)
    walk.forEach(in: symbols) { ngram in
      if let place = table[ngram] { found.append(Int32(place)) }
    }
    found.sort()
    var row: [(column: Int32, value: Float)] = []
    var square: Float = 0
    var start = 0
    while start < found.count {
      var end = start + 1
      while end < found.count, found[end] == found[start] { end += 1 }
      let value = (1 + log(Float(end - start))) * inverseFrequencies[Int(found[start])]
      row.append((found[start], value))
      square += value * value
      start = end
    }
    let length = square.squareRoot()
    return row.map { ($0.column, $0.value / length) }
  }
}

extension NgramRegression {
  /// The n-grams of texts, with weights of zero.
  ///
  /// - Parameter texts: the symbols of each.
  fileprivate init(
    longest: Int, classes: Int, vocabulary: Vocabulary, of texts: some Collection<[Int32]>
  ) {
    let walk = NgramWalk(longest: longest, marksEnd: true, vocabulary: vocabulary)
    /// By n-gram: in how many texts it is, and the last of those.
    var frequencies: [UInt64: (texts: Int32, last: Int32)] = [:]
    for (index, text) in texts.enumerated() {
      walk.forEach(in: text) { ngram in
        var found = frequencies[ngram] ?? (0, -1)
        guard found.last != index else { return }
        found = (found.texts + 1, Int32(index))
        frequencies[ngram] = found
      }
    }
    // What is in one text alone says nothing of another.
    let known = frequencies.filter { $0.value.texts > 1 }.sorted { $0.key < $1.key }
    let all = Double(1 + texts.count)
    self.init(
      longest: longest, ngrams: known.map(\.key),
      inverseFrequencies: known.map { Float(1 + log(all / Double(1 + $0.value.texts))) },
      weights: [Float](repeating: 0, count: known.count * classes),
      bias: [Float](repeating: 0, count: classes), vocabulary: vocabulary)
  }

  /// Fits a regression to texts.
  ///
  /// - Parameters:
  ///   - longest: 1 to `longestLimit`.
  ///   - texts: the symbols of each.
  ///   - labels: by text, below `classes`.
  ///   - strengths: of the fit against the penalty, ascending.
  ///   - isBetter: asked after each strength from the lowest on, which has an end where it says no.
  package init(
    longest: Int, classes: Int, vocabulary: Vocabulary, texts: some Collection<[Int32]>,
    labels: [Int32], strengths: [Float], seed: UInt64,
    while isBetter: (NgramRegression) -> Bool
  ) {
    self.init(longest: longest, classes: classes, vocabulary: vocabulary, of: texts)
    var rows = SparseRows()
    for text in texts { rows.append(row(of: text)) }
    var regression = SoftmaxRegression(
      rows, columns: table.count, labels: labels, classes: classes, seed: seed)
    for strength in strengths {
      regression.fit(strength: strength)
      var fitted = self
      (fitted.weights, fitted.bias) = (regression.weights, regression.bias)
      guard isBetter(fitted) else { break }
      self = fitted
    }
  }
}
