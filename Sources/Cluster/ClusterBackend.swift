import CPU
import Recurrent

extension Device {
  /// This machine's processors and those of other processes, on which language models are trained and
  /// texts are scored; all else is computed in this process alone.
  ///
  /// - Parameters:
  ///   - link: to processes that each run a `Follower`; this one is of rank 0.
  ///   - threads: of each process; what each finds fit if nil.
  ///   - ownThreads: this process's.
  /// - Throws: `DeviceError`.
  package static func cluster(
    over link: any Link, threads: Int?, ownThreads: Int
  ) throws(DeviceError) -> Device {
    Device(try ClusterBackend(over: link, threads: threads, ownThreads: ownThreads))
  }
}

/// Networks in several processes: this one leads.
struct ClusterBackend: Backend {
  private let leader: Leader
  private let own: CPUBackend

  init(over link: any Link, threads: Int?, ownThreads: Int) throws(DeviceError) {
    own = CPUBackend(threads: ownThreads)
    leader = try Leader(
      over: link, ownThreads: ownThreads, threads: threads, arithmetic: own.arithmetic)
  }

  var arithmetic: String { own.arithmetic }
  var failure: DeviceError? { leader.failure }

  func precision(for work: PrecisionChoice.Work) -> Precision { own.precision(for: work) }
  func gains(by precision: Precision) -> Bool { own.gains(by: precision) }

  func streams(through network: Network, _ use: StreamUse) -> any Streams {
    // A step at a time would wait for the network at each character.
    guard use.steps > 1, use.lanes >= leader.threads.count, leader.threads.count > 1 else {
      return own.streams(through: network, use)
    }
    return ClusterStreams(network, use, own: own, leader: leader)
  }

  func texts(through network: Network, precision: Precision) -> any TextReader {
    own.texts(through: network, precision: precision)
  }

  func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer {
    own.trainingTexts(through: network, use)
  }

  func observer(of network: Network, lanes: Int, steps: Int) -> any Observer {
    own.observer(of: network, lanes: lanes, steps: steps)
  }

  func peakGigaflops(_ precision: Precision, seconds: Double) -> Double {
    own.peakGigaflops(precision, seconds: seconds)
  }
}
