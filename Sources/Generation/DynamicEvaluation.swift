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
  /// - Parameter threads: those that share each matrix product.
  /// - Throws: `ScoringError` for options out of range, and where the rate is so high that no
  ///   finite number comes out.
  public func score(
    _ text: EncodedText, with model: Network, threads: Int = 1
  ) throws(ScoringError) -> TextScore {
    try validate()
    precondition(text.count > 1, "there is nothing to predict in fewer than two symbols")
    return try withProductThreads(threads) { adaptAndScore(text, model) }.get()
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
    _ text: EncodedText, _ original: Network
  ) -> Result<TextScore, ScoringError> {
    let model = original.copy()
    let gradients = FloatBuffer(count: model.layout.count)
    let weights = PackedWeights(
      model,
      for: .init(
        precision: .float32, lanes: 1, training: true,
        inputTable: text.vocabulary.count <= segment))
    let workspace = LanguageModelWorkspace(weights, steps: segment, lanes: 1)
    var adaptation = Adaptation(of: original.parameters, rate: rate, decay: decay)
    let characters = text.count - 1
    var chunks = LaneChunks(
      text: text,
      plan: LanePlan(lanes: 1, sequenceLength: segment, laneLength: characters))
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * segment) { symbols in
      symbols.initialize(repeating: 0)
      let inputs = UnsafeMutableBufferPointer(rebasing: symbols[..<segment])
      let targets = UnsafeMutableBufferPointer(rebasing: symbols[segment...])
      guard let input = inputs.baseAddress, let target = targets.baseAddress else {
        preconditionFailure("a segment has at least one symbol")
      }
      var nats = 0.0
      var position = 0
      while position < characters {
        let steps = min(segment, characters - position)
        chunks.next(steps: steps, inputs: inputs, targets: targets)
        if steps == segment {
          nats += workspace.train(
            input, targets: target, scale: 1 / Float(segment), gradients: gradients)
          adaptation.step(model.parameters, gradient: gradients)
          weights.packShare(of: 0, workers: 1)
        } else {
          // There is nothing after the last characters to adapt for.
          nats += workspace.evaluate(input, targets: target, steps: steps)
        }
        guard nats.isFinite else { return .failure(.diverged(character: position, rate: rate)) }
        position += steps
      }
      return .success(
        TextScore(
          characters: characters, bytes: text.byteRange.count - text.firstSymbolByteCount,
          nats: nats))
    }
  }
}
