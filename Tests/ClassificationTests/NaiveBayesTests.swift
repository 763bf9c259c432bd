import Classification
import FileTesting
import Foundation
import Recurrent
import Testing
import Text

@Suite("Naive Bayes")
struct NaiveBayesTests {
  private let vocabulary: Vocabulary

  init() throws {
    vocabulary = try Vocabulary(scalars: Array("ABabcd".unicodeScalars), byteFallback: false)
  }

  private func counting(_ texts: KeyValuePairs<String, Int>, longest: Int) -> NaiveBayes {
    NaiveBayes(
      longest: longest, classes: 2, vocabulary: vocabulary,
      counting: texts.lazy.map { [vocabulary] text, label in
        (vocabulary.symbols(in: text.utf8), label)
      })
  }

  private func lead(_ naiveBayes: NaiveBayes, _ text: String) -> Double {
    let logits = naiveBayes.logits(of: vocabulary.symbols(in: text.utf8))
    #expect(logits.count == 2)
    return Double(logits[0] - logits[1])
  }

  /// Against counts by hand: of single symbols, class 0 has a a b, class 1 has b c.
  @Test func countsSymbols() {
    let naiveBayes = counting(["aab": 0, "bc": 1], longest: 1)
    // The prior is that of a class of mean size, 2.5.
    let prior = 0.03 / 2.5
    let a = log((2.0 / 3 + prior) / prior)
    let b = log((1.0 / 3 + prior) / (1.0 / 2 + prior))
    #expect(abs(lead(naiveBayes, "a") - a) < 1e-5)
    #expect(abs(lead(naiveBayes, "ab") - (a + b)) < 1e-5)
    // Case does not count, and what has not been seen says nothing.
    #expect(lead(naiveBayes, "AdB") == lead(naiveBayes, "ab"))
    #expect(lead(naiveBayes, "") == 0 && lead(naiveBayes, "dd") == 0)
    #expect(abs(lead(naiveBayes.scaled(by: 0.25), "ab") - (a + b) / 4) < 1e-5)
  }

  /// Both classes have the same symbols, in another order.
  @Test func knowsOrderByLongerNgrams() {
    let texts: KeyValuePairs = ["abc": 0, "bac": 1]
    #expect(abs(lead(counting(texts, longest: 1), "abc")) < 1e-6)
    // ^a ^b, ab ba, bc ac: a text of class 0 has one of each pair, and of class 1 none.
    let pairs = counting(texts, longest: 2)
    let pair = lead(pairs, "dab") - lead(pairs, "d")
    #expect(pair > 1)
    #expect(abs(lead(pairs, "abc") - 3 * pair) < 1e-4)
    #expect(lead(counting(texts, longest: 3), "abc") > 3 * pair)
    #expect(lead(pairs, "bac") == -lead(pairs, "abc"))
  }

  /// With as much of each as it has, a class of many texts does not win for having more.
  @Test func theSizeOfAClassDoesNotCount() {
    let many = counting(["ab": 0, "abab": 0, "ababab": 0, "cb": 1], longest: 1)
    #expect(abs(lead(many, "b")) < 1e-6)
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
    let naiveBayes = counting(["abc": 0, "bac": 1], longest: 3)
    classifier.experts.naiveBayes = naiveBayes
    try classifier.write(to: path)
    #expect(try TrainedClassifier(contentsOf: path).experts.naiveBayes == naiveBayes)
    #expect(
      classifier.facts.contains {
        $0.name == "naive Bayes" && $0.value == "on 13 n-grams of up to 3 symbols"
      })

    try classifier.write(to: path, halfSize: true)
    let half = try #require(try TrainedClassifier(contentsOf: path).experts.naiveBayes)
    #expect(half != naiveBayes && abs(lead(half, "abc") - lead(naiveBayes, "abc")) < 0.05)

    // Files that contradict themselves.
    let bytes = try Data(contentsOf: URL(filePath: path))
    func complaint(replacing old: String, by new: String) throws -> String {
      var changed = bytes
      let range = try #require(changed.range(of: Data(old.utf8)))
      changed.replaceSubrange(range, with: Data(new.utf8))
      try folder.write(changed, to: "changed.safetensors")
      do {
        _ = try TrainedClassifier(contentsOf: folder.file("changed.safetensors"))
        return "none"
      } catch {
        return error.description
      }
    }
    #expect(
      try complaint(replacing: #"\"naiveBayes\":3"#, by: #"\"naiveBayes\":0"#)
        .contains("its n-grams of 0 symbols are not of 1 to 16"))
    #expect(
      try complaint(replacing: #"[13,2]"#, by: #"[2,13]"#).contains("naive_bayes.weight"))
    #expect(
      try complaint(replacing: "naive_bayes.ngrams", by: "naive_bayes.ngramz")
        .contains("naive_bayes.ngram"))
  }
}
