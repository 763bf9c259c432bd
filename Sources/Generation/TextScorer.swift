import CPU
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
  private let lanes: Int
  private let device: Device
  private let streams: any Streams
  private let readers: PerPart<LaneReader>

  /// - Parameters:
  ///   - precision: what the device reads fastest in if nil.
  ///   - lanes: parts to read side by side; 1 for an exact stateful pass.
  public init(
    _ model: Network, precision: Precision? = nil, lanes: Int = 1, device: Device = .cpu()
  ) {
    configuration = model.configuration
    self.lanes = lanes
    self.device = device
    streams = device.backend.streams(
      through: model,
      StreamUse(
        precision: precision ?? device.precision(for: .reading), lanes: lanes,
        steps: LaneReader.steps))
    readers = streams.perPart { LaneReader($0) }
  }

  /// Takes the weights of the same network in training.
  package func update(to model: Network) {
    streams.load(model.parameters)
  }

  /// Scores a text of at least two symbols.
  ///
  /// - Parameter progress: told now and then how many symbols have been read.
  /// - Throws: `ScoringError.deviceFailed`.
  public func score(
    _ text: EncodedText, progress: (_ symbols: Int) -> Void = { _ in }
  ) throws(ScoringError) -> TextScore {
    _ = readAll(
      text,
      goesOn: {
        progress(readers.values.reduce(0) { $0 + $1.position * $1.nats.count })
        return true
      }
    ) { $0.readChunk() }
    try device.checkScores()
    return total(text)
  }

  /// Scores a text of at least two symbols with one lane, symbol by symbol.
  ///
  /// - Parameter each: called for each symbol but the first, in order, with its surprisal in nats.
  /// - Throws: what `each` throws; `ScoringError.deviceFailed`.
  public func score(
    _ text: EncodedText, each: (_ symbol: Int32, _ surprisal: Float) throws -> Void
  ) throws -> TextScore {
    let plan = plan(for: text)
    precondition(lanes == 1, "symbols come in order from one lane only")
    let start = RecurrentState(configuration)
    streams.run(readers) { $0.begin(text, plan, from: start) }
    while readers[0].remaining > 0 {
      streams.run(readers) { $0.readChunk() }
      try device.checkScores()
      let reader = readers[0]
      for index in 0..<reader.read {
        try each(reader.chunk.targets[index], reader.chunk.losses[index])
      }
    }
    return total(text)
  }

  /// Adds `share` times what is expected of each symbol of the text, given all before it, to its
  /// soft targets, which begin at `firstIndex`.
  ///
  /// - Parameter goesOn: asked every few seconds.
  /// - Returns: whether all of it was read, which it is not where the device fails.
  package func addExpectations(
    of text: EncodedText, share: Float, to targets: SoftTargets, at firstIndex: Int = 0,
    goesOn: () -> Bool = { true }
  ) -> Bool {
    precondition(firstIndex + text.count <= targets.count, "soft targets of another text")
    return readAll(text, firstIndex: firstIndex, goesOn: goesOn) {
      $0.readChunk(adding: share, to: targets)
    }
  }

  /// Reads all of a text, chunk by chunk; returns whether it came to the end.
  private func readAll(
    _ text: EncodedText, firstIndex: Int = 0, goesOn: () -> Bool = { true },
    readChunk: @escaping @Sendable (inout LaneReader) -> Void
  ) -> Bool {
    let plan = plan(for: text)
    let start = RecurrentState(configuration)
    streams.run(readers) { $0.begin(text, plan, from: start, firstIndex: firstIndex) }
    while readers.values.contains(where: { $0.remaining > 0 }) {
      guard device.backend.failure == nil, goesOn() else { return false }
      streams.run(readers) { reader in
        for _ in 0..<Self.chunksBetweenQuestions where reader.remaining > 0 { readChunk(&reader) }
      }
    }
    return device.backend.failure == nil
  }

  private func plan(for text: EncodedText) -> LanePlan {
    precondition(text.count > 1, "there is nothing to predict in fewer than two symbols")
    return LanePlan(
      lanes: lanes, sequenceLength: LaneReader.steps, laneLength: (text.count - 1) / lanes)
  }

  private func total(_ text: EncodedText) -> TextScore {
    // Lane by lane, so that the sum does not depend on how a device divides them.
    TextScore(
      characters: text.count - 1, bytes: text.scoredByteCount,
      nats: readers.values.flatMap(\.nats).reduce(0, +))
  }
}

