import Foundation
import Text

/// How far each scalar of a text moved a classifier's running decision.
///
/// The running decision is that on the text up to a scalar, as if it ended there; its size are the
/// log-odds of the class that was asked about. So the shifts of all scalars, one by one, add up to
/// what the whole text changes.
package struct Evidence {

  /// What was read, with an ellipsis that shifts nothing for each stretch that was not.
  package private(set) var scalars: [(scalar: Unicode.Scalar, shift: Double)] = []

  /// Reads all beginnings of `text`, or of a long one those that end at equal distances: the scalars
  /// between two ends then share one shift.
  ///
  /// - Parameters:
  ///   - vocabulary, limit: the classifier's.
  ///   - mostPrefixes: the most beginnings that are read, at least 2.
  ///   - probabilities: the classifier's of each text of symbols, `[texts][C]`; asked several times.
  /// - Throws: what `probabilities` throws.
  package init(
    of text: String, for class: Int, vocabulary: Vocabulary, limit: TextLimit,
    mostPrefixes: Int = 256, probabilities: ([[Int32]]) throws -> [[Float]]
  ) rethrows {
    let all = Array(text.unicodeScalars)
    let spelt = all.enumerated().flatMap { index, scalar in
      vocabulary.symbols(for: scalar).map { (symbol: $0, scalar: index) }
    }
    let read = limit(spelt)
    // Where each scalar that is read ends, in symbols.
    let ends = (1..<(read.count + 1)).filter {
      $0 == read.count || read[$0].scalar != read[$0 - 1].scalar
    }
    let step = max(1, (ends.count + mostPrefixes - 2) / (mostPrefixes - 1))
    let symbols = read.map(\.symbol)
    let prefixes =
      [[]]
      + stride(from: 0, to: ends.count, by: step).map { first in
        Array(symbols[..<ends[min(first + step, ends.count) - 1]])
      }

    var odds: [Double] = []
    // Not all at a time: whoever gives the probabilities may have enough.
    let batch = 128
    for start in stride(from: 0, to: prefixes.count, by: batch) {
      odds += try probabilities(Array(prefixes[start..<min(start + batch, prefixes.count)]))
        .map { logOdds(of: `class`, in: $0) }
    }

    var next = 0
    for (place, end) in ends.enumerated() {
      let index = read[end - 1].scalar
      if index > next { scalars.append(("…", 0)) }
      scalars.append((all[index], odds[place / step + 1] - odds[place / step]))
      next = index + 1
    }
    if next < all.count { scalars.append(("…", 0)) }
  }
}

/// The logarithm of how many times as probable a class is as all others together, in nats.
private func logOdds(of class: Int, in probabilities: [Float]) -> Double {
  // From the others, as 1 less a probability near 1 has no digits left.
  let others = probabilities.indices.lazy.filter { $0 != `class` }
    .reduce(0) { $0 + Double(probabilities[$1]) }
  let least = Double(Float.leastNormalMagnitude)
  return log(max(Double(probabilities[`class`]), least)) - log(max(others, least))
}
