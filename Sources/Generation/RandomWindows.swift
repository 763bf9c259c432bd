import CPU
import Recurrent
import Text

#if canImport(Glibc)
  import Glibc
#endif

/// Scores a text as nanoGPT validates (Karpathy, `estimate_loss` in its `train.py`): by windows at
/// random places, each read from a zero state.
///
/// A window of length N is N inputs and the N symbols after each: the first target is predicted
/// from one character of context, the last from N. The mean over all targets of all windows is
/// therefore above that of a pass that remembers the whole text, and comparable with a model whose
/// context is N.
public struct RandomWindows: Equatable, Sendable {
  /// N, the targets of a window, 1 to 1,000,000.
  public var length: Int
  /// How many windows, 1 to 1,000,000. Places are drawn with replacement.
  public var count: Int
  /// Chooses the places. The first windows of a longer list are those of a shorter one.
  public var seed: UInt64

  public init(length: Int = 256, count: Int = 1000, seed: UInt64 = 1) {
    self.length = length
    self.count = count
    self.seed = seed
  }

  /// The most windows read side by side.
  private static let lanes = 64

  /// - Parameter progress: told now and then how many windows have been read.
  /// - Throws: `ScoringError` for a length or count out of range, for a text of less than N + 1
  ///   symbols, and where the device fails.
  public func score(
    _ text: EncodedText, with model: Network, precision: Precision? = nil,
    device: Device = .cpu(), progress: (_ windows: Int) -> Void = { _ in }
  ) throws(ScoringError) -> WindowScore {
    let starts = try starts(in: text)
    let lanes = min(Self.lanes, count)
    let streams = device.backend.streams(
      through: model,
      StreamUse(
        precision: precision ?? device.precision(for: .reading), lanes: lanes,
        steps: min(WindowReader.mostSteps, length)))
    let length = length
    let start = RecurrentState(model.configuration)
    let readers = streams.perPart { WindowReader($0, start: start, length: length) }
    var nats: [Double] = []
    for first in stride(from: 0, to: count, by: lanes) {
      // Lanes that are left over read the last window in vain.
      let round = (first..<first + lanes).map { starts[min($0, count - 1)] }
      streams.run(readers) { $0.read(text, at: round, counting: count - first) }
      try device.checkScores()
      nats += readers.values.flatMap(\.nats).prefix(count - first)
      progress(nats.count)
    }
    return WindowScore(
      nats: nats, length: length, bytes: readers.values.reduce(0) { $0 + $1.bytes })
  }

  /// Where each window's first input stands.
  private func starts(in text: EncodedText) throws(ScoringError) -> [Int] {
    try validate()
    guard text.count > length else {
      throw .textTooShort(characters: text.count, window: length)
    }
    var random = Xoshiro256(seed: seed, stream: [0x81D0])
    return (0..<count).map { _ in Int.random(in: 0..<text.count - length, using: &random) }
  }

  /// - Throws: `ScoringError.optionOutOfRange`.
  public func validate() throws(ScoringError) {
    guard (1...1_000_000).contains(length) else {
      throw .optionOutOfRange(name: "windows", value: "\(length)", range: "1 to 1000000")
    }
    guard (1...1_000_000).contains(count) else {
      throw .optionOutOfRange(name: "window-count", value: "\(count)", range: "1 to 1000000")
    }
  }
}

/// How well a model predicts a text's windows.
public struct WindowScore: Equatable, Sendable {
  /// Of all windows together.
  public let total: TextScore
  /// Of the nats per character, for the choice of windows; `nil` for one window.
  public let standardError: Double?

  /// - Parameter nats: each window's sum.
  init(nats: [Double], length: Int, bytes: Int) {
    total = TextScore(
      characters: nats.count * length, bytes: bytes, nats: nats.reduce(0, +))
    let mean = total.nats / Double(nats.count)
    let squares = nats.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError =
      nats.count > 1
      ? sqrt(squares / Double(nats.count - 1) / Double(nats.count)) / Double(length) : nil
  }
}

/// The windows of some of the lanes.
private struct WindowReader {
  static let mostSteps = 128

  /// By lane: its window's surprisal.
  private(set) var nats: [Double] = []
  /// Of all targets so far.
  private(set) var bytes = 0
  private let part: any StreamPart
  private let start: RecurrentState
  private let length: Int
  private let chunk: StreamChunk

  init(_ part: any StreamPart, start: RecurrentState, length: Int) {
    self.part = part
    self.start = start
    self.length = length
    chunk = StreamChunk(steps: min(Self.mostSteps, length), lanes: part.lanes.count)
  }

  /// Reads a window in each lane.
  ///
  /// - Parameters:
  ///   - starts: by lane of all parts.
  ///   - windows: of all lanes, how many have a window whose bytes count.
  mutating func read(_ text: EncodedText, at starts: [Int], counting windows: Int) {
    let lanes = part.lanes.count
    let counted = max(0, min(lanes, windows - part.lanes.lowerBound))
    nats = Array(repeating: 0, count: lanes)
    var cursors = part.lanes.map { EncodedText.Cursor(text, at: starts[$0]) }
    for lane in 0..<lanes {
      cursors[lane].read(1, into: UnsafeMutableBufferPointer(rebasing: chunk.symbols[lane...]))
      part.load(start, lane: lane)
    }
    var remaining = length
    while remaining > 0 {
      let steps = min(chunk.steps, remaining)
      let count = steps * lanes
      for lane in 0..<lanes {
        cursors[lane].read(
          steps, into: UnsafeMutableBufferPointer(rebasing: chunk.targets[lane..<count]),
          stride: lanes)
      }
      for index in lanes..<count { chunk.symbols[index] = chunk.targets[index - lanes] }
      _ = part.evaluate(chunk, steps: steps, distributions: nil)
      for index in 0..<count {
        nats[index % lanes] += Double(chunk.losses[index])
        if index % lanes < counted { bytes += text.vocabulary.byteCount(of: chunk.targets[index]) }
      }
      for lane in 0..<lanes { chunk.symbols[lane] = chunk.targets[count - lanes + lane] }
      remaining -= steps
    }
  }
}
