import Foundation

/// What threads ask of the one that calls MPI.
///
/// Unchecked: all that changes is behind the condition's lock.
final class Outbox: @unchecked Sendable {
  struct Letter {
    var message: [UInt8]
    var destination: Int
    var channel: Int
  }

  enum Ending: Equatable {
    case whenTaken
    case abort(code: Int32)
  }

  private let condition = NSCondition()
  private var letters: [Letter] = []
  private var ending: Ending?
  private var isOver = false

  func put(_ letter: Letter) {
    condition.withLock {
      letters.append(letter)
      condition.broadcast()
    }
  }

  func end(_ ending: Ending) {
    condition.withLock {
      self.ending = ending
      condition.broadcast()
    }
  }

  /// All letters that wait, and how to end if that was asked for; waits for something to come, but only so long.
  func take(waiting seconds: Double) -> (letters: [Letter], ending: Ending?) {
    condition.lock()
    defer { condition.unlock() }
    if letters.isEmpty, seconds > 0 {
      _ = condition.wait(until: Date(timeIntervalSinceNow: seconds))
    }
    defer { letters.removeAll(keepingCapacity: true) }
    return (letters, ending)
  }

  /// Said by the thread that calls MPI: nothing more will be taken.
  func finish() {
    condition.withLock {
      isOver = true
      condition.broadcast()
    }
  }

  /// Whether that was said within so many seconds.
  func waitForFinish(seconds: Double) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while !isOver {
      if !condition.wait(until: end) { return isOver }
    }
    return true
  }
}