/// Some of the lanes of a text.
private struct LaneReader {
  static let steps = 128

  /// Steps still to read.
  private(set) var remaining = 0
  /// Steps of the last chunk.
  private(set) var read = 0
  /// By lane: the sum of its part so far.
  private(set) var nats: [Double]
  let chunk: StreamChunk
  private let part: any StreamPart
  private var chunks: LaneChunks?
  private var isWarm = false
  /// Steps of its parts that each lane has read.
  private(set) var position = 0

  init(_ part: any StreamPart) {
    self.part = part
    nats = Array(repeating: 0, count: part.lanes.count)
    chunk = StreamChunk(steps: Self.steps, lanes: part.lanes.count)
  }

  /// Puts each lane at its part of the text, warmed up on what comes before.
  mutating func begin(
    _ text: EncodedText, _ plan: LanePlan, from start: RecurrentState, firstIndex: Int = 0
  ) {
    var chunks = LaneChunks(text: text, plan: plan, lanes: part.lanes, firstIndex: firstIndex)
    let warmUp = min(TextScorer.warmUp, (plan.lanes - 1) * plan.laneLength)
    chunks.startEpoch(offset: (text.count - warmUp) % text.count)
    self.chunks = chunks
    for lane in 0..<part.lanes.count { part.load(start, lane: lane) }
    isWarm = false
    // A lane with less than a whole warm-up before its part comes from the text's end, and starts
    // anew where it comes to the beginning: the last lanes first.
    var ahead = warmUp
    for lane in (0..<part.lanes.count).reversed() {
      let before = (part.lanes.lowerBound + lane) * plan.laneLength
      guard before < warmUp else { continue }
      read(steps: ahead - before)
      part.load(start, lane: lane)
      ahead = before
    }
    read(steps: ahead)
    isWarm = true
    position = 0
    nats = nats.map { _ in 0 }
    // The last lane's part takes in what the division leaves over; the others read on in vain.
    remaining = plan.laneLength + (text.count - 1) % plan.lanes
  }

  private mutating func read(steps: Int) {
    remaining = steps
    while remaining > 0 { readChunk() }
  }

  /// Reads the next chunk of all lanes.
  mutating func readChunk(adding share: Float = 0, to softTargets: SoftTargets? = nil) {
    guard let plan = chunks?.plan else { return }
    let steps = min(Self.steps, remaining)
    let lanes = part.lanes
    chunks?.next(
      steps: steps, inputs: chunk.symbols, targets: chunk.targets,
      targetIndices: softTargets == nil ? nil : chunk.indices)
    func counted(_ lane: Int) -> Int {
      let isLast = lanes.lowerBound + lane == plan.lanes - 1
      return isLast ? steps : max(0, min(steps, plan.laneLength - position))
    }
    if softTargets != nil {
      // Of what is read in vain nothing is expected.
      for lane in 0..<lanes.count {
        for step in counted(lane)..<steps { chunk.indices[step * lanes.count + lane] = 0 }
      }
    }
    _ = part.evaluate(
      chunk, steps: steps,
      distributions: softTargets.flatMap { chunk.rows(of: $0, share: share) })
    if isWarm {
      for lane in 0..<lanes.count {
        for step in 0..<counted(lane) {
          nats[lane] += Double(chunk.losses[step * lanes.count + lane])
        }
      }
    }
    remaining -= steps
    position += steps
    read = steps
  }
}

extension EncodedText {
  /// Bytes of all symbols but the first, which is not scored; those of unknown characters are of none.
  var scoredByteCount: Int {
    var cursor = Cursor(self)
    let first = withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1) { symbol in
      cursor.read(1, into: symbol)
      return vocabulary.byteCount(of: symbol[0])
    }
    return byteRange.count - unknownByteCount - first
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
