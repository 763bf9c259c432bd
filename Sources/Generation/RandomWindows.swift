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

  /// Windows read side by side by a worker: always as many, so that the result does not depend on
  /// the number of workers.
  private static let lanes = 32

  /// - Throws: `ScoringError` for a length or count out of range and for a text of less than N + 1
  ///   symbols.
  public func score(
    _ text: EncodedText, with model: Network, precision: Precision = .native,
    threads: Int = 1
  ) throws(ScoringError) -> WindowScore {
    let starts = try starts(in: text)
    let lanes = min(Self.lanes, count)
    let batches = (count + lanes - 1) / lanes
    let team = WorkerTeam(count: min(threads, batches))
    let weights = PackedWeights(
      model,
      for: .init(precision: precision, lanes: lanes, training: false, inputTable: true))
    let readers = (0..<team.count).map { _ in
      WindowReader(
        weights, start: RecurrentState(model.configuration), length: length, lanes: lanes)
    }
    team.run { worker in
      for batch in stride(from: worker, to: batches, by: readers.count) {
        readers[worker].read(text, at: starts[batch * lanes..<min((batch + 1) * lanes, count)])
      }
    }
    // In the windows' own order, whoever read them.
    let nats = (0..<count).map { window in
      let batch = window / lanes
      return readers[batch % readers.count].nats[batch / readers.count * lanes + window % lanes]
    }
    return WindowScore(
      nats: nats, length: length, bytes: readers.reduce(0) { $0 + $1.bytes })
  }

  /// Where each window's first input stands.
  private func starts(in text: EncodedText) throws(ScoringError) -> [Int] {
    try validate()
    guard text.count > length else {
      throw .textTooShort(characters: text.count, window: length)
    }
    var generator = Xoshiro256(seed: seed, stream: [0x81D0])
    return (0..<count).map { _ in Int.random(in: 0..<text.count - length, using: &generator) }
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

/// One worker's windows.
///
/// Unchecked: a worker has it to itself while the team runs.
private final class WindowReader: @unchecked Sendable {
  private static let steps = 128

  /// Each window's surprisal, in the order read; filled up to a whole batch after the last.
  private(set) var nats: [Double] = []
  /// Of all targets.
  private(set) var bytes = 0
  private let length: Int
  private let lanes: Int
  private let start: RecurrentState
  private let workspace: LanguageModelWorkspace
  /// `[T, B]` each
  private let inputs: UnsafeMutableBufferPointer<Int32>
  private let targets: UnsafeMutableBufferPointer<Int32>
  private let losses: UnsafeMutableBufferPointer<Float>

  init(_ weights: PackedWeights, start: RecurrentState, length: Int, lanes: Int) {
    self.start = start
    self.length = length
    self.lanes = lanes
    let steps = min(Self.steps, length)
    workspace = LanguageModelWorkspace(weights, steps: steps, lanes: lanes)
    inputs = .allocate(capacity: steps * lanes)
    targets = .allocate(capacity: steps * lanes)
    losses = .allocate(capacity: steps * lanes)
    inputs.initialize(repeating: 0)
    targets.initialize(repeating: 0)
    losses.initialize(repeating: 0)
  }

  deinit {
    inputs.deallocate()
    targets.deallocate()
    losses.deallocate()
  }

  /// Reads up to B windows side by side; lanes that are left over read the last one in vain.
  func read(_ text: EncodedText, at starts: ArraySlice<Int>) {
    guard let last = starts.last, let input = inputs.baseAddress,
      let target = targets.baseAddress
    else { return }
    let first = nats.count
    nats += repeatElement(0, count: lanes)
    var cursors = (0..<lanes).map { lane in
      let start = lane < starts.count ? starts[starts.startIndex + lane] : last
      return EncodedText.Cursor(text, at: start)
    }
    for lane in 0..<lanes {
      cursors[lane].read(1, into: UnsafeMutableBufferPointer(rebasing: inputs[lane...]))
      workspace.load(start, lane: lane)
    }
    var remaining = length
    while remaining > 0 {
      let steps = min(workspace.steps, remaining)
      let count = steps * lanes
      for lane in 0..<lanes {
        cursors[lane].read(
          steps, into: UnsafeMutableBufferPointer(rebasing: targets[lane..<count]), stride: lanes)
      }
      (input + lanes).update(from: target, count: count - lanes)
      _ = workspace.evaluate(input, targets: target, steps: steps, losses: losses.baseAddress)
      for index in 0..<count where index % lanes < starts.count {
        nats[first + index % lanes] += Double(losses[index])
        bytes += text.vocabulary.byteCount(of: targets[index])
      }
      input.update(from: target + (count - lanes), count: lanes)
      remaining -= steps
    }
  }
}
