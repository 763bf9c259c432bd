import CPU
import Glibc
import Recurrent
import Text

/// A text that joins a batch while others are being written.
package struct JoiningText: Sendable {
  package var request: WritingRequest
  package var rules: WritingRules
  /// How many of the most probable symbols to report for each symbol; nil to report none.
  package var alternatives: Int?
  /// Whether to report the prompt's symbols too, and the symbol after all where nothing is written.
  package var reportsPrompt: Bool
  /// Takes what comes, on any thread but one call at a time; returns whether to go on.
  package var receive: @Sendable (WritingEvent) -> Bool

  package init(
    _ request: WritingRequest, _ rules: WritingRules, alternatives: Int? = nil,
    reportsPrompt: Bool = false, receive: @escaping @Sendable (WritingEvent) -> Bool
  ) {
    self.request = request
    self.rules = rules
    self.alternatives = alternatives
    self.reportsPrompt = reportsPrompt
    self.receive = receive
  }
}

/// What happens to a text that is being written.
package enum WritingEvent: Sendable {
  /// A step: what can be shown, UTF-8 of whole characters, perhaps nothing.
  case wrote([UInt8], SymbolReport?)
  case finished(Passage)
  case failed(BansError)
}

/// How probable a symbol was under the model's own distribution, before any option.
package struct SymbolReport: Sendable {
  package var symbol: Int32
  /// In nats.
  package var logProbability: Float
  /// The most probable symbols, the most probable first.
  package var alternatives: [(symbol: Int32, logProbability: Float)]
  package var isPrompt: Bool
  /// How many symbols before it were taken back first, for a ban; they are whole characters, but for bytes
  /// of one that was begun.
  package var takenBack: Int

  init(
    _ symbol: Int32, after logits: UnsafeBufferPointer<Float>, alternatives: Int, isPrompt: Bool,
    takenBack: Int
  ) {
    self.symbol = symbol
    self.isPrompt = isPrompt
    self.takenBack = takenBack
    let normalizer = logSumExp(logits)
    func logarithm(_ symbol: Int32) -> Float {
      normalizer > -.infinity
        ? Float(Double(logits[Int(symbol)].asLogit) - normalizer) : -logf(Float(logits.count))
    }
    logProbability = logarithm(symbol)
    self.alternatives = mostProbable(alternatives, logits: logits).map {
      ($0.symbol, logarithm($0.symbol))
    }
  }
}

/// Writes texts that join and leave at any step, each by options of its own: one matrix product a step
/// for all of them.
///
/// A text is what `Generator` writes alone, whoever else is there. Products cost by lanes, taken or not, so
/// texts move to more or fewer lanes as their number changes: their states are copied. Weights are packed
/// once for each number of lanes, when it is first needed. Not for several threads at a time.
package final class ContinuousBatch {
  private let model: Network
  private let vocabulary: Vocabulary
  private let precision: Precision
  private let device: Device
  private let allowed: AllowedSymbols
  /// Numbers of lanes, rising; the last is the most texts at a time.
  private let sizes: [Int]
  private var sets: [LaneSet?]
  private var current = 0
  /// Texts that are being written.
  package private(set) var count = 0

  /// - Parameters:
  ///   - precision: what the device reads fastest in if nil.
  ///   - lanes: the most texts at a time.
  package init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision? = nil, lanes: Int,
    device: Device = .cpu()
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize && lanes > 0)
    self.model = model
    self.vocabulary = vocabulary
    self.precision = precision ?? device.precision(for: .reading)
    self.device = device
    allowed = AllowedSymbols(vocabulary)
    sizes = [1, 4, 16, 64].filter { $0 < lanes } + [lanes]
    sets = Array(repeating: nil, count: sizes.count)
  }

  package var lanes: Int { sizes[sizes.count - 1] }

  /// Takes a text, whose rules are for this model; returns whether there was room.
  ///
  /// - Throws: `BansError` for a pattern that the prompt shows to be too much.
  package func add(_ text: JoiningText) throws(BansError) -> Bool {
    guard count < lanes else { return false }
    let lane = try WritingLane(text.request, text.rules, vocabulary: vocabulary)
    guard !lane.isFinished || (text.reportsPrompt && lane.readsOn) else {
      _ = text.receive(.finished(lane.passage))
      return true
    }
    resize(for: count + 1)
    set(current).add(lane, text, state: RecurrentState(model.configuration))
    count += 1
    return true
  }

  /// Reads one symbol of every text, and draws the next where its prompt is over.
  ///
  /// - Throws: `DeviceError`; what the texts have come to counts, and they cannot go on.
  package func step() throws(DeviceError) {
    guard count > 0 else { return }
    count = set(current).step(on: device)
    try device.check()
    resize(for: count)
  }

  /// Gives up all texts.
  package func removeAll() {
    count = 0
    for set in sets { set?.removeAll() }
  }

  private func resize(for count: Int) {
    let wanted = sizes.firstIndex { $0 >= count } ?? sizes.count - 1
    guard wanted != current, count > 0 else { return }
    let (old, new) = (set(current), set(wanted))
    for (lane, text, state) in old.takeAll(blank: RecurrentState(model.configuration)) {
      new.add(lane, text, state: state)
    }
    current = wanted
  }

  private func set(_ index: Int) -> LaneSet {
    if let set = sets[index] { return set }
    let streams = device.backend.streams(
      through: model, StreamUse(precision: precision, lanes: sizes[index], steps: 1))
    let set = LaneSet(streams, vocabulary: vocabulary, allowed: allowed)
    sets[index] = set
    return set
  }
}

