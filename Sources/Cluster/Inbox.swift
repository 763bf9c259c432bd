import Foundation

/// Messages that have arrived and wait for whoever receives them.
///
/// Unchecked: all that changes is behind the condition's lock.
package final class Inbox: @unchecked Sendable {
  private struct Origin: Hashable {
    var rank: Int
    var channel: Int
  }

  private let condition = NSCondition()
  private var waiting: [Origin: [[UInt8]]] = [:]
  private var failure: LinkError?
  /// Since when each channel is waited on, where one is.
  private var waits: [Origin: ContinuousClock.Instant] = [:]
  /// When something arrived last, by rank.
  private var heard: [Int: ContinuousClock.Instant] = [:]

  package init() {}

  /// Called by the link.
  package func deliver(_ message: [UInt8], from rank: Int, channel: Int) {
    condition.withLock {
      waiting[Origin(rank: rank, channel: channel), default: []].append(message)
      heard[rank] = .now
      condition.broadcast()
    }
  }

  package func receive(from rank: Int, channel: Int) throws(LinkError) -> [UInt8] {
    let origin = Origin(rank: rank, channel: channel)
    condition.lock()
    waits[origin] = .now
    defer {
      waits[origin] = nil
      condition.unlock()
    }
    while true {
      if let failure { throw failure }
      if waiting[origin]?.isEmpty == false { return waiting[origin, default: []].removeFirst() }
      condition.wait()
    }
  }

  /// The next message, if one has arrived.
  package func receiveIfAny(from rank: Int, channel: Int) -> [UInt8]? {
    condition.withLock {
      let origin = Origin(rank: rank, channel: channel)
      return waiting[origin]?.isEmpty == false ? waiting[origin]?.removeFirst() : nil
    }
  }

  /// Fails where somebody has waited for so long already.
  package func fail(_ error: LinkError, ifWaitingFor duration: Duration) {
    let isLong = condition.withLock { waits.values.contains { .now - $0 >= duration } }
    if isLong { fail(error) }
  }

  /// Has all who wait, and whoever will, find out that there is nothing to wait for.
  package func fail(_ error: LinkError) {
    condition.withLock {
      failure = failure ?? error
      condition.broadcast()
    }
  }

  package var error: LinkError? { condition.withLock { failure } }

  /// When something arrived last from a process; nil if nothing ever has.
  package func lastHeard(of rank: Int) -> ContinuousClock.Instant? {
    condition.withLock { heard[rank] }
  }
}
