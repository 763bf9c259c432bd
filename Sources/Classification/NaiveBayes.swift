import Foundation
import Text

/// A naive Bayes classifier on the n-grams of a text's symbols, whatever their case, whose logits are
/// added to a network's.
///
/// It has counted what a network would have to learn, and of few texts that says more (Ng and Jordan
/// 2001); what it counts for beside the network is part of its weights.
package struct NaiveBayes: Equatable, Sendable {
  /// The length of the longest n-gram; those of all lengths from 1 on count.
  package let longest: Int
  /// `C`
  package let classes: Int
  /// The hash of each n-gram that is known, in order of value.
  let ngrams: [UInt64]
  /// What an occurrence of each n-gram adds to the logits, `[n-grams, C]`.
  private(set) var weights: [Float]
  /// By symbol: that of the same character in lower case.
  private let folded: [Int32]

  /// What is added to each count, so that nothing is impossible (Lidstone).
  private static let prior = 0.03
  package static let longestLimit = 16

  /// - Parameters:
  ///   - ngrams: in order of value.
  ///   - weights: `[ngrams, classes]`
  init(
    longest: Int, classes: Int, ngrams: [UInt64], weights: [Float], vocabulary: Vocabulary
  ) {
    precondition(weights.count == ngrams.count * classes)
    self.longest = longest
    self.classes = classes
    self.ngrams = ngrams
    self.weights = weights
    folded = vocabulary.lowercaseSymbols
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
    precondition((1...Self.longestLimit).contains(longest))
    let folded = vocabulary.lowercaseSymbols
    var rows: [UInt64: Int] = [:]
    var counts: [Float] = []
    var totals = [Double](repeating: 0, count: classes)
    for text in texts {
      forEachNgram(of: text.symbols, upTo: longest, folded) { ngram in
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
    forEachNgram(of: symbols, upTo: longest, folded) { ngram in
      guard let row = row(of: ngram) else { return }
      for label in 0..<classes { logits[label] += weights[row * classes + label] }
    }
    return logits
  }

  private func row(of ngram: UInt64) -> Int? {
    var range = ngrams.indices
    while let first = range.first {
      let middle = first + range.count / 2
      if ngrams[middle] == ngram { return middle }
      range = ngrams[middle] < ngram ? middle + 1..<range.upperBound : first..<middle
    }
    return nil
  }
}

/// Calls `body` with the hash of each n-gram of 1 to `longest` symbols. The beginning of a text is a
/// symbol of its own, in n-grams with at least one other.
private func forEachNgram(
  of symbols: [Int32], upTo longest: Int, _ folded: [Int32], _ body: (UInt64) -> Void
) {
  for end in symbols.indices {
    // Backward from the last symbol, so that one walk gives the n-grams of all lengths.
    var hash: UInt64 = 0
    for length in 1...longest where length <= end + 2 {
      let place = end - length + 1
      hash = mixed(hash &+ (place < 0 ? 0 : UInt64(folded[Int(symbols[place])]) + 1))
      body(hash)
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014). Part of the file format: a model's n-grams are known by
/// it.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

extension Vocabulary {
  /// By symbol: that of the same character in lower case, if there is one, or else itself.
  fileprivate var lowercaseSymbols: [Int32] {
    (0..<Int32(count)).map { symbol in
      switch self[symbol] {
      case .scalar(let scalar):
        let lowercase = scalar.properties.lowercaseMapping.unicodeScalars
        guard lowercase.count == 1, let only = lowercase.first else { return symbol }
        return self.symbol(for: .scalar(only)) ?? symbol
      case .byte(let byte):
        let isUppercase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        return isUppercase ? symbol + 32 : symbol
      }
    }
  }
}
