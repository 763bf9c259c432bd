import Foundation
import Recurrent

extension Device {
  /// This machine's processors, of which `threads` work at a time: each with its own share of lanes or
  /// texts, or all of them on each product of a single lane.
  ///
  /// What comes of training depends on the number of threads, in the last bits; what is written or read
  /// with a network does not.
  ///
  /// - Parameters:
  ///   - threads: as many as there are processors if nil; those of a single lane are then as many as
  ///     turn out to be fastest.
  ///   - division: what they divide when they train on streams, where that is possible; what should be
  ///     fastest if nil.
  public static func cpu(threads: Int? = nil, division: Division? = nil) -> Device {
    cpu(threads: threads, division: division, exchange: nil)
  }

  /// - Parameter exchange: with the other processes that train the same networks.
  package static func cpu(
    threads: Int?, division: Division?, exchange: (any GradientExchange)?
  ) -> Device {
    Device(
      CPUBackend(
        team: WorkerTeam(count: threads ?? ProcessInfo.processInfo.activeProcessorCount),
        triesThreads: threads == nil, division: division, exchange: exchange))
  }
}

/// Networks on a team of threads.
struct CPUBackend: Backend {
  let team: WorkerTeam
  let triesThreads: Bool
  let division: Division?
  let exchange: (any GradientExchange)?

  var arithmetic: String { InstructionSet.current.rawValue }

  func precision(for work: PrecisionChoice.Work) -> Precision {
    switch work {
    case .training: .nativeForTraining
    case .writing: .nativeForWriting
    case .reading: .native
    }
  }

  func gains(by precision: Precision) -> Bool { precision.isFastHere }

  func streams(through network: Network, _ use: StreamUse) -> any Streams {
    CPUStreams(
      network, use, team: team, triesThreads: triesThreads, division: division,
      exchange: exchange)
  }

  func texts(through network: Network, precision: Precision) -> any TextReader {
    CPUTextReader(network, precision: precision, team: team)
  }

  func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer {
    CPUTextTrainer(network, use, team: team, exchange: exchange)
  }

  func observer(of network: Network, lanes: Int, steps: Int) -> any Observer {
    CPUObserver(network, lanes: lanes, steps: steps, team: team)
  }

  func peakGigaflops(_ precision: Precision, seconds: Double) -> Double {
    let rates = PerPart((0..<team.count).map { _ in 0.0 })
    team.run(workers: team.count) { worker in
      rates[worker] = measuredGigaflops(precision, seconds: seconds)
    }
    return rates.values.reduce(0, +)
  }
}

/// What the median of large products reaches on this thread.
private func measuredGigaflops(_ precision: Precision, seconds: Double) -> Double {
  let (m, k, n) = (2048, 512, 2048)
  let right = PackedMatrix(.rowMajor(k, n), precision: precision, rows: m)
  let product = MatrixMultiply(.rowMajor(m, k), by: right, into: .rowMajor(m, n), precision)
  let left = FloatBuffer(count: m * k)
  let result = FloatBuffer(count: m * n)
  let clock = ContinuousClock()
  let start = clock.now
  var durations: [Double] = []
  while durations.count < 6 || clock.now - start < .seconds(seconds) {
    durations.append(
      clock.measure { product(left.pointer, right, into: result.pointer) } / .seconds(1))
  }
  let sorted = durations.dropFirst().sorted()
  let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  return 2 * Double(m * k * n) / median / 1e9
}
