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
    defer { condition.unlock() }
    while true {
      if let failure { throw failure }
      if waiting[origin]?.isEmpty == false { return waiting[origin, default: []].removeFirst() }
      condition.wait()
    }
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
