import Recurrent
import Text

/// One of several ways to go on from the same place of a text.
package struct Continuation: Sendable {
  package var options: WritingOptions
  /// Its next number draws the first symbol.
  package var random: Xoshiro256

  package init(_ options: WritingOptions, random: Xoshiro256) {
    self.options = options
    self.random = random
  }
}

/// What a continuation has come to.
package struct ContinuedText: Sendable {
  /// UTF-8 of whole characters.
  package var text: [UInt8]
  package var passage: Passage
  /// After the last symbol drawn.
  package var end: TextState
}

/// Writes several continuations of one text beside each other: one matrix product a step for all of them.
///
/// Each is what `Generator.write` writes alone, with the same state at its end. Not for several threads at
/// a time.
package final class ContinuationBatch {
  private let vocabulary: Vocabulary
  private let configuration: ModelConfiguration
  private let device: Device
  private let streams: any Streams
  private let parts: PerPart<ContinuationLanes>
  package let lanes: Int

  /// - Parameters:
  ///   - precision: what the device reads fastest in if nil.
  ///   - lanes: continuations written at a time.
  package init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision? = nil, lanes: Int,
    device: Device = .cpu()
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize && lanes > 0)
    self.vocabulary = vocabulary
    self.lanes = lanes
    configuration = model.configuration
    self.device = device
    streams = device.backend.streams(
      through: model,
      StreamUse(precision: precision ?? device.precision(for: .reading), lanes: lanes, steps: 1))
    let allowed = AllowedSymbols(vocabulary)
    parts = streams.perPart { part in
      ContinuationLanes(part, vocabularySize: vocabulary.count, allowed: allowed)
    }
  }

  /// Writes on from `state`, as many at a time as there are lanes.
  ///
  /// - Parameters:
  ///   - preceding: as for `Generator.write`.
  ///   - passages: what is written never contains one of them.
  ///   - goesOn: asked before each step.
  /// - Returns: the texts in the order of `continuations`; nil where `goesOn` said no.
  /// - Throws: `SamplingOptionsError`, `StopStringsError`, `BiasError`; `BansError` of the first that cannot
  ///   be written; `DeviceError`.
  package func write(
    _ continuations: [Continuation], from state: TextState, after preceding: TextRead = [],
    avoiding passages: PassageSet? = nil, goesOn: () -> Bool = { true }
  ) throws -> [ContinuedText]? {
    var all: [ContinuedText] = []
    while all.count < continuations.count {
      let some = continuations[all.count...].prefix(lanes)
      let begun = try some.map { continuation in
        let rules = try WritingRules(
          continuation.options, avoiding: passages, vocabulary: vocabulary, configuration)
        return ContinuationLane(
          writer: try rules.writer(from: state.context, after: preceding),
          random: continuation.random, state: state)
      }
      guard let written = try write(begun, goesOn: goesOn) else { return nil }
      all += written
    }
    return all
  }

  private func write(
    _ begun: [ContinuationLane], goesOn: () -> Bool
  ) throws -> [ContinuedText]? {
    for index in 0..<streams.parts.count { parts[index].begin(begun) }
    repeat {
      guard goesOn() else { return nil }
      streams.run(parts) { $0.step() }
      try device.check()
    } while (0..<streams.parts.count).contains { parts[$0].isWriting }
    let texts = parts.values.flatMap(\.texts)
    if let failure = texts.lazy.compactMap(\.failure).first { throw failure }
    return texts.map {
      ContinuedText(text: $0.text, passage: $0.writer.passage, end: $0.state)
    }
  }
}

/// A continuation as far as it has come.
private struct ContinuationLane {
  var writer: TextWriter
  var random: Xoshiro256
  /// Where it began, then where it ended.
  var state: TextState
  var text: [UInt8] = []
  /// Why it could not be written.
  var failure: BansError?
  /// The one to read next.
  var symbol: Int32 = 0
  var isRead = false

  /// Draws a symbol, whose predecessor `lane` has read.
  mutating func draw(
    _ logits: UnsafeBufferPointer<Float>, allowed: AllowedSymbols, candidates: inout Candidates,
    lane: (part: any StreamPart, index: Int)
  ) {
    do {
      symbol = try writer.draw(
        logits, allowed: allowed, candidates: &candidates, lane: lane, using: &random, output: &text
      )
    } catch {
      failure = error
      isRead = true
    }
  }
}

/// Some of the lanes.
private struct ContinuationLanes {
  private let part: any StreamPart
  private let vocabularySize: Int
  private let allowed: AllowedSymbols
  /// Those that have a text; the rest read anything.
  private(set) var texts: [ContinuationLane] = []
  private var symbols: [Int32]
  private var candidates: Candidates

  init(_ part: any StreamPart, vocabularySize: Int, allowed: AllowedSymbols) {
    self.part = part
    self.vocabularySize = vocabularySize
    self.allowed = allowed
    symbols = Array(repeating: 0, count: part.lanes.count)
    candidates = Candidates(vocabularySize: vocabularySize)
  }

  var isWriting: Bool { texts.contains { !$0.isRead } }

  /// Takes those of all lanes' texts that are its own, and draws the first symbol of each.
  mutating func begin(_ all: [ContinuationLane]) {
    texts = Array(all.dropFirst(part.lanes.lowerBound).prefix(part.lanes.count))
    for index in texts.indices {
      let state = texts[index].state
      part.load(state.recurrent, lane: index)
      if texts[index].writer.isFinished {
        texts[index].isRead = true
      } else {
        state.logits.withUnsafeBufferPointer {
          texts[index].draw($0, allowed: allowed, candidates: &candidates, lane: (part, index))
        }
      }
    }
  }

  /// Reads what was drawn and draws the next, where the text is not at its end.
  mutating func step() {
    guard isWriting else { return }
    for index in texts.indices { symbols[index] = texts[index].symbol }
    let logits = symbols.withUnsafeBufferPointer { part.logits(after: $0) }
    for index in texts.indices where !texts[index].isRead {
      let row = UnsafeBufferPointer(
        rebasing: logits[index * vocabularySize..<(index + 1) * vocabularySize])
      if texts[index].writer.isFinished {
        part.save(lane: index, into: &texts[index].state.recurrent)
        texts[index].state.logits.replaceSubrange(0..., with: row)
        texts[index].state.context = texts[index].writer.context
        texts[index].isRead = true
      } else {
        texts[index].draw(row, allowed: allowed, candidates: &candidates, lane: (part, index))
      }
    }
  }
}
