/// What a classifier makes of its validation texts.
package struct ClassificationReading: Encodable, Equatable, Sendable {
  /// How well one class is told from the others. Shares of 1.
  package struct ClassResult: Encodable, Equatable, Sendable {
    package var precision: Double
    package var recall: Double
    package var f1: Double
    /// Texts that have this label.
    package var support: Int

    package init(precision: Double, recall: Double, f1: Double, support: Int) {
      self.precision = precision
      self.recall = recall
      self.f1 = f1
      self.support = support
    }
  }

  /// A text of which the model was sure, and wrong.
  package struct Mistake: Encodable, Equatable, Sendable {
    package var text: String
    package var label: String
    package var predicted: String
    /// Of what was predicted.
    package var probability: Double
    /// The text in pieces, and what each speaks for the predicted class, in nats.
    package var pieces: [String]
    package var evidence: [Double]

    package init(
      text: String, label: String, predicted: String, probability: Double, pieces: [String],
      evidence: [Double]
    ) {
      self.text = text
      self.label = label
      self.predicted = predicted
      self.probability = probability
      self.pieces = pieces
      self.evidence = evidence
    }
  }

  package var texts: Int
  package var accuracy: Double
  package var macroF1: Double
  package var classes: [String]
  /// `[label][predicted]`: texts.
  package var confusion: [[Int]]
  package var reliability: Reliability
  /// In the order of `classes`.
  package var perClass: [ClassResult]
  /// The surest first.
  package var mistakes: [Mistake]

  package init(
    texts: Int, accuracy: Double, macroF1: Double, classes: [String], confusion: [[Int]],
    reliability: Reliability, perClass: [ClassResult], mistakes: [Mistake]
  ) {
    self.texts = texts
    self.accuracy = accuracy
    self.macroF1 = macroF1
    self.classes = classes
    self.confusion = confusion
    self.reliability = reliability
    self.perClass = perClass
    self.mistakes = mistakes
  }

  private enum CodingKeys: String, CodingKey {
    case texts
    case accuracy
    case macroF1 = "macro_f1"
    case classes
    case confusion
    case reliability
    case perClass = "per_class"
    case mistakes
  }
}
