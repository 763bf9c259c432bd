import Recurrent
import Text

/// How far back a network's predictions reach: the gradient of a character's surprisal by the embedding
/// of each character before it.
///
/// Where it vanishes with the distance, nothing that far back can be learnt from (Bengio, Simard and
/// Frasconi 1994).
package struct GradientReach: Sendable {
  /// Characters before a prediction that are looked at.
  package static let steps = 64
  private static let lanes = 64
  private static let rounds = 4

  /// By distance, from the character just before the prediction on: the mean norm of the gradient, in
  /// nats by the unit of an embedding.
  package let norms: [Double]

  /// - Parameter text: in the model's vocabulary.
  /// - Throws: `InspectionError`.
  package init(
    of model: Network, on text: EncodedText, device: Device
  ) throws(InspectionError) {
    let (steps, lanes) = (Self.steps, Self.lanes)
    guard text.count > 2 * steps else {
      throw .textTooShort(count: text.count, needed: 2 * steps + 1)
    }
    let width = model.configuration.embeddingSize
    let observer = device.backend.observer(of: model, lanes: lanes, steps: steps)
    let chunk = StreamChunk(steps: steps, lanes: lanes)
    var gradients = [Float](repeating: 0, count: steps * lanes * width)
    var sums = [Double](repeating: 0, count: steps)
    for round in 0..<Self.rounds {
      var chunks = LaneChunks(
        text: text,
        plan: LanePlan(lanes: lanes, sequenceLength: steps, laneLength: (text.count - 1) / lanes))
      chunks.startEpoch(offset: round * text.count / Self.rounds / lanes)
      observer.restart()
      // The first chunk gives the second one states.
      for _ in 0..<2 {
        chunks.next(inputs: chunk.symbols, targets: chunk.targets)
        observer.read(Array(chunk.symbols))
      }
      observer.inputGradients(
        ofLast: Array(chunk.targets[(steps - 1) * lanes..<steps * lanes]), into: &gradients)
      for step in 0..<steps {
        for lane in 0..<lanes {
          let row = (step * lanes + lane) * width
          let square = gradients[row..<row + width].reduce(0.0) { $0 + Double($1) * Double($1) }
          sums[steps - 1 - step] += square.squareRoot()
        }
      }
    }
    norms = sums.map { $0 / Double(Self.rounds * lanes) }
    guard norms.allSatisfy(\.isFinite) else { throw .noNumbers }
  }
}
