import CPU
import Recurrent
import Text

/// A model that has learnt from a text.
public struct AdaptedNetwork: Sendable {
  /// With the weights it has come to.
  public let network: Network
  /// How well each pass predicted the text, every segment before it was learnt from.
  public let passes: [TextScore]
}

extension DynamicEvaluation {
  /// Has a model learn from a text of at least two symbols, to write with the weights that `score`
  /// leaves behind. The model itself stays as it is.
  ///
  ///     var trained = try TrainedModel(contentsOf: "plays.safetensors")
  ///     let letters = try EncodedText(Corpus(paths: ["letters"]), vocabulary: trained.vocabulary)
  ///     trained.model = try DynamicEvaluation().adapting(trained.model, to: letters).network
  ///
  /// Unlike in `score`, whose first symbols are those of a whole segment, the rest of a text that is
  /// no whole number of segments stands at its beginning and is read only: the text's end is learnt.
  /// A text shorter than a segment is one. The text, the model and the options alone decide which
  /// weights come out, on the same kind of CPU or GPU.
  ///
  /// - Parameters:
  ///   - passes: how often the text is read, each time from a zero state: 1 or more.
  ///   - progress: told after each segment how many symbols have been read, in all passes; what it
  ///     throws ends the work.
  /// - Throws: `ScoringError` for options out of range, where no finite number comes out, and where the
  ///   device fails; what `progress` throws.
  public func adapting(
    _ model: Network, to text: EncodedText, passes: Int = 1, device: Device = .cpu(),
    progress: (_ symbols: Int) throws -> Void = { _ in }
  ) throws -> AdaptedNetwork {
    try validate()
    precondition(text.count > 1, "there is nothing to predict in fewer than two symbols")
    precondition(passes >= 1)
    let characters = text.count - 1
    let segment = min(segment, characters)
    let network = model.copy()
    let streams = device.backend.streams(
      through: network,
      StreamUse(precision: .float32, lanes: 1, steps: segment, training: .init()))
    return try streams.withOnlyPart { lane in
      let adaptation = streams.adaptation(rate: rate, decay: decay)
      let chunk = StreamChunk(steps: segment, lanes: 1)
      var scores: [TextScore] = []
      for pass in 0..<passes {
        lane.load(RecurrentState(model.configuration), lane: 0)
        var chunks = LaneChunks(
          text: text,
          plan: LanePlan(lanes: 1, sequenceLength: segment, laneLength: characters))
        var nats = 0.0
        var position = 0
        let rest = characters % segment
        if rest > 0 {
          chunks.next(steps: rest, inputs: chunk.symbols, targets: chunk.targets)
          nats += lane.evaluate(chunk, steps: rest, distributions: nil)
          position = rest
        }
        while position < characters {
          chunks.next(steps: segment, inputs: chunk.symbols, targets: chunk.targets)
          nats += lane.train(chunk, softTargets: nil, scale: 1 / Float(segment))
          adaptation.step()
          try device.checkScores()
          guard nats.isFinite else {
            throw ScoringError.cannotLearn(character: position, rate: rate)
          }
          position += segment
          try progress(pass * characters + position)
        }
        scores.append(
          TextScore(characters: characters, bytes: text.scoredByteCount, nats: nats))
      }
      // What the last step did, nothing has been scored with.
      let parameters = adaptation.parameters
      try device.checkScores()
      guard parameters.elements.allSatisfy(\.isFinite) else {
        throw ScoringError.cannotLearn(character: characters, rate: rate)
      }
      return AdaptedNetwork(
        network: network.replacing(parameters: FloatBuffer(copying: parameters)), passes: scores)
    }
  }
}
