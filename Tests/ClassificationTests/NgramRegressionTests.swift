import FileTesting
import Recurrent
import Testing
import Text

@testable import Classification

@Suite("Softmax regression")
struct SoftmaxRegressionTests {
  private static let dense: [[Float]] = [
    [1, 0, 0.5], [0, 2, 0], [0.3, 0.3, 1], [1, 1, 0], [0, 0, 1.5], [2, 0, 0],
  ]
  private static let labels: [Int32] = [0, 1, 2, 1, 2, 0]

  private func regression() -> SoftmaxRegression {
    var rows = SparseRows()
    for row in Self.dense {
      let columns = row.indices.filter { row[$0] != 0 }
      rows.append(columns.map { (Int32($0), row[$0]) })
    }
    return SoftmaxRegression(rows, columns: 3, labels: Self.labels, classes: 3, seed: 1)
  }

  /// scikit-learn 1.7, `LogisticRegression(C=C, fit_intercept=False, tol=1e-10)`, `coef_` of the rows
  /// with a column of ones, which is the last here.
  private static let expected: [(strength: Float, weights: [[Float]])] = [
    (
      1,
      [
        [0.61867, -0.13088, -0.48779], [-0.51656, 0.76835, -0.25179],
        [-0.2324, -0.48288, 0.71528], [-0.02869, -0.04469, 0.07338],
      ]
    ),
    (
      8,
      [
        [1.39031, -0.10896, -1.28135], [-1.53078, 1.76319, -0.23241],
        [-0.4109, -1.21489, 1.62579], [-0.02318, -0.1367, 0.15988],
      ]
    ),
  ]

  @Test func findsTheOptimumOfScikitLearn() {
    var one = regression()
    for (strength, weights) in Self.expected {
      // From the optimum before, and from nothing.
      one.fit(strength: strength)
      var fresh = regression()
      fresh.fit(strength: strength)
      for found in [one, fresh] {
        for (value, wanted) in zip(found.weights + found.bias, weights.joined()) {
          #expect(abs(value - wanted) < 0.02)
        }
      }
    }
  }
}

@Suite("Logistic regression on n-grams")
struct NgramRegressionTests {
  private let vocabulary: Vocabulary

  init() throws {
    vocabulary = try Vocabulary(scalars: Array("ABabcd".unicodeScalars), byteFallback: false)
  }

  private func symbols(_ text: String) -> [Int32] { vocabulary.symbols(in: text.utf8) }

  private func fitted(
    _ texts: KeyValuePairs<String, Int32>, longest: Int, strengths: [Float] = [16],
    while isBetter: (NgramRegression) -> Bool = { _ in true }
  ) -> NgramRegression {
    NgramRegression(
      longest: longest, classes: 2, vocabulary: vocabulary, texts: texts.map { symbols($0.key) },
      labels: texts.map(\.value), strengths: strengths, seed: 1, while: isBetter)
  }

  private func lead(_ regression: NgramRegression, _ text: String) -> Float {
    let logits = regression.logits(of: symbols(text))
    return logits[0] - logits[1]
  }

  @Test func tellsClassesByOrderAlone() {
    let texts: KeyValuePairs<String, Int32> = ["abc": 0, "dabc": 0, "cba": 1, "dcba": 1]
    let letters = fitted(texts, longest: 1)
    #expect(abs(lead(letters, "abc")) < 0.05)
    let pairs = fitted(texts, longest: 2)
    #expect(lead(pairs, "abc") > 1 && lead(pairs, "cba") < -1)
    // Whatever the case.
    #expect(lead(pairs, "ABc") == lead(pairs, "abc"))
  }

  @Test func knowsWhereATextEnds() {
    let texts: KeyValuePairs<String, Int32> = ["cba": 0, "dba": 0, "bac": 1, "bad": 1]
    let pairs = fitted(texts, longest: 2)
    #expect(lead(pairs, "ba") > lead(pairs, "bab"))
  }

  @Test func aRowHasLengthOneAndTheUnknownSaysNothing() {
    let regression = fitted(["aab": 0, "aba": 0, "bcc": 1, "cbc": 1], longest: 1)
    // "a" twenty times is one direction, as "a" once is.
    let once = lead(regression, "a")
    #expect(abs(lead(regression, String(repeating: "a", count: 20)) - once) < 1e-5)
    #expect(lead(regression, "ad") == once)
    #expect(regression.logits(of: symbols("d")) == regression.bias)
    #expect(regression.logits(of: []) == regression.bias)
  }

  @Test func takesTheStrengthBeforeThatWhichGainsNothing() {
    let texts: KeyValuePairs<String, Int32> = ["abc": 0, "dabc": 0, "cba": 1, "dcba": 1]
    var asked = 0
    let chosen = fitted(texts, longest: 2, strengths: [1, 4, 16]) { _ in
      asked += 1
      return asked < 2
    }
    #expect(asked == 2)
    #expect(chosen == fitted(texts, longest: 2, strengths: [1]))
  }

  @Test func standsInTheClassifiersFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("classifier.safetensors")
    var classifier = TrainedClassifier(
      model: try Network(
        ModelConfiguration(
          layers: 1, hiddenSize: 3, embeddingSize: 2, vocabularySize: vocabulary.count,
          classifier: ClassifierConfiguration(classes: 2, pooling: .max)), seed: 3),
      vocabulary: vocabulary, labels: ["x", "y"])
    let regression = fitted(["abc": 0, "dabc": 0, "cba": 1, "dcba": 1], longest: 2)
    classifier.experts = NgramExperts(regression: regression)
    try classifier.write(to: path)
    let read = try TrainedClassifier(contentsOf: path)
    #expect(read.experts == classifier.experts)
    #expect(classifier.facts.contains { $0.name == "linear" })
    let text = symbols("abcd")
    let logits = Classifier(read).logits(of: [text])[0]
    var network = read
    network.experts = NgramExperts()
    let alone = Classifier(network).logits(of: [text])[0]
    for (sum, parts) in zip(logits, zip(alone, regression.logits(of: text))) {
      #expect(abs(sum - parts.0 - parts.1) < 1e-6)
    }
  }
}

@Suite("Table of n-grams")
struct NgramTableTests {
  @Test func findsWhatItHas() {
    // Many that would take the same place.
    let ngrams = (0..<100).map { UInt64($0) << 32 | 5 } + [0, .max]
    let table = NgramTable(ngrams)
    for (place, ngram) in ngrams.enumerated() { #expect(table[ngram] == place) }
    #expect(table[6] == nil && table[200 << 32 | 5] == nil)
    #expect(NgramTable([])[5] == nil)
    #expect(NgramTable([7, 7])[7] == 0)
  }
}