/// Lanes of one number, in the parts that the device runs side by side.
private final class LaneSet {
  private let streams: any Streams
  private let parts: PerPart<JoinedLanes>

  init(_ streams: any Streams, vocabulary: Vocabulary, allowed: AllowedSymbols) {
    self.streams = streams
    parts = streams.perPart { JoinedLanes($0, vocabularySize: vocabulary.count, allowed: allowed) }
  }

  private var indices: Range<Int> { 0..<streams.parts.count }

  /// Puts a text where the fewest are; there must be room.
  func add(_ lane: WritingLane, _ text: JoiningText, state: RecurrentState) {
    let emptiest = indices.max { parts[$0].room < parts[$1].room }
    if let emptiest { parts[emptiest].add(lane, text, state: state) }
  }

  /// Returns how many texts are left.
  func step(on device: Device) -> Int {
    streams.run(parts) { $0.step(on: device) }
    return indices.reduce(0) { $0 + parts[$1].count }
  }

  func takeAll(blank: RecurrentState) -> [(WritingLane, JoiningText, RecurrentState)] {
    indices.flatMap { parts[$0].takeAll(blank: blank) }
  }

  func removeAll() {
    for index in indices { parts[index].removeAll() }
  }
}

/// Some of the lanes, of which any may be free.
private struct JoinedLanes {
  private let part: any StreamPart
  private let vocabularySize: Int
  private let allowed: AllowedSymbols
  private var lanes: [Joined?]
  /// By lane; nil where it is free.
  private var steps: [LaneStep?]
  private var symbols: [Int32]
  private var candidates: Candidates
  private(set) var count = 0

  init(_ part: any StreamPart, vocabularySize: Int, allowed: AllowedSymbols) {
    self.part = part
    self.vocabularySize = vocabularySize
    self.allowed = allowed
    lanes = Array(repeating: nil, count: part.lanes.count)
    steps = Array(repeating: nil, count: part.lanes.count)
    symbols = Array(repeating: 0, count: part.lanes.count)
    candidates = Candidates(vocabularySize: vocabularySize)
  }

  var room: Int { lanes.count - count }

  mutating func add(_ lane: WritingLane, _ text: JoiningText, state: RecurrentState) {
    guard let free = steps.firstIndex(where: { $0 == nil }) else {
      preconditionFailure("there is no room")
    }
    let joined = Joined(lane: lane, text: text)
    lanes[free] = joined
    steps[free] = joined.next
    part.load(state, lane: free)
    count += 1
  }

  mutating func takeAll(
    blank: RecurrentState
  ) -> [(WritingLane, JoiningText, RecurrentState)] {
    let taken = lanes.indices.compactMap { index in
      lanes[index].map { joined in
        var state = blank
        part.save(lane: index, into: &state)
        return (joined.lane, joined.text, state)
      }
    }
    removeAll()
    return taken
  }

