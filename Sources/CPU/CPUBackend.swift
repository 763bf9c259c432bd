import Foundation
import Recurrent

extension Device {
  /// This machine's processors, of which `threads` work at a time: each with its own share of lanes or
  /// texts, or all of them on each product of a single lane.
  ///
  /// What is written or read with a network does not depend on the number of threads, and what comes of
  /// training a language model only where its options leave it to the device how lanes are divided.
  ///
  /// - Parameter threads: as many as there are processors if nil; those of a single lane are then as many
  ///   as turn out to be fastest.
  public static func cpu(threads: Int? = nil) -> Device { Device(CPUBackend(threads: threads)) }
}

/// Networks on a team of threads.
package struct CPUBackend: Backend {
  private let team: WorkerTeam
  private let triesThreads: Bool
  /// With the other processes that train the same networks.
  private let exchange: (any GradientExchange)?

  package init(threads: Int?) {
    team = WorkerTeam(count: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    triesThreads = threads == nil
    exchange = nil
  }

  private init(_ other: CPUBackend, exchange: (any GradientExchange)?) {
    team = other.team
    triesThreads = other.triesThreads
    self.exchange = exchange
  }

  /// The same threads, whose gradients are exchanged with other processes.
  package func exchanging(_ exchange: (any GradientExchange)?) -> CPUBackend {
    CPUBackend(self, exchange: exchange)
  }

  package var threads: Int { team.count }

  package var arithmetic: String { InstructionSet.current.rawValue }

  package func precision(for work: PrecisionChoice.Work) -> Precision {
    switch work {
    case .training: .nativeForTraining
    case .writing: .nativeForWriting
    case .reading: .native
    }
  }

  package func gains(by precision: Precision) -> Bool { precision.isFastHere }

  package func streams(through network: Network, _ use: StreamUse) -> any Streams {
    CPUStreams(
      network, use, team: team, triesThreads: triesThreads, exchange: exchange)
  }

  package func texts(through network: Network, precision: Precision) -> any TextReader {
    CPUTextReader(network, precision: precision, team: team)
  }

  package func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer {
    CPUTextTrainer(network, use, team: team)
  }

  package func observer(of network: Network, lanes: Int, steps: Int) -> any Observer {
    CPUObserver(network, lanes: lanes, steps: steps, team: team)
  }

  package func peakGigaflops(_ precision: Precision, seconds: Double) -> Double {
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
