import CPU
import Recurrent
import Synchronization
import Text

/// A text to be written.
public struct WritingRequest: Sendable {
  /// What the text goes on from, in the model's symbols; it is not part of what is written.
  public var prompt: [Int32]
  /// Chooses the text. One request and seed give the same text in any company.
  public var random: Xoshiro256

  public init(prompt: [Int32], random: Xoshiro256) {
    self.prompt = prompt
    self.random = random
  }
}

/// Writes many texts beside each other: one matrix product a step for many lanes.
///
/// A lane whose text ends goes on with the next request at once, so that batches stay full.
public final class BatchGenerator {
  private let vocabulary: Vocabulary
  private let configuration: ModelConfiguration
  private let device: Device
  private let streams: any Streams
  private let parts: PerPart<WritingLanes>

  /// - Parameters:
  ///   - precision: what the device reads fastest in if nil.
  ///   - lanes: texts written at a time.
  public init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision? = nil, lanes: Int,
    device: Device = .cpu()
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize && lanes > 0)
    self.vocabulary = vocabulary
    configuration = model.configuration
    self.device = device
    streams = device.backend.streams(
      through: model,
      StreamUse(precision: precision ?? device.precision(for: .reading), lanes: lanes, steps: 1))
    let allowed = AllowedSymbols(vocabulary)
    parts = streams.perPart { part in
      WritingLanes(
        part, configuration: model.configuration, vocabulary: vocabulary, allowed: allowed)
    }
  }

  /// Writes `count` texts.
  ///
  /// - Parameters:
  ///   - passages: what is written never contains one of them.
  ///   - request: the text of a number from 0; called from any thread.
  ///   - deliver: takes each text when it is complete, in the order of numbers, from any
  ///     thread but one call at a time, and must not use the generator's device; returns whether to go
  ///     on.
  /// - Throws: `SamplingOptionsError`, `StopStringsError`, `BiasError`; `BansError` once all texts before the first
  ///   that cannot be written are delivered, or the first error of `deliver`; the device's, where it fails.
  public func write(
    count: Int, _ options: WritingOptions, avoiding passages: PassageSet? = nil,
    request: @escaping @Sendable (_ index: Int) -> WritingRequest,
    deliver: @escaping @Sendable (_ index: Int, _ text: [UInt8], Passage) throws -> Bool
  ) throws {
    let rules = try WritingRules(
      options, avoiding: passages, vocabulary: vocabulary, configuration)
    let queue = Queue()
    streams.run(parts) { [device] lanes in
      lanes.write(
        rules, on: device,
        next: {
          let index = queue.nextRequest.add(1, ordering: .relaxed).oldValue
          return index < count ? (index, request(index)) : nil
        },
        deliver: { finished in
          queue.outbox.withLock { $0.add(finished, deliver: deliver) }
        })
    }
    if let error = queue.outbox.withLock({ $0.error }) { throw error }
    try device.check()
  }
}

/// A text that is complete.
private struct FinishedText: Sendable {
  var index: Int
  var text: [UInt8]
  var passage: Passage
  /// Why it could not be written.
  var failure: BansError?
}

/// What all parts of the lanes share: which text is next, and where complete ones go.
private final class Queue: Sendable {
  let nextRequest = Atomic(0)
  let outbox = Mutex(Outbox())
}

/// Puts texts in order that are completed in any.
private struct Outbox: Sendable {
  private var waiting: [Int: FinishedText] = [:]
  private var next = 0
  private var goesOn = true
  private(set) var error: (any Error)?

  /// Delivers all that are next in order; returns whether to go on.
  mutating func add(
    _ finished: FinishedText, deliver: (Int, [UInt8], Passage) throws -> Bool
  ) -> Bool {
    waiting[finished.index] = finished
    while goesOn, let finished = waiting.removeValue(forKey: next) {
      do {
        if let failure = finished.failure { throw failure }
        goesOn = try deliver(next, finished.text, finished.passage)
      } catch {
        self.error = error
        goesOn = false
      }
      next += 1
    }
    return goesOn
  }
}

/// Some of the lanes, each writing one text after the other.
private struct WritingLanes {
  private let configuration: ModelConfiguration
  private let vocabulary: Vocabulary
  private let allowed: AllowedSymbols
  private let part: any StreamPart
  private var lanes: [Lane?]
  /// By lane; nil where it has no text.
  private var steps: [LaneStep?]
  private var candidates: Candidates

  private struct Lane {
    let number: Int
    var lane: WritingLane
  }

  init(
    _ part: any StreamPart, configuration: ModelConfiguration, vocabulary: Vocabulary,
    allowed: AllowedSymbols
  ) {
    self.part = part
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.allowed = allowed
    lanes = Array(repeating: nil, count: part.lanes.count)
    steps = Array(repeating: nil, count: part.lanes.count)
    candidates = Candidates(vocabularySize: vocabulary.count)
  }

  mutating func write(
    _ rules: WritingRules, on device: Device, next: () -> (Int, WritingRequest)?,
    deliver: (FinishedText) -> Bool
  ) {
    var symbols = [Int32](repeating: 0, count: lanes.count)
    var goesOn = true

    /// Gives a free lane the next text that has anything to be written.
    func fill(_ index: Int) {
      while goesOn, steps[index] == nil, let (number, request) = next() {
        let lane: WritingLane
        do {
          lane = try WritingLane(request, rules, vocabulary: vocabulary)
        } catch {
          goesOn = deliver(
            FinishedText(index: number, text: [], passage: Passage(), failure: error))
          continue
        }
        if lane.isFinished {
          goesOn = deliver(FinishedText(index: number, text: [], passage: lane.passage))
        } else {
          lanes[index] = Lane(number: number, lane: lane)
          steps[index] = lane.next
          part.load(RecurrentState(configuration), lane: index)
        }
      }
    }

    for index in lanes.indices { fill(index) }
    while goesOn && steps.contains(where: { $0 != nil }) {
      for (index, step) in steps.enumerated() { symbols[index] = step?.symbol ?? 0 }
      guard steps.contains(where: { $0?.predicts == true }) else {
        symbols.withUnsafeBufferPointer { part.read($0) }
        for index in lanes.indices { steps[index] = lanes[index]?.lane.readOn() }
        continue
      }
      let logits = symbols.withUnsafeBufferPointer { part.logits(after: $0) }
      // `BatchGenerator.write` says why.
      guard device.backend.failure == nil else { break }
      for index in lanes.indices where steps[index] != nil {
        let row = logits[index * vocabulary.count..<(index + 1) * vocabulary.count]
        if let finished = advance(index, UnsafeBufferPointer(rebasing: row)) {
          goesOn = deliver(finished)
          fill(index)
        }
      }
    }
    for index in lanes.indices { (lanes[index], steps[index]) = (nil, nil) }
  }

  /// Takes a lane's logits; returns its text and frees it if that is complete.
  private mutating func advance(
    _ index: Int, _ logits: UnsafeBufferPointer<Float>
  ) -> FinishedText? {
    var failure: BansError?
    do {
      steps[index] = try lanes[index]?.lane.advance(
        logits, allowed: allowed, candidates: &candidates, lane: (part, index))
      if steps[index] != nil { return nil }
    } catch {
      (steps[index], failure) = (nil, error)
    }
    guard let ended = lanes[index] else { return nil }
    lanes[index] = nil
    return FinishedText(
      index: ended.number, text: failure == nil ? ended.lane.text : [],
      passage: ended.lane.passage, failure: failure)
  }
}
