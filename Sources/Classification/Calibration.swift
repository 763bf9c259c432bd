import CPU
import LabelledData
import Recurrent

/// What becomes of a classifier's probabilities as they are fitted to labelled texts.
public struct Calibration: Sendable {
  /// With the temperature at which the labels of the texts surprise least (Guo et al. 2017); with that
  /// of before where every text is told right, which is least surprising without any doubt at all.
  /// Without `leastLogOdds`, which was for other probabilities.
  public let calibrated: TrainedClassifier
  /// On the texts, as the classifier was, and as it is.
  public let before: ClassificationReport
  public let after: ClassificationReport
}

extension TrainedClassifier {
  /// Fits the temperature to labelled texts, which should be others than those that trained it.
  ///
  /// - Parameters:
  ///   - texts: with the classifier's labels, as they are if they were read with them.
  ///   - precision: what the device reads fastest in if nil.
  ///   - progress: told now and then how many of all the readings of a text are done, of three each.
  public func calibrated(
    to texts: LabelledTexts, precision: Precision? = nil, device: Device = .cpu(),
    progress: (_ readings: Int) -> Void = { _ in }
  ) -> Calibration {
    func report(_ trained: TrainedClassifier, after done: Int) -> ClassificationReport {
      Classifier(trained, precision: precision, device: device)
        .report(on: texts) { progress(done + $0) }
    }
    let before = report(self, after: 0)
    let classifier = Classifier(self, precision: precision, device: device)
    var logits: [[Float]] = []
    for start in stride(from: 0, to: texts.count, by: 1024) {
      logits += classifier.logits(
        of: (start..<min(texts.count, start + 1024)).map {
          classifier.symbols(in: texts.bytes(of: $0))
        })
      progress(texts.count + logits.count)
    }
    var trained = self
    trained.leastLogOdds = nil
    if before.accuracy < 1 {
      trained.temperature =
        1 / fittedFactors(of: [logits], labels: texts.labelIndices.map(Int.init))[0]
    }
    return Calibration(
      calibrated: trained, before: before, after: report(trained, after: 2 * texts.count))
  }
}
