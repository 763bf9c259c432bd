import Recurrent
import Text

/// One worker's lanes of the training part and of what teachers wrote, and its gradients.
///
/// Unchecked: a worker has it to itself while the team runs, and the trainer between runs.
final class TrainingWorker: @unchecked Sendable {
  let lanes: Range<Int>
  let gradients: FloatBuffer
  /// The sum of its targets' surprisal over the last chunk, in nats.
  private(set) var loss = 0.0
  private let workspace: LanguageModelWorkspace
  private var chunks: LaneChunks
  /// What teachers wrote, in the lanes beyond those of the text.
  private var written: LaneChunks?
  /// `[T, B]` each
  private let inputs: UnsafeMutableBufferPointer<Int32>
  private let targets: UnsafeMutableBufferPointer<Int32>
  /// `[T, B]`: the place of each target among all there are.
  private let places: UnsafeMutableBufferPointer<Int64>
  /// A part of each target, where there are teachers.
  var softTargets: (targets: SoftTargets, share: Float)?

  init(
    _ weights: PackedWeights, text: EncodedText, plan: LanePlan, lanes: Range<Int>,
    dropout: Dropout, parameterCount: Int
  ) {
    self.lanes = lanes
    gradients = FloatBuffer(count: parameterCount)
    workspace = LanguageModelWorkspace(
      weights, steps: plan.sequenceLength, lanes: lanes.count, dropout: dropout)
    chunks = LaneChunks(text: text, plan: plan, lanes: lanes.clamped(to: 0..<plan.lanes))
    let count = plan.sequenceLength * lanes.count
    inputs = .allocate(capacity: count)
    targets = .allocate(capacity: count)
    places = .allocate(capacity: count)
    places.initialize(repeating: 0)
    inputs.initialize(repeating: 0)
    targets.initialize(repeating: 0)
  }

  deinit {
    inputs.deallocate()
    targets.deallocate()
    places.deallocate()
  }

  /// Lets the lanes beyond those of the text read what teachers wrote, from an offset on and over
  /// and over, whatever the epoch. Places in it follow those of the text.
  /// - Parameter plan: its first lane is the one after the text's last.
  func read(written text: EncodedText, plan: LanePlan, from offset: Int) {
    let first = chunks.plan.lanes
    let lanes = max(lanes.lowerBound, first) - first..<max(lanes.upperBound, first) - first
    var chunks = LaneChunks(
      text: text, plan: plan, lanes: lanes, firstPlace: self.chunks.text.count)
    chunks.startEpoch(offset: offset)
    written = chunks
  }

  /// Begins an epoch, or goes on in the middle of one.
  func start(offset: Int, chunk: Int, states: ArraySlice<RecurrentState>) {
    chunks.startEpoch(offset: offset)
    if chunk > 0 { chunks.seek(chunk: chunk) }
    for (lane, state) in states.enumerated() { workspace.load(state, lane: lane) }
  }

  /// Reads the next chunk and computes the gradients of `scale` times its loss.
  /// - Parameter masks: the generator of a lane's dropout masks.
  func train(scale: Float, masks: (_ lane: Int) -> Xoshiro256) {
    let places = softTargets == nil ? nil : places
    chunks.next(inputs: inputs, targets: targets, places: places, of: lanes.count)
    written?.next(
      inputs: inputs, targets: targets, places: places, column: chunks.lanes.count, of: lanes.count)
    workspace.drawMasks { masks(lanes.lowerBound + $0) }
    guard let input = inputs.baseAddress, let target = targets.baseAddress,
      let place = self.places.baseAddress
    else { return }
    loss = workspace.train(
      input, targets: target,
      softTargets: softTargets.map {
        SoftTargets.Rows($0.targets, index: place, share: $0.share)
      },
      scale: scale, gradients: gradients)
  }

  /// The state of each of its lanes.
  func states(_ configuration: ModelConfiguration) -> [RecurrentState] {
    (0..<lanes.count).map { lane in
      var state = RecurrentState(configuration)
      workspace.save(lane: lane, into: &state)
      return state
    }
  }
}
