import Checkpoints
import Classification
import Recurrent
import TerminalText
import Text

/// A classifier in memory, ready to read.
///
/// The file it came from is closed: what becomes of it later does not matter.
package struct ResidentClassifier {
  let path: String
  let trained: TrainedClassifier
  let precision: PrecisionChoice
  let device: Device
  private(set) var classifier: Classifier

  /// - Parameter path: that of the file which the classifier came from.
  package init(
    _ trained: TrainedClassifier, path: String, precision: PrecisionChoice, device: Device
  ) {
    self.path = path
    self.precision = precision
    self.device = device
    self.trained = trained
    classifier = Classifier(
      trained, precision: precision.resolved(for: .reading, on: device), device: device)
  }

  /// - Throws: `CheckpointError`.
  package init(
    contentsOf path: String, precision: PrecisionChoice, device: Device
  ) throws(CheckpointError) {
    self.init(
      try TrainedClassifier(contentsOf: path), path: path, precision: precision, device: device)
  }

  /// Rounds the weights to another precision.
  mutating func use(_ precision: PrecisionChoice) {
    classifier = Classifier(
      trained, precision: precision.resolved(for: .reading, on: device), device: device)
  }

  /// The file's name, for people.
  var name: String { lastComponent(of: path) }

  /// The network in a few words.
  var shape: String {
    let configuration = trained.model.configuration
    return "\(configuration.cell.rawValue) \(configuration.layers) × \(configuration.hiddenSize)"
      + (configuration.bidirectional ? " both ways" : "")
      + ", " + counted(trained.vocabulary.count, "symbol")
      + ", \(trained.labels.count) classes"
  }

  /// How many classes are shown, where nobody said.
  static let shownClasses = 5

  /// The classes of a text, the most probable first; of equals the first.
  ///
  /// - Returns: with them what is to be said where the classifier is not sure enough of any.
  /// - Throws: as `probabilities(of:)`.
  func classes(
    of text: KnownText
  ) throws(ReplError) -> (
    none: String?, classes: [(index: Int, label: String, probability: Double)]
  ) {
    let judgement = try judgements(of: [trained.limit(text.symbols)])[0]
    let row = judgement.probabilities
    return (
      classifier.rejects(judgement) ? none : nil,
      row.indices.sorted { (row[$0], $1) > (row[$1], $0) }
        .map { ($0, trained.labels[$0], Double(row[$0])) }
    )
  }

  private var none: String? {
    trained.leastLogOdds.map {
      "\(labelOfNone(beside: trained.labels)): no class has probability "
        + "\(probabilityText(ofLogOdds: $0)) or more"
    }
  }

  /// The probability of each class for each text of symbols, `[texts][C]`.
  ///
  /// - Throws: `ReplError` where they are no numbers.
  func probabilities(of texts: [[Int32]]) throws(ReplError) -> [[Float]] {
    try judgements(of: texts).map(\.probabilities)
  }

  private func judgements(of texts: [[Int32]]) throws(ReplError) -> [Judgement] {
    let judgements = classifier.judgements(of: texts)
    guard judgements.allSatisfy({ $0.probabilities.allSatisfy(\.isFinite) }) else {
      throw .badData("the model's weights are so large that it gives no probabilities")
    }
    return judgements
  }
}
