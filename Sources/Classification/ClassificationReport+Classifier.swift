import LabelledData

extension Classifier {
  /// How well it tells the classes of labelled texts, each read as far as the classifier does.
  ///
  /// - Parameters:
  ///   - texts: with the classifier's labels, as they are if they were read with them.
  ///   - topK: a text counts as found, in `topKAccuracy`, if its class is among so many.
  ///   - progress: told now and then how many texts have been read.
  public func report(
    on texts: LabelledTexts, topK: Int = 1, progress: (_ texts: Int) -> Void = { _ in }
  ) -> ClassificationReport {
    precondition(texts.labels == labels, "texts of other classes")
    return classificationReport(
      of: texts, Array(0..<texts.count), with: self, topK: topK, progress: progress)
  }
}

/// How well a classifier tells the classes of labelled texts.
///
/// - Parameters:
///   - reading: the pieces of a text that are read, each of which counts; all of the text unless
///     given.
///   - progress: told now and then how many texts have been read.
package func classificationReport(
  of texts: LabelledTexts, _ indices: [Int], with classifier: Classifier, topK: Int,
  reading: ((_ index: Int) -> [[Int32]])? = nil, progress: (_ texts: Int) -> Void = { _ in }
) -> ClassificationReport {
  let reading = reading ?? { [classifier.symbols(in: texts.bytes(of: $0))] }
  var tally = ClassificationTally(
    labels: classifier.labels, topK: topK, leastLogOdds: classifier.leastLogOdds)
  // In parts, so that memory does not grow with the texts; enough for full batches of about the same
  // length.
  let batch = 1024
  for start in stride(from: 0, to: indices.count, by: batch) {
    let pieces = indices[start..<min(indices.count, start + batch)].flatMap { index in
      reading(index).map { (symbols: $0, label: Int(texts.labelIndices[index])) }
    }
    let judgements = classifier.judgements(of: pieces.map(\.symbols))
    for (piece, judgement) in zip(pieces, judgements) {
      tally.add(
        truth: piece.label, probabilities: judgement.probabilities, logOdds: judgement.logOdds)
    }
    progress(min(indices.count, start + batch))
  }
  return tally.report
}
