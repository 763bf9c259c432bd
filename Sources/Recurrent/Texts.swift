/// Whole texts through a classifier, each from its beginning to its end.
package protocol TextReader: Body {
  /// The logits of the classes for each text, `[texts][C]`.
  ///
  /// - Parameter finish: called with each text's number and logits, for several at a time, for what
  ///   else is to be made of them.
  func logits(
    of texts: [[Int32]], finish: @escaping @Sendable (_ text: Int, _ logits: [Float]) -> [Float]
  ) -> [[Float]]
}

/// Batches of whole texts for the gradients of a classifier.
package protocol TextTrainer: TrainableBody {
  /// Who shares the work, for people: `2 threads`.
  var workers: String { get }

  /// Computes the gradients of the scaled losses of a batch's texts.
  ///
  /// - Parameter random: the random numbers of a text's dropout masks, by its number in the batch.
  func train(
    _ batch: TextBatch, masks random: @escaping @Sendable (_ text: Int) -> Xoshiro256
  ) -> TextLosses
}

/// Texts to be trained on together.
package struct TextBatch: Sendable {
  /// Longest first.
  package var texts: [[Int32]]
  /// Of the texts.
  package var labels: [Int32]
  package var targets: LabelTargets
  /// What teachers expect of each text, `[texts][C]`; empty where there are none.
  package var expected: [[Float]]
  /// The factor on the sum of the next characters' surprisal; 0 for none of it.
  package var languageModelScale: Float
  /// The lowest layer that is trained: 0 for the embedding too, `L` for the head alone.
  package var lowestLayer: Int

  package init(
    texts: [[Int32]], labels: [Int32], targets: LabelTargets,
    expected: [[Float]] = [], languageModelScale: Float = 0,
    lowestLayer: Int = 0
  ) {
    self.texts = texts
    self.labels = labels
    self.targets = targets
    self.expected = expected
    self.languageModelScale = languageModelScale
    self.lowestLayer = lowestLayer
  }
}

/// How labels are trained on.
package struct LabelTargets: Sendable {
  /// By class: how much a text of it counts.
  package var classWeights: [Float]
  /// The share of the target that all classes divide equally (Szegedy et al. 2016).
  package var smoothing: Float
  /// The share of the target that is what teachers expect, where there are any (Hinton et al. 2015).
  package var expectedShare: Float
  /// The factor on the loss whose gradient is taken: one over the sum of the weights of all texts of
  /// the step makes it their mean.
  package var scale: Float

  package init(
    classWeights: [Float], smoothing: Float = 0, expectedShare: Float = 0, scale: Float
  ) {
    self.classWeights = classWeights
    self.smoothing = smoothing
    self.expectedShare = expectedShare
    self.scale = scale
  }
}

/// What came of a batch of texts.
package struct TextLosses: Sendable {
  /// The weighted sum of the labels' surprisal in nats.
  package var classification: Double
  /// The sum of the next characters' surprisal in nats.
  package var languageModel: Double
  /// The sums of the texts' features before they were normalised, `[F]`.
  package var featureSums: [Float]
  /// The sums of their squares, `[F]`.
  package var featureSquares: [Float]

  package init(
    classification: Double = 0, languageModel: Double = 0, featureSums: [Float],
    featureSquares: [Float]
  ) {
    self.classification = classification
    self.languageModel = languageModel
    self.featureSums = featureSums
    self.featureSquares = featureSquares
  }
}
