import Text

extension ClassifierOptions {
  /// Whether there are classifiers on n-grams beside the network.
  package var hasExperts: Bool { naiveBayes > 0 || linear > 0 }

  /// Of the regression's fit against its penalty: those of which the best is taken.
  private static let strengths: [Float] = [1, 4, 16, 64, 256]

  /// The classifiers on n-grams that the options ask for.
  ///
  /// - Parameters:
  ///   - training: what they are fitted to.
  ///   - surprisal: that of other texts' labels, by which the regression is chosen; in nats.
  func experts(
    on training: EncodedTexts, classes: Int, vocabulary: Vocabulary,
    surprisal: (NgramRegression) -> Double
  ) -> NgramExperts {
    var experts = NgramExperts()
    let texts = (0..<training.count).lazy.map { Array(training[$0]) }
    if naiveBayes > 0 {
      experts.naiveBayes = NaiveBayes(
        longest: naiveBayes, classes: classes, vocabulary: vocabulary,
        counting: zip(texts, training.labels.lazy.map(Int.init)).lazy.map { ($0, $1) })
    }
    if linear > 0 {
      var least = Double.infinity
      experts.regression = NgramRegression(
        longest: linear, classes: classes, vocabulary: vocabulary, texts: texts,
        labels: training.labels, strengths: Self.strengths, seed: self.seed
      ) { fitted in
        let found = surprisal(fitted)
        defer { least = min(least, found) }
        return found < least
      }
    }
    return experts
  }
}
