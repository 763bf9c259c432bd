/// How long the thread that calls MPI waits until it looks again.
///
/// MPI tells nobody that something has come: who does not look does not know. So the wait is a sixteenth of
/// the time for which nothing has happened: a message is late by a sixteenth of what its receiver waited
/// anyway, and while the others compute, this thread takes next to nothing of the cores.
struct Pace {
  private static let shortest = 20e-6
  /// While bytes move, MPI moves them only when it is called.
  private static let longestUnderWay = 50e-6
  private static let longest = 500e-6

  private var last = ContinuousClock.now

  mutating func somethingHappened() { last = .now }

  /// Seconds.
  func wait(isUnderWay: Bool) -> Double {
    let quiet = ContinuousClock.now - last
    return min(
      max(quiet / .seconds(1) / 16, Self.shortest),
      isUnderWay ? Self.longestUnderWay : Self.longest)
  }
}
