import Recurrent
import Text

/// Some of the lanes: what they read of the training part and of what teachers wrote.
struct TrainingLanes {
  /// The sum of its targets' surprisal over the last chunk, in nats.
  private(set) var loss = 0.0
  private let part: any StreamPart
  private let chunk: StreamChunk
  private var chunks: LaneChunks
  /// What teachers wrote, in the lanes beyond those of the text.
  private var written: LaneChunks?
  /// A part of each target, where there are teachers.
  var softTargets: (targets: SoftTargets, share: Float)?

  init(_ part: any StreamPart, text: EncodedText, plan: LanePlan) {
    self.part = part
    chunk = StreamChunk(steps: plan.sequenceLength, lanes: part.lanes.count)
    chunks = LaneChunks(text: text, plan: plan, lanes: part.lanes.clamped(to: 0..<plan.lanes))
  }

  /// Lets the lanes beyond those of the text read what teachers wrote, from an offset on and over
  /// and over, whatever the epoch. Places in it follow those of the text.
  /// - Parameter plan: its first lane is the one after the text's last.
  mutating func read(written text: EncodedText, plan: LanePlan, from offset: Int) {
    let first = chunks.plan.lanes
    let lanes =
      max(part.lanes.lowerBound, first) - first..<max(part.lanes.upperBound, first) - first
    var chunks = LaneChunks(
      text: text, plan: plan, lanes: lanes, firstIndex: self.chunks.text.count)
    chunks.startEpoch(offset: offset)
    written = chunks
  }

  /// Begins an epoch, or goes on in the middle of one.
  ///
  /// - Parameter states: of all lanes.
  mutating func start(offset: Int, chunk: Int, states: [RecurrentState]) {
    chunks.startEpoch(offset: offset)
    if chunk > 0 { chunks.seek(chunk: chunk) }
    for (lane, state) in states[part.lanes].enumerated() { part.load(state, lane: lane) }
  }

  /// Reads the next chunk and computes the gradients of `scale` times its loss.
  /// - Parameter masks: the random numbers of a lane's dropout masks.
  mutating func train(scale: Float, masks: (_ lane: Int) -> Xoshiro256) {
    let indices = softTargets == nil ? nil : chunk.indices
    chunks.next(
      inputs: chunk.symbols, targets: chunk.targets, targetIndices: indices, of: chunk.lanes)
    written?.next(
      inputs: chunk.symbols, targets: chunk.targets, targetIndices: indices,
      column: chunks.lanes.count,
      of: chunk.lanes)
    part.drawMasks { masks(part.lanes.lowerBound + $0) }
    loss = part.train(
      chunk, softTargets: softTargets.flatMap { chunk.rows(of: $0.targets, share: $0.share) },
      scale: scale)
  }

  /// The state of each of its lanes.
  func states(_ configuration: ModelConfiguration) -> [RecurrentState] {
    (0..<chunk.lanes).map { lane in
      var state = RecurrentState(configuration)
      part.save(lane: lane, into: &state)
      return state
    }
  }
}
