import CPU
import Recurrent
import Text

/// Scores a text with a model that adapts to it while it reads (Krause et al. 2018, "Dynamic
/// Evaluation of Neural Sequence Models", arXiv 1709.07432).
///
/// The text is one stream, its state carried from beginning to end. Each segment is scored with the
/// weights as the text before it left them, and only then learnt from; `Adaptation` has the rule.
/// What comes out says how well model *and* adaptation predict the text: it is no figure of the
/// model alone, and not to be compared with one that is.
///
/// In single precision. Memory is that of training with one lane, and four times the weights.
public struct DynamicEvaluation: Equatable, Sendable {
  /// Of a step, 0 or more.
  public var rate: Float
  /// How much of the way back to the model's own weights a step goes, on average: from 0 to 1.
  public var decay: Float
  /// Characters between steps, 1 to 4096.
  public var segment: Int

  /// The defaults were the best of a few tries on tiny Shakespeare's validation part.
  public init(rate: Float = 0.0007, decay: Float = 0.003, segment: Int = 50) {
    self.rate = rate
    self.decay = decay
    self.segment = segment
  }

  /// Scores a text of at least two symbols. The model stays as it is.
  ///
  /// - Parameter progress: told after each segment how many symbols have been scored.
  /// - Throws: `ScoringError` for options out of range, where the rate is so high that no finite number
  ///   comes out, and where the device fails.
  public func score(
    _ text: EncodedText, with model: Network, device: Device = .cpu(),
    progress: (_ symbols: Int) -> Void = { _ in }
  ) throws(ScoringError) -> TextScore {
    try validate()
    precondition(text.count > 1, "there is nothing to predict in fewer than two symbols")
    let streams = device.backend.streams(
      through: model.copy(),
      StreamUse(precision: .float32, lanes: 1, steps: segment, training: .init()))
    return try streams.withOnlyPart { lane in
      adaptAndScore(
        text, lane, streams.adaptation(rate: rate, decay: decay), on: device, progress: progress)
    }.get()
  }

  /// - Throws: `ScoringError.optionOutOfRange`.
  public func validate() throws(ScoringError) {
    guard rate >= 0, rate.isFinite else {
      throw .optionOutOfRange(
        name: "dynamic-rate", value: "\(rate)", range: "a finite number of 0 or more")
    }
    guard (0...1).contains(decay) else {
      throw .optionOutOfRange(name: "dynamic-decay", value: "\(decay)", range: "from 0 to 1")
    }
    guard (1...4096).contains(segment) else {
      throw .optionOutOfRange(name: "dynamic-segment", value: "\(segment)", range: "1 to 4096")
    }
  }

  private func adaptAndScore(
    _ text: EncodedText, _ lane: any StreamPart, _ adaptation: any Adaptation,
    on device: Device, progress: (_ symbols: Int) -> Void
  ) -> Result<TextScore, ScoringError> {
    let chunk = StreamChunk(steps: segment, lanes: 1)
    let characters = text.count - 1
    var chunks = LaneChunks(
      text: text,
      plan: LanePlan(lanes: 1, sequenceLength: segment, laneLength: characters))
    var nats = 0.0
    var position = 0
    while position < characters {
      let steps = min(segment, characters - position)
      chunks.next(steps: steps, inputs: chunk.symbols, targets: chunk.targets)
      if steps == segment {
        nats += lane.train(chunk, softTargets: nil, scale: 1 / Float(segment))
        adaptation.step()
      } else {
        // There is nothing after the last characters to adapt for.
        nats += lane.evaluate(chunk, steps: steps, distributions: nil)
      }
      do { try device.checkScores() } catch { return .failure(error) }
      guard nats.isFinite else { return .failure(.diverged(character: position, rate: rate)) }
      position += steps
      progress(position)
    }
    return .success(
      TextScore(
        characters: characters, bytes: text.scoredByteCount,
        nats: nats))
  }
}
