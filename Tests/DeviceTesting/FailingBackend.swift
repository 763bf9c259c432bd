import CPU
import Recurrent
import Synchronization

/// A CPU that is lost after so many calls: from then on it gives zeros, as a lost GPU may.
package final class FailingBackend: Backend {
  package static let reason = "the GPU failed in cuStreamSynchronize: unspecified launch failure"

  private let cpu = CPUBackend(threads: 1)
  private let callsLeft: Atomic<Int>

  package init(after calls: Int) {
    callsLeft = Atomic(calls)
  }

  /// Whether a call still works.
  fileprivate func takesCall() -> Bool {
    callsLeft.subtract(1, ordering: .relaxed).oldValue > 0
  }

  package var failure: DeviceError? {
    callsLeft.load(ordering: .relaxed) < 0 ? DeviceError(Self.reason) : nil
  }

  package var arithmetic: String { cpu.arithmetic }
  package func precision(for work: PrecisionChoice.Work) -> Precision { .float32 }
  package func gains(by precision: Precision) -> Bool { cpu.gains(by: precision) }

  package func streams(through network: Network, _ use: StreamUse) -> any Streams {
    FailingStreams(cpu.streams(through: network, use), self)
  }

  package func texts(through network: Network, precision: Precision) -> any TextReader {
    FailingReader(cpu.texts(through: network, precision: precision), self)
  }

  package func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer {
    cpu.trainingTexts(through: network, use)
  }

  package func observer(of network: Network, lanes: Int, steps: Int) -> any Observer {
    cpu.observer(of: network, lanes: lanes, steps: steps)
  }

  package func peakGigaflops(_ precision: Precision, seconds: Double) -> Double { 0 }
}

extension Device {
  package static func failing(after calls: Int) -> Device { Device(FailingBackend(after: calls)) }
}

/// Unchecked: as the streams that it stands before.
private final class FailingStreams: Streams, @unchecked Sendable {
  private let streams: any Streams
  let parts: [any StreamPart]

  init(_ streams: any Streams, _ backend: FailingBackend) {
    self.streams = streams
    parts = streams.parts.map { FailingPart($0, backend) }
  }

  var division: BatchDivision { streams.division }
  var workers: String { streams.workers }
  func run(_ body: @escaping @Sendable (Int) -> Void) { streams.run(body) }

  func withOnlyPart<Result>(_ body: (any StreamPart) throws -> Result) rethrows -> Result {
    try streams.withOnlyPart { _ in try body(parts[0]) }
  }

  func load(_ parameters: FloatBuffer) { streams.load(parameters) }
  func refresh(dropping random: Xoshiro256) { streams.refresh(dropping: random) }
  func optimizer(_ options: AdamWOptions) -> any Optimizer { streams.optimizer(options) }

  func adaptation(rate: Float, decay: Float) -> any Adaptation {
    streams.adaptation(rate: rate, decay: decay)
  }
}

private final class FailingPart: StreamPart {
  private let part: any StreamPart
  private let backend: FailingBackend

  init(_ part: any StreamPart, _ backend: FailingBackend) {
    self.part = part
    self.backend = backend
  }

  var lanes: Range<Int> { part.lanes }
  func load(_ state: RecurrentState, lane: Int) { part.load(state, lane: lane) }
  func save(lane: Int, into state: inout RecurrentState) { part.save(lane: lane, into: &state) }
  func drawMasks(_ random: (Int) -> Xoshiro256) { part.drawMasks(random) }

  func train(_ chunk: StreamChunk, softTargets: SoftTargets.Rows?, scale: Float) -> Double {
    let loss = part.train(chunk, softTargets: softTargets, scale: scale)
    return backend.takesCall() ? loss : 0
  }

  func evaluate(
    _ chunk: StreamChunk, steps: Int, distributions: SoftTargets.Rows?
  ) -> Double {
    let loss = part.evaluate(chunk, steps: steps, distributions: distributions)
    guard !backend.takesCall() else { return loss }
    chunk.losses.update(repeating: 0)
    return 0
  }

  func logits(after symbols: UnsafeBufferPointer<Int32>) -> UnsafeBufferPointer<Float> {
    let logits = part.logits(after: symbols)
    guard !backend.takesCall() else { return logits }
    let lost = UnsafeMutableBufferPointer(mutating: logits)
    lost.update(repeating: 0)
    return logits
  }

  func read(_ symbols: UnsafeBufferPointer<Int32>) {
    part.read(symbols)
    _ = backend.takesCall()
  }
}

private final class FailingReader: TextReader {
  private let reader: any TextReader
  private let backend: FailingBackend

  init(_ reader: any TextReader, _ backend: FailingBackend) {
    self.reader = reader
    self.backend = backend
  }

  func load(_ parameters: FloatBuffer) { reader.load(parameters) }

  func logits(
    of texts: [[Int32]], finish: @escaping @Sendable (Int, [Float]) -> [Float]
  ) -> [[Float]] {
    let logits = reader.logits(of: texts, finish: finish)
    return backend.takesCall() ? logits : logits.map { $0.map { _ in 0 } }
  }
}
