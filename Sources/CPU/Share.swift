import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A worker's part of work that several do together: all run the same code, each takes its ranges from
/// its share, and meets the others before it reads what they have written.
struct Share: Sendable {
  let index: Int
  let count: Int
  private let meeting: Meeting?

  /// All of the work, for one worker.
  static let whole = Share(index: 0, count: 1, meeting: nil)

  private init(index: Int, count: Int, meeting: Meeting?) {
    self.index = index
    self.count = count
    self.meeting = meeting
  }

  /// - Parameter meeting: of all that have a share.
  init(_ index: Int, at meeting: Meeting) {
    self.init(index: index, count: meeting.count, meeting: meeting)
  }

  /// Its part of `total` things: whole units, but for the last part.
  func range(of total: Int, unit: Int = 1) -> Range<Int> {
    Self.range(index, of: count, total, unit: unit)
  }

  static func range(_ index: Int, of count: Int, _ total: Int, unit: Int) -> Range<Int> {
    let units = (total + unit - 1) / unit
    return min(total, units * index / count * unit)..<min(total, units * (index + 1) / count * unit)
  }

  /// Returns when all have come so far.
  func meet() { meeting?.meet() }
}

/// Where a fixed number of threads wait for each other, again and again.
///
/// A wait of some microseconds spins. A longer one leaves its processor to others, and then sleeps.
final class Meeting: Sendable {
  let count: Int
  private let arrived = Atomic<Int>(0)
  private let round = Atomic<Int>(0)

  /// Pauses, of some 20 to 50 ns each, and then yields, before the first sleep.
  private static let pauses = 400
  private static let yields = 200
  private static let sleepMicroseconds: UInt32 = 50

  init(of count: Int) {
    precondition(count > 0)
    self.count = count
  }

  func meet() {
    // It cannot end before this thread has come.
    let round = self.round.load(ordering: .relaxed)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      self.round.store(round &+ 1, ordering: .releasing)
      return
    }
    var waits = 0
    while self.round.load(ordering: .acquiring) == round {
      waits += 1
      if waits < Self.pauses {
        ck_pause()
      } else if waits < Self.pauses + Self.yields {
        sched_yield()
      } else {
        usleep(Self.sleepMicroseconds)
      }
    }
  }
}
