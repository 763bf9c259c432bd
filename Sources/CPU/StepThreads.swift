/// How many threads share the products of a single lane, found by trying: products are the same to
/// the last bit whatever it is, so it may change from one step to the next.
///
/// Two threads whose caches hold half of the weights each are up to three times as fast as one. But they
/// wait for each other at every product, and where other programs keep a processor busy that wait is
/// long. So now and then a few steps are taken with more threads or fewer, and what was fastest is
/// kept; trials that fail become rarer. As soon as several threads are slower than one was, it is one
/// again.
package struct StepThreads {
  /// Steps that are compared, and those until the next trial.
  package static let trial = 16
  private static let fewestBetween = 64
  private static let mostBetween = 1 << 16

  private let most: Int
  /// What steps are taken with.
  package private(set) var current = 1
  /// That to return to if the trial under way fails; nil where there is none.
  private var previous: Int?
  /// Seconds a step took lately, by the number of threads.
  private var seconds: [Int: Double] = [:]
  private var steps = 0
  private var elapsed = 0.0
  private var untilTrial = Self.trial
  private var between = Self.fewestBetween
  private var triesMore = true

  package init(most: Int) {
    self.most = most
  }

  /// Takes note of a step with `current` threads, and chooses for the next one.
  package mutating func add(_ duration: Double) {
    steps += 1
    elapsed += duration
    if let previous {
      // A trial that is lost already is not taken to its end.
      if elapsed > 0.95 * (seconds[previous] ?? .infinity) * Double(Self.trial) {
        end(trialOf: previous, succeeded: false)
      } else if steps == Self.trial {
        seconds[current] = elapsed / Double(steps)
        end(trialOf: previous, succeeded: true)
      }
      return
    }
    if current > 1, let alone = seconds[1], elapsed > 1.5 * alone * Double(Self.trial) {
      // Somebody else has a processor now, perhaps for a moment only.
      current = 1
      between = Self.fewestBetween
      untilTrial = between
      begin()
      return
    }
    guard steps % Self.trial == 0 else { return }
    seconds[current] = elapsed / Double(steps)
    begin()
    untilTrial -= Self.trial
    if untilTrial <= 0 { beginTrial() }
  }

  private mutating func begin() {
    steps = 0
    elapsed = 0
  }

  private mutating func beginTrial() {
    let more = min(most, 2 * current)
    let fewer = (current + 1) / 2
    let candidate = triesMore && more > current || current == 1 ? more : fewer
    triesMore.toggle()
    guard candidate != current else {
      untilTrial = between
      return
    }
    previous = current
    current = candidate
    begin()
  }

  private mutating func end(trialOf previous: Int, succeeded: Bool) {
    if succeeded {
      between = Self.fewestBetween
    } else {
      current = previous
      between = min(4 * between, Self.mostBetween)
    }
    self.previous = nil
    untilTrial = between
    begin()
  }
}
