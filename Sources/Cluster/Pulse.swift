import Foundation
import Synchronization

/// Signs of life between the leader and each follower, and wishes to stop. A process whose machine or
/// network is down says nothing: without a pulse, others would wait for it for ever.
package final class Pulse: Sendable {
  private let link: any Link
  private let silence: Duration
  private let ended = Atomic<Bool>(false)
  /// Whether another process was asked to stop.
  private let wishes = Atomic<Bool>(false)

  /// Between two beats.
  private static let interval = 0.25
  /// How long the leader waits for others once it is asked to stop.
  private static let patience = Duration.seconds(0.5)

  /// - Parameters:
  ///   - silence: after which a process counts as lost.
  ///   - stops: whether this process was asked to stop. A follower tells the leader so.
  package init(
    over link: any Link, silence: Duration = .seconds(20), stops: @escaping @Sendable () -> Bool
  ) {
    self.link = link
    self.silence = silence
    let thread = Thread { [self] in beat(stops) }
    thread.name = "charlstm pulse"
    thread.start()
  }

  package func end() { ended.store(true, ordering: .relaxed) }

  /// Whether any other process was asked to stop.
  package var isWishedToStop: Bool { wishes.load(ordering: .relaxed) }

  private var watched: Range<Int> { link.rank == 0 ? 1..<max(1, link.count) : 0..<1 }

  private func beat(_ stops: () -> Bool) {
    var start = ContinuousClock.now
    var last = start
    while !ended.load(ordering: .relaxed) {
      // Who was stopped itself, as by a batch system, has not listened meanwhile.
      if .now - last > .seconds(2) { start = .now }
      last = .now
      let isAsked = stops()
      for other in watched { link.send([isAsked ? 1 : 0], to: other, channel: Channel.pulse) }
      for other in watched {
        while let wish = link.inbox.receiveIfAny(from: other, channel: Channel.pulse) {
          if wish == [1] { wishes.store(true, ordering: .relaxed) }
        }
        let quiet = ContinuousClock.now - max(start, link.inbox.lastHeard(of: other) ?? start)
        if quiet > silence {
          link.inbox.fail(
            .silent(name: link.names[other], seconds: Int(quiet.components.seconds)))
        }
      }
      // Whoever has asked may not wait for long: mpirun kills what it stops after a second.
      if isAsked, link.rank == 0 {
        link.inbox.fail(.interrupted, ifWaitingFor: Self.patience)
      }
      Thread.sleep(forTimeInterval: Self.interval)
    }
  }
}
