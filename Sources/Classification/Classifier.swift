import Checkpoints
import Foundation
import Recurrent
import Text

/// Tells the classes of texts.
///
/// Texts are read side by side, on all threads. What a text is given does not depend on the others.
/// Not for several threads at a time.
public final class Classifier {
  public let vocabulary: Vocabulary
  /// By class.
  public let labels: [String]
  private let limit: TextLimit
  private let temperature: Double
  private let naiveBayes: NaiveBayes?
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let readers: [Reader]

  public convenience init(
    _ trained: TrainedClassifier, precision: Precision = .native, threads: Int = 1
  ) {
    self.init(trained, precision: precision, team: WorkerTeam(count: threads))
  }

  /// A classifier that works with a team that is there already.
  package init(_ trained: TrainedClassifier, precision: Precision, team: WorkerTeam) {
    vocabulary = trained.vocabulary
    labels = trained.labels
    limit = trained.limit
    temperature = trained.temperature
    naiveBayes = trained.naiveBayes
    self.team = team
    let weights = PackedWeights(
      trained.model,
      for: .init(
        precision: precision, lanes: 64, training: false,
        inputTable: trained.model.layout.ngrams == nil))
    self.weights = weights
    readers = (0..<team.count).map { _ in Reader(weights, classes: trained.labels.count) }
  }

  /// Takes the network's weights as they are now; for one that is still being trained.
  package func update() {
    team.run { [weights, team] worker in
      weights.packShare(of: worker, workers: team.count)
    }
  }

  /// The symbols of a text that are read; what the vocabulary does not know is left out. A text of
  /// none has the probabilities of no text at all.
  package func symbols(in text: some Collection<UInt8>) -> [Int32] {
    limit(vocabulary.symbols(in: text))
  }

  /// The probability of each class for each text, `[texts][C]`; the sum of each row is 1.
  public func probabilities(of texts: [String]) -> [[Float]] {
    probabilities(of: texts.map { symbols(in: $0.utf8) })
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
    logits(of: texts).map { softmax($0, temperature: temperature) }
  }

  /// The logits of the classes for each text, `[texts][C]`, before any temperature.
  package func logits(of texts: [[Int32]]) -> [[Float]] {
    let loads = Load.dividing(texts.map(\.count))
    let results = PerWorker<[(text: Int, logits: [Float])]>(repeating: [], count: readers.count)
    team.run { [readers, naiveBayes] worker in
      for index in stride(from: worker, to: loads.count, by: readers.count) {
        let load = loads[index]
        let logits = readers[worker].logits(of: load.texts.map { texts[$0] }, in: load.shape)
        results[worker] += zip(load.texts, logits).map { text, logits in
          guard let naiveBayes else { return (text, logits) }
          return (text, zip(logits, naiveBayes.logits(of: texts[text])).map(+))
        }
      }
    }
    var all = [[Float]](repeating: [], count: texts.count)
    for (text, logits) in results.values.joined() { all[text] = logits }
    return all
  }
}

/// Texts that are read together, longest first.
private struct Load: Sendable {
  /// The room that the longest needs: steps and lanes, of which there are a few sorts only.
  struct Shape: Hashable, Sendable {
    var steps: Int
    var lanes: Int

    init(length: Int, texts: Int) {
      var steps = 64
      while steps < length { steps *= 4 }
      self.steps = steps
      let most = max(1, min(64, (1 << 15) / steps))
      lanes = texts == 1 ? 1 : min(most, texts <= 8 ? 8 : 64)
    }
  }

  var shape: Shape
  /// Their numbers.
  var texts: [Int]

  static func dividing(_ lengths: [Int]) -> [Load] {
    var rest = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }[...]
    var loads: [Load] = []
    while let longest = rest.first {
      let shape = Shape(length: lengths[longest], texts: rest.count)
      loads.append(Load(shape: shape, texts: Array(rest.prefix(shape.lanes))))
      rest = rest.dropFirst(shape.lanes)
    }
    return loads
  }
}

/// One worker's workspaces, one of each shape that has been needed.
///
/// Unchecked: a worker has it to itself while the team runs.
private final class Reader: @unchecked Sendable {
  private let weights: PackedWeights
  private let classes: Int
  private var rooms: [Load.Shape: Room] = [:]

  init(_ weights: PackedWeights, classes: Int) {
    self.weights = weights
    self.classes = classes
  }

  func logits(of texts: [[Int32]], in shape: Load.Shape) -> [[Float]] {
    let room = rooms[shape] ?? Room(weights, shape)
    rooms[shape] = room
    return room.logits(of: texts, classes: classes)
  }
}

private final class Room {
  private let workspace: ClassifierWorkspace
  private var batch: PackedBatch

  init(_ weights: PackedWeights, _ shape: Load.Shape) {
    workspace = ClassifierWorkspace(weights, steps: shape.steps, lanes: shape.lanes)
    batch = PackedBatch(steps: shape.steps, lanes: shape.lanes)
  }

  deinit {
    batch.deallocate()
  }

  func logits(of texts: [[Int32]], classes: Int) -> [[Float]] {
    batch.fill(texts)
    guard let symbols = batch.symbols.baseAddress else { return [] }
    let logits = workspace.logits(symbols, lengths: batch.lengths)
    return texts.indices.map { lane in
      Array(UnsafeBufferPointer(start: logits + lane * classes, count: classes))
    }
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
