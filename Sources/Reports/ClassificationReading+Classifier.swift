import Checkpoints
import Classification
import LabelledData
import Recurrent
import Text

extension ClassificationReading {
  /// Texts that are read at most; of more, as many spread evenly.
  private static let mostTexts = 20_000
  private static let mistakes = 5
  /// Characters of a mistake that are read for its evidence, and beginnings of it.
  private static let mistakeLength = 2000
  private static let mostPrefixes = 64

  /// Has a classifier read texts whose labels are known.
  ///
  /// - Parameter indices: which of the texts.
  /// - Returns: nil for none, and where the model gives no probabilities.
  package init?(
    of trained: TrainedClassifier, on texts: LabelledTexts, _ indices: [Int], device: Device
  ) {
    guard !indices.isEmpty else { return nil }
    let stride = (indices.count + Self.mostTexts - 1) / Self.mostTexts
    let read = Swift.stride(from: 0, to: indices.count, by: stride).map { indices[$0] }
    let classifier = Classifier(
      trained, precision: device.precision(for: .reading), device: device)
    var tally = ClassificationTally(labels: trained.labels, topK: 1)
    var reliability = Reliability()
    var mistakes = Mistakes()
    var isFinite = true
    classifier.read(texts, read) { text, judgement in
      let row = judgement.probabilities
      isFinite = isFinite && row.allSatisfy(\.isFinite)
      guard isFinite else { return }
      let label = Int(texts.labelIndices[text])
      let predicted = mistakes.add(text: text, label: label, probabilities: row)
      tally.add(truth: label, probabilities: row, logOdds: judgement.logOdds)
      reliability.add(probability: Double(row[predicted]), isRight: predicted == label)
    }
    guard isFinite else { return nil }
    let report = tally.report
    self.init(
      texts: report.texts, accuracy: report.accuracy, macroF1: report.macroF1,
      classes: trained.labels, confusion: report.confusionMatrix, reliability: reliability,
      perClass: report.classes.map {
        ClassResult(precision: $0.precision, recall: $0.recall, f1: $0.f1, support: $0.support)
      },
      mistakes: mistakes.surest(Self.mistakes).map { mistake in
        let bytes = texts.bytes(of: mistake.text)
        let evidence = classifier.evidence(
          of: bytes, for: mistake.predicted, length: Self.mistakeLength,
          mostPrefixes: Self.mostPrefixes)
        return Mistake(
          text: String(decoding: bytes, as: UTF8.self), label: trained.labels[mistake.label],
          predicted: trained.labels[mistake.predicted], probability: Double(mistake.probability),
          pieces: evidence.scalars.map { String($0.scalar) },
          evidence: evidence.scalars.map(\.shift))
      })
  }
}
