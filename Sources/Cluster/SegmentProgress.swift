import Foundation
import Recurrent

/// How far the blocks of a process have come in a step, and the exchange after them.
///
/// Unchecked: all of it is behind the condition's lock.
final class SegmentProgress: @unchecked Sendable {
  private let condition = NSCondition()
  private var blocks = 0
  /// By segment: blocks that have come past it in this step.
  private var arrived: [Int] = []
  /// Segments that were exchanged in this step.
  private var exchanged = 0
  private var failure: DeviceError?
  private var isStopped = false

  func begin(segments: Int, blocks: Int) {
    condition.withLock {
      arrived = Array(repeating: 0, count: segments)
      self.blocks = blocks
    }
  }

  func isReady(_ segment: Int) {
    condition.withLock {
      arrived[segment] += 1
      condition.broadcast()
    }
  }

  /// Waits for the next segment that all blocks have come past; nil when there will be none.
  func next() -> Int? {
    condition.withLock {
      while !isStopped {
        if exchanged < arrived.count, arrived[exchanged] == blocks { return exchanged }
        condition.wait()
      }
      return nil
    }
  }

  func end(_ result: Result<Void, DeviceError>) {
    condition.withLock {
      if case .failure(let error) = result { failure = failure ?? error }
      exchanged += 1
      condition.broadcast()
    }
  }

  /// Waits for the exchange of all segments, and begins the next step.
  func finish() throws(DeviceError) {
    condition.lock()
    defer { condition.unlock() }
    while exchanged < arrived.count { condition.wait() }
    if let failure { throw failure }
    exchanged = 0
    for segment in arrived.indices { arrived[segment] = 0 }
  }

  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
  }
}
