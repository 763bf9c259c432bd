import CPU
import Checkpoints
import Foundation
import LabelledData
import Recurrent
import Text

/// Tells the classes of texts.
///
/// Texts are read side by side. What a text is given does not depend on the others.
/// Not for several threads at a time.
public final class Classifier {
  public let vocabulary: Vocabulary
  /// By class.
  public let labels: [String]
  /// As `TrainedClassifier` has them.
  package let columns: LabelledColumns
  package let limit: TextLimit
  /// Texts whose first class has lower log-odds against all others are not answered; nil answers all.
  public let leastLogOdds: Double?
  private let temperature: Double
  private let experts: NgramExperts
  private let device: Device
  private let texts: any TextReader

  /// - Parameter precision: what the device is fastest with if nil.
  public init(
    _ trained: TrainedClassifier, precision: Precision? = nil, device: Device = .cpu()
  ) {
    vocabulary = trained.vocabulary
    labels = trained.labels
    columns = trained.columns
    limit = trained.limit
    leastLogOdds = trained.leastLogOdds
    temperature = trained.temperature
    experts = trained.experts
    self.device = device
    texts = device.backend.texts(
      through: trained.model, precision: precision ?? device.precision(for: .reading))
  }

  /// Takes the weights of the same network in training.
  package func update(to model: Network) {
    texts.load(model.parameters)
  }

  /// The symbols of a text that are read; what the vocabulary does not know is left out. A text of
  /// none has the probabilities of no text at all.
  package func symbols(in text: some Collection<UInt8>) -> [Int32] {
    limit(vocabulary.symbols(in: text))
  }

  /// The probability of each class for each text, `[texts][C]`; the sum of each row is 1. No numbers
  /// where the device has failed.
  public func probabilities(of texts: [String]) -> [[Float]] {
    probabilities(of: texts.map { symbols(in: $0.utf8) })
  }

  /// The label of each text; nil where the classifier is less sure than `leastLogOdds`.
  public func answers(to texts: [String]) -> [String?] {
    judgements(of: texts.map { symbols(in: $0.utf8) })
      .map { rejects($0) ? nil : labels[$0.first] }
  }

  /// Whether a text is left without an answer.
  package func rejects(_ judgement: Judgement) -> Bool {
    leastLogOdds.map { judgement.logOdds < $0 } ?? false
  }

  /// Labels with a text's probabilities, `[C]`, the most probable first; of equals the first class.
  public func ranked(_ probabilities: [Float]) -> [(label: String, probability: Float)] {
    precondition(probabilities.count == labels.count, "probabilities of other classes")
    return labels.indices
      .sorted { (probabilities[$0], $1) > (probabilities[$1], $0) }
      .map { (labels[$0], probabilities[$0]) }
  }

  /// The probability of each class for each text, `[texts][C]`.
  package func probabilities(of texts: [[Int32]]) -> [[Float]] {
    judgements(of: texts).map(\.probabilities)
  }

  /// What becomes of each text.
  package func judgements(of texts: [[Int32]]) -> [Judgement] {
    logits(of: texts).map { Judgement(logits: $0, temperature: temperature) }
  }

  /// The logits of the classes for each text, `[texts][C]`, before any temperature.
  package func logits(of texts: [[Int32]]) -> [[Float]] {
    let logits = self.texts.logits(of: texts) { [experts] text, logits in
      experts.adding(to: logits, of: texts[text])
    }
    guard device.backend.failure == nil else {
      // Whoever reads them asks whether they are numbers, as those of weights that are too large are not.
      return texts.map { _ in labels.map { _ in .nan } }
    }
    return logits
  }
}

/// Probabilities that are proportional to e to the power of the logits over the temperature.
package func softmax(_ logits: [Float], temperature: Double) -> [Float] {
  let scaled = logits.map { Double($0) / temperature }
  let largest = scaled.max() ?? 0
  let powers = scaled.map { exp($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { Float($0 / sum) }
}
