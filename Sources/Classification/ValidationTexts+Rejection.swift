import CPU
import Recurrent

extension ValidationTexts {
  /// A classifier that answers as many of these texts as it can with no more than a share of the
  /// answers wrong.
  ///
  /// - Throws: `RejectionError`.
  func rejecting(
    risk: Double, _ trained: TrainedClassifier, precision: Precision, device: Device
  ) throws(RejectionError) -> Rejection {
    let classifier = Classifier(trained, precision: precision, device: device)
    let read = indices.flatMap { index in
      pieces(index, as: classifier).map { (symbols: $0, label: Int(texts.labelIndices[index])) }
    }
    var answers = JudgedAnswers()
    for (piece, judgement) in zip(read, classifier.judgements(of: read.map(\.symbols))) {
      answers.add(judgement, truth: piece.label)
    }
    return try trained.rejecting(risk: risk, answers)
  }
}