  mutating func removeAll() {
    for index in lanes.indices { (lanes[index], steps[index]) = (nil, nil) }
    count = 0
  }

  mutating func step(on device: Device) {
    guard count > 0 else { return }
    for (index, step) in steps.enumerated() { symbols[index] = step?.symbol ?? 0 }
    guard steps.contains(where: { $0?.predicts == true }) else {
      symbols.withUnsafeBufferPointer { part.read($0) }
      for index in lanes.indices where steps[index] != nil {
        go(on: lanes[index]?.readOn(), index)
      }
      return
    }
    let logits = symbols.withUnsafeBufferPointer { part.logits(after: $0) }
    // `ContinuousBatch.step` says why.
    guard device.backend.failure == nil else { return }
    for index in lanes.indices where steps[index] != nil {
      let row = logits[index * vocabularySize..<(index + 1) * vocabularySize]
      let step = lanes[index]?.advance(
        UnsafeBufferPointer(rebasing: row), allowed: allowed, candidates: &candidates,
        lane: (part, index))
      go(on: step, index)
    }
  }

  /// Frees a lane that takes no step any more.
  private mutating func go(on step: LaneStep?, _ index: Int) {
    steps[index] = step
    guard step == nil else { return }
    lanes[index] = nil
    count -= 1
  }
}

/// A text that one of the lanes writes, and its reader. Its steps return nil where they were the last.
private struct Joined {
  private(set) var lane: WritingLane
  let text: JoiningText

  init(lane: WritingLane, text: JoiningText) {
    self.lane = lane
    self.text = text
  }

  var next: LaneStep {
    LaneStep(symbol: lane.symbol, predicts: !lane.readsOn || text.reportsPrompt)
  }

  mutating func readOn() -> LaneStep? {
    _ = lane.readOn()
    return pass(on: nil)
  }

  mutating func advance(
    _ logits: UnsafeBufferPointer<Float>, allowed: AllowedSymbols, candidates: inout Candidates,
    lane place: (part: any StreamPart, index: Int)
  ) -> LaneStep? {
    let ofPrompt = lane.nextOfPrompt
    // A text of no characters ends when its prompt is read.
    let draws = ofPrompt == nil && !lane.isFinished
    let written = draws ? lane.passage.symbols : nil
    do {
      if ofPrompt != nil || draws {
        _ = try lane.advance(logits, allowed: allowed, candidates: &candidates, lane: place)
      }
    } catch {
      _ = text.receive(.failed(error))
      return nil
    }
    return pass(on: report(logits, ofPrompt: ofPrompt, after: written))
  }

  /// What is to be told of the symbol that was just taken.
  ///
  /// - Parameter written: symbols of the text before it was drawn; nil where it was not.
  private func report(
    _ logits: UnsafeBufferPointer<Float>, ofPrompt: Int32?, after written: Int?
  ) -> SymbolReport? {
    guard let alternatives = text.alternatives, ofPrompt == nil || text.reportsPrompt else {
      return nil
    }
    func report(_ symbol: Int32, after logits: UnsafeBufferPointer<Float>) -> SymbolReport {
      SymbolReport(
        symbol, after: logits, alternatives: alternatives, isPrompt: ofPrompt != nil,
        takenBack: written.map { $0 + 1 - lane.passage.symbols } ?? 0)
    }
    if let ofPrompt { return report(ofPrompt, after: logits) }
    if written != nil, let drawnFrom = lane.drawnFrom {
      return drawnFrom.withUnsafeBufferPointer { report(lane.symbol, after: $0) }
    }
    return report(lane.symbol, after: logits)
  }

  /// Tells the reader what there is.
  private mutating func pass(on report: SymbolReport?) -> LaneStep? {
    let bytes = lane.text
    lane.text = []
    guard text.receive(.wrote(bytes, report)) else { return nil }
    guard !lane.isFinished || lane.readsOn else {
      _ = text.receive(.finished(lane.passage))
      return nil
    }
    return next
  }
}
