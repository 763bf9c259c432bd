import Checkpoints
import Classification
import LabelledData
import Recurrent
import Text

extension ClassificationReading {
  /// Texts that are read at most; of more, as many spread evenly.
  private static let mostTexts = 20_000
  private static let batch = 1024
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
    var wrong: [(text: Int, predicted: Int, probability: Float)] = []
    for start in Swift.stride(from: 0, to: read.count, by: Self.batch) {
      let batch = read[start..<min(start + Self.batch, read.count)]
      let rows = classifier.probabilities(
        of: batch.map { classifier.symbols(in: texts.bytes(of: $0)) })
      for (text, row) in zip(batch, rows) {
        guard row.allSatisfy(\.isFinite) else { return nil }
        let truth = Int(texts.labelIndices[text])
        let predicted = row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        tally.add(truth: truth, probabilities: row)
        reliability.add(probability: Double(row[predicted]), isRight: predicted == truth)
        if predicted != truth { wrong.append((text, predicted, row[predicted])) }
      }
    }
    wrong.sort { ($0.probability, $1.text) > ($1.probability, $0.text) }
    let report = tally.report
    self.init(
      texts: report.texts, accuracy: report.accuracy, macroF1: report.macroF1,
      classes: trained.labels, confusion: report.confusionMatrix, reliability: reliability,
      perClass: report.classes.map {
        ClassResult(precision: $0.precision, recall: $0.recall, f1: $0.f1, support: $0.support)
      },
      mistakes: wrong.prefix(Self.mistakes).map { mistake in
        let text = String(decoding: texts.bytes(of: mistake.text), as: UTF8.self)
        let evidence = Evidence(
          of: String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.mistakeLength))),
          for: mistake.predicted, vocabulary: trained.vocabulary, limit: trained.limit,
          mostPrefixes: Self.mostPrefixes, probabilities: classifier.probabilities)
        return Mistake(
          text: text, label: trained.labels[Int(texts.labelIndices[mistake.text])],
          predicted: trained.labels[mistake.predicted], probability: Double(mistake.probability),
          pieces: evidence.scalars.map { String($0.scalar) },
          evidence: evidence.scalars.map(\.shift))
      })
  }
}
