import Recurrent
import Text

/// Scores texts with a model: the surprisal of each symbol, given all before it.
///
/// One lane reads the text as one stream, its state carried from beginning to end. Several lanes
/// read as many parts of it side by side, which is faster; each begins with a warm-up on the symbols
/// before its part, so that little context is lost.
public final class TextScorer {
  /// Symbols that a lane reads before its part begins.
  public static let warmUp = 512
  private static let chunksBetweenQuestions = 16

  private let configuration: ModelConfiguration
  private let weights: PackedWeights
  private let team: WorkerTeam
  private let readers: [Reader]
  private let productThreads: Int

  /// - Parameters:
  ///   - lanes: parts to read side by side; 1 for an exact stateful pass.
  ///   - threads: those that share the lanes, or with one lane its matrix products.
  public convenience init(
    _ model: Network, precision: Precision = .native, lanes: Int = 1, threads: Int = 1
  ) {
    self.init(
      model, precision: precision, lanes: lanes, team: WorkerTeam(count: min(lanes, threads)),
      productThreads: lanes == 1 ? threads : 1)
  }

  /// A scorer that works with a team that is there already.
  package init(
    _ model: Network, precision: Precision, lanes: Int, team: WorkerTeam,
    productThreads: Int = 1
  ) {
    configuration = model.configuration
    self.team = team
    self.productThreads = productThreads
    let workers = min(lanes, team.count)
    (weights, readers) = withProductThreads(productThreads) {
      let weights = PackedWeights(
        model,
        for: .init(
          precision: precision, lanes: (lanes + workers - 1) / workers, training: false,
          inputTable: true))
      let readers = (0..<workers).map { worker in
        Reader(weights, lanes: lanes * worker / workers..<lanes * (worker + 1) / workers)
      }
      return (weights, readers)
    }
  }

  /// Takes the model's weights as they are now; for one that is still being trained.
  package func update() {
    team.run { [weights, team] worker in
      weights.packShare(of: worker, workers: team.count)
    }
  }

  /// Scores a text of at least two symbols.
  public func score(_ text: EncodedText) -> TextScore {
    _ = readAll(text) { $0.readChunk() }
    return total(text)
  }

  /// Scores a text of at least two symbols with one lane, symbol by symbol.
  ///
  /// - Parameter each: called for each symbol but the first, in order, with its surprisal in nats.
  /// - Throws: what `each` throws.
  public func score<Failure: Error>(
    _ text: EncodedText, each: (_ symbol: Int32, _ surprisal: Float) throws(Failure) -> Void
  ) throws(Failure) -> TextScore {
    let plan = plan(for: text)
    precondition(plan.lanes == 1, "symbols come in order from one lane only")
    let reader = readers[0]
    reader.begin(text, plan, from: RecurrentState(configuration))
    while reader.remaining > 0 {
      let count = withProductThreads(productThreads) { reader.readChunk() }
      for index in 0..<count { try each(reader.targets[index], reader.losses[index]) }
    }
    return total(text)
  }

  /// Adds `share` times what is expected of each symbol of the text, given all before it, to its
  /// soft targets, which begin at `firstPlace`.
  ///
  /// - Parameter goesOn: asked every few seconds.
  /// - Returns: whether all of it was read.
  package func addExpectations(
    of text: EncodedText, share: Float, to targets: SoftTargets, at firstPlace: Int = 0,
    goesOn: () -> Bool = { true }
  ) -> Bool {
    precondition(firstPlace + text.count <= targets.count, "soft targets of another text")
    return readAll(text, firstPlace: firstPlace, goesOn: goesOn) {
      $0.readChunk(adding: share, to: targets)
    }
  }

  /// Reads all of a text, each worker its lanes chunk by chunk; returns whether it came to the end.
  private func readAll(
    _ text: EncodedText, firstPlace: Int = 0, goesOn: () -> Bool = { true },
    readChunk: @escaping @Sendable (Reader) -> Void
  ) -> Bool {
    let plan = plan(for: text)
    let start = RecurrentState(configuration)
    runReaders { $0.begin(text, plan, from: start, firstPlace: firstPlace) }
    while readers.contains(where: { $0.remaining > 0 }) {
      guard goesOn() else { return false }
      runReaders { reader in
        for _ in 0..<Self.chunksBetweenQuestions where reader.remaining > 0 { readChunk(reader) }
      }
    }
    return true
  }

  private func runReaders(_ read: @escaping @Sendable (Reader) -> Void) {
    if readers.count == 1 {
      withProductThreads(productThreads) { read(readers[0]) }
    } else {
      team.run { [readers] worker in
        if worker < readers.count { read(readers[worker]) }
      }
    }
  }

  private func plan(for text: EncodedText) -> LanePlan {
    precondition(text.count > 1, "there is nothing to predict in fewer than two symbols")
    let lanes = readers.reduce(0) { $0 + $1.lanes.count }
    return LanePlan(
      lanes: lanes, sequenceLength: Reader.steps, laneLength: (text.count - 1) / lanes)
  }

