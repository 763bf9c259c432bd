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

  /// The same in pieces: what was read together is one, and has its shift once.
  package private(set) var pieces: [(text: String, shift: Double)] = []

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
    let beginnings = Beginnings(
      of: text, vocabulary: vocabulary, limit: limit, most: mostPrefixes)
    self.init(
      beginnings,
      odds: try beginnings.probabilities(probabilities).map { logOdds(of: `class`, in: $0) })
  }

  /// Evidence for each of several classes, from one reading.
  package static func of(
    _ text: String, for classes: [Int], vocabulary: Vocabulary, limit: TextLimit,
    mostPrefixes: Int = 256, probabilities: ([[Int32]]) throws -> [[Float]]
  ) rethrows -> [Evidence] {
    let beginnings = Beginnings(
      of: text, vocabulary: vocabulary, limit: limit, most: mostPrefixes)
    let rows = try beginnings.probabilities(probabilities)
    return classes.map { `class` in
      Evidence(beginnings, odds: rows.map { logOdds(of: `class`, in: $0) })
    }
  }

  /// - Parameter odds: of each beginning.
  private init(_ beginnings: Beginnings, odds: [Double]) {
    let (all, step) = (beginnings.scalars, beginnings.step)
    var next = 0
    for (place, index) in beginnings.read.enumerated() {
      let shift = odds[place / step + 1] - odds[place / step]
      let isFirst = place % step == 0
      if index > next {
        scalars.append(("…", 0))
        if isFirst { pieces.append(("…", 0)) } else { pieces[pieces.count - 1].text += "…" }
      }
      scalars.append((all[index], shift))
      if isFirst { pieces.append(("", shift)) }
      pieces[pieces.count - 1].text.unicodeScalars.append(all[index])
      next = index + 1
    }
    if next < all.count {
      scalars.append(("…", 0))
      pieces.append(("…", 0))
    }
  }

  /// The pieces that together speak most for the class, of those that are next to each other and
  /// together no longer than `length` scalars; one that is longer stands alone. Ends that add less
  /// than a twentieth are left out.
  ///
  /// - Returns: nil where nothing speaks for it.
  package func strongest(length: Int) -> (pieces: Range<Int>, shift: Double)? {
    var best: (pieces: Range<Int>, shift: Double)?
    for start in pieces.indices {
      var (sum, size) = (0.0, 0)
      for end in start..<pieces.count {
        size += pieces[end].text.unicodeScalars.count
        guard size <= length || end == start else { break }
        sum += pieces[end].shift
        if sum > best?.shift ?? 0 { best = (start..<end + 1, sum) }
      }
    }
    return best.map { best in
      var (part, shift) = best
      let least = best.shift * 0.95
      while part.count > 1, shift - pieces[part.upperBound - 1].shift > least {
        part = part.dropLast()
        shift -= pieces[part.upperBound].shift
      }
      while part.count > 1, shift - pieces[part.lowerBound].shift > least {
        shift -= pieces[part.lowerBound].shift
        part = part.dropFirst()
      }
      return (part, shift)
    }
  }
}

/// The beginnings of a text that are read.
private struct Beginnings {
  /// All of the text.
  let scalars: [Unicode.Scalar]
  /// Indices of the scalars that are read.
  let read: [Int]
  /// How many scalars a beginning has more than the one before.
  let step: Int
  /// The first is empty.
  private let symbols: [[Int32]]

  init(of text: String, vocabulary: Vocabulary, limit: TextLimit, most: Int) {
    scalars = Array(text.unicodeScalars)
    let spelt = scalars.enumerated().flatMap { index, scalar in
      vocabulary.symbols(for: scalar).map { (symbol: $0, scalar: index) }
    }
    let limited = limit(spelt)
    // Where each scalar that is read ends, in symbols.
    let ends = (1..<(limited.count + 1)).filter {
      $0 == limited.count || limited[$0].scalar != limited[$0 - 1].scalar
    }
    let step = max(1, (ends.count + most - 2) / (most - 1))
    let all = limited.map(\.symbol)
    symbols =
      [[]]
      + stride(from: 0, to: ends.count, by: step).map { first in
        Array(all[..<ends[min(first + step, ends.count) - 1]])
      }
    read = ends.map { limited[$0 - 1].scalar }
    self.step = step
  }

  /// Of each beginning.
  func probabilities(_ classifier: ([[Int32]]) throws -> [[Float]]) rethrows -> [[Float]] {
    // Not all at a time: whoever gives the probabilities may have enough.
    let batch = 128
    return try stride(from: 0, to: symbols.count, by: batch).flatMap { start in
      try classifier(Array(symbols[start..<min(start + batch, symbols.count)]))
    }
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
