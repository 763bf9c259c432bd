import Checkpoints
import Safetensors
import Text

/// Classifiers on the n-grams of a text, whose logits are added to a network's.
///
/// In a classifier's file they are `naive_bayes.ngrams` `[N]`, 64-bit hashes, and
/// `naive_bayes.weight` `[N, C]`; `linear.ngrams` `[N]`, `linear.inverse_frequency` `[N]`,
/// `linear.weight` `[N, C]` and `linear.bias` `[C]`.
package struct NgramExperts: Equatable, Sendable {
  package var naiveBayes: NaiveBayes?
  package var regression: NgramRegression?

  package init(naiveBayes: NaiveBayes? = nil, regression: NgramRegression? = nil) {
    self.naiveBayes = naiveBayes
    self.regression = regression
  }

  /// The sum of a network's logits for a text and of what its n-grams say, `[C]`.
  func adding(to logits: [Float], of symbols: [Int32]) -> [Float] {
    var sum = logits
    if let naiveBayes { sum = zip(sum, naiveBayes.logits(of: symbols)).map(+) }
    if let regression { sum = zip(sum, regression.logits(of: symbols)).map(+) }
    return sum
  }

  /// What each expert says of texts, `[experts][texts][C]`.
  func logits(of texts: [[Int32]]) -> [[[Float]]] {
    [
      naiveBayes.map { expert in texts.map(expert.logits) },
      regression.map { expert in texts.map(expert.logits) },
    ].compactMap(\.self)
  }

  /// The same, with the logits of each multiplied by a factor.
  /// - Parameter factors: in the order of `logits(of:)`.
  func scaled(by factors: [Double]) -> NgramExperts {
    var factors = factors[...]
    func scale<Expert>(_ expert: Expert?, _ scaled: (Expert) -> (Double) -> Expert) -> Expert? {
      expert.map { scaled($0)(factors.removeFirst()) }
    }
    return NgramExperts(
      naiveBayes: scale(naiveBayes, NaiveBayes.scaled),
      regression: scale(regression, NgramRegression.scaled))
  }

  // MARK: - In a file

  /// The lengths of the longest n-grams, as a file tells them; nil where there is no such expert.
  struct Lengths: Codable {
    var naiveBayes: Int?
    var linear: Int?

    /// What is wrong with them, if anything.
    var fault: String? {
      let faulty = [naiveBayes, linear].compactMap(\.self)
        .first { !(1...NgramWalk.longestLimit).contains($0) }
      return faulty.map {
        "its n-grams of \($0) symbols are not of 1 to \(NgramWalk.longestLimit)"
      }
    }

    var tensorNames: [String] {
      (naiveBayes == nil ? [] : ["naive_bayes.ngrams", "naive_bayes.weight"])
        + (linear == nil
          ? []
          : ["linear.ngrams", "linear.inverse_frequency", "linear.weight", "linear.bias"])
    }
  }

  var lengths: Lengths {
    Lengths(naiveBayes: naiveBayes?.longest, linear: regression?.longest)
  }

  /// - Parameter lengths: without fault.
  init(
    _ lengths: Lengths, from file: SafetensorsFile, classes: Int, vocabulary: Vocabulary
  ) throws(CheckpointError) {
    func ngrams(_ name: String) throws(CheckpointError) -> [UInt64] {
      do throws(SafetensorsError) {
        return try file.values(of: name)
      } catch {
        throw CheckpointError(error)
      }
    }
    func floats(_ name: String, _ shape: [Int]) throws(CheckpointError) -> [Float] {
      try file.checkShape(of: name, is: shape)
      return try file.finiteFloats(of: name)
    }
    if let longest = lengths.naiveBayes {
      let ngrams = try ngrams("naive_bayes.ngrams")
      naiveBayes = NaiveBayes(
        longest: longest, classes: classes, ngrams: ngrams,
        weights: try floats("naive_bayes.weight", [ngrams.count, classes]), vocabulary: vocabulary)
    }
    if let longest = lengths.linear {
      let ngrams = try ngrams("linear.ngrams")
      regression = NgramRegression(
        longest: longest, ngrams: ngrams,
        inverseFrequencies: try floats("linear.inverse_frequency", [ngrams.count]),
        weights: try floats("linear.weight", [ngrams.count, classes]),
        bias: try floats("linear.bias", [classes]), vocabulary: vocabulary)
    }
  }

  /// - Parameter halfSize: whether weights are stored as bfloat16.
  func tensors(halfSize: Bool) -> [TensorContent] {
    var tensors: [TensorContent] = []
    func add(_ name: String, _ shape: [Int], _ weights: [Float]) {
      tensors.append(
        TensorContent(name: name, shape: shape, weights: weights, asBFloat16: halfSize))
    }
    if let naiveBayes {
      let count = naiveBayes.ngrams.count
      tensors.append(
        TensorContent(name: "naive_bayes.ngrams", shape: [count], values: naiveBayes.ngrams))
      add("naive_bayes.weight", [count, naiveBayes.classes], naiveBayes.weights)
    }
    if let regression {
      let count = regression.ngrams.count
      tensors.append(
        TensorContent(name: "linear.ngrams", shape: [count], values: regression.ngrams))
      add("linear.inverse_frequency", [count], regression.inverseFrequencies)
      add("linear.weight", [count, regression.classes], regression.weights)
      add("linear.bias", [regression.classes], regression.bias)
    }
    return tensors
  }
}