  private func total(_ text: EncodedText) -> TextScore {
    // Lane by lane, so that the sum does not depend on how many workers there are.
    TextScore(
      characters: text.count - 1, bytes: text.byteRange.count - text.firstSymbolByteCount,
      nats: readers.flatMap(\.nats).reduce(0, +))
  }
}

/// One worker's lanes of a text.
///
/// Unchecked: a worker has it to itself while the team runs, and the scorer between runs.
private final class Reader: @unchecked Sendable {
  static let steps = 128

  let lanes: Range<Int>
  /// Steps still to read.
  private(set) var remaining = 0
  /// By lane: the sum of its part so far.
  private(set) var nats: [Double]
  /// `[T, B]`
  let targets: UnsafeMutableBufferPointer<Int32>
  /// `[T, B]`
  let losses: UnsafeMutableBufferPointer<Float>
  private let inputs: UnsafeMutableBufferPointer<Int32>
  /// `[T, B]`: where in the text each target stands.
  private let places: UnsafeMutableBufferPointer<Int64>
  private let workspace: LanguageModelWorkspace
  private var chunks: LaneChunks?
  private var isWarm = false
  private var position = 0

  init(_ weights: PackedWeights, lanes: Range<Int>) {
    self.lanes = lanes
    nats = Array(repeating: 0, count: lanes.count)
    workspace = LanguageModelWorkspace(weights, steps: Self.steps, lanes: lanes.count)
    let count = Self.steps * lanes.count
    inputs = .allocate(capacity: count)
    targets = .allocate(capacity: count)
    losses = .allocate(capacity: count)
    places = .allocate(capacity: count)
    places.initialize(repeating: 0)
    inputs.initialize(repeating: 0)
    targets.initialize(repeating: 0)
    losses.initialize(repeating: 0)
  }

  deinit {
    inputs.deallocate()
    targets.deallocate()
    losses.deallocate()
    places.deallocate()
  }

  /// Puts each lane at its part of the text, warmed up on what comes before.
  func begin(
    _ text: EncodedText, _ plan: LanePlan, from start: RecurrentState, firstPlace: Int = 0
  ) {
    var chunks = LaneChunks(text: text, plan: plan, lanes: lanes, firstPlace: firstPlace)
    let warmUp = min(TextScorer.warmUp, (plan.lanes - 1) * plan.laneLength)
    chunks.startEpoch(offset: (text.count - warmUp) % text.count)
    self.chunks = chunks
    for lane in 0..<lanes.count { workspace.load(start, lane: lane) }
    isWarm = false
    // A lane with less than a whole warm-up before its part comes from the text's end, and starts
    // anew where it comes to the beginning: the last lanes first.
    var ahead = warmUp
    for lane in (0..<lanes.count).reversed() {
      let before = (lanes.lowerBound + lane) * plan.laneLength
      guard before < warmUp else { continue }
      read(steps: ahead - before)
      workspace.load(start, lane: lane)
      ahead = before
    }
    read(steps: ahead)
    isWarm = true
    position = 0
    nats = nats.map { _ in 0 }
    // The last lane's part takes in what the division leaves over; the others read on in vain.
    remaining = plan.laneLength + (text.count - 1) % plan.lanes
  }

  private func read(steps: Int) {
    remaining = steps
    while remaining > 0 { readChunk() }
  }

  /// Reads the next chunk of all lanes and returns its steps.
  @discardableResult
  func readChunk(adding share: Float = 0, to softTargets: SoftTargets? = nil) -> Int {
    guard let input = inputs.baseAddress, let target = targets.baseAddress,
      let place = places.baseAddress, let plan = chunks?.plan
    else { return 0 }
    let steps = min(Self.steps, remaining)
    chunks?.next(
      steps: steps, inputs: inputs, targets: targets, places: softTargets == nil ? nil : places)
    func counted(_ lane: Int) -> Int {
      let isLast = lanes.lowerBound + lane == plan.lanes - 1
      return isLast ? steps : max(0, min(steps, plan.laneLength - position))
    }
    if softTargets != nil {
      // Of what is read in vain nothing is expected.
      for lane in 0..<lanes.count {
        for step in counted(lane)..<steps { places[step * lanes.count + lane] = 0 }
      }
    }
    _ = workspace.evaluate(
      input, targets: target, steps: steps, losses: losses.baseAddress,
      distributions: softTargets.map { SoftTargets.Rows($0, index: place, share: share) })
    if isWarm {
      for lane in 0..<lanes.count {
        for step in 0..<counted(lane) { nats[lane] += Double(losses[step * lanes.count + lane]) }
      }
    }
    remaining -= steps
    position += steps
    return steps
  }
}

extension EncodedText {
  /// Bytes of the first symbol, which is not scored.
  var firstSymbolByteCount: Int {
    var cursor = Cursor(self)
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1) { symbol in
      cursor.read(1, into: symbol)
      return vocabulary.byteCount(of: symbol[0])
    }
  }
}

extension Vocabulary {
  /// Bytes of a symbol's UTF-8.
  func byteCount(of symbol: Int32) -> Int {
    switch self[symbol] {
    case .scalar(let scalar): UTF8.width(scalar)
    case .byte: 1
    }
  }
}
