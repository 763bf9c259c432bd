import Foundation
import Synchronization

/// How far a long piece of work has come and how long the rest will take, on standard error where
/// that is a terminal.
///
/// What is shown is taken away again at the end.
final class WorkProgress: Sendable {
  private let total: Int
  private let done: String
  private let began = ContinuousClock.now
  private let state = Mutex(State())

  private struct State {
    var line = StatusLine()
    var lastShown: ContinuousClock.Instant?
  }

  /// - Parameters:
  ///   - total: of all there is to do.
  ///   - done: what is counted, and what becomes of it: `characters read`.
  init(of total: Int, _ done: String) {
    self.total = total
    self.done = done
  }

  /// - Parameter count: how many are done by now.
  func show(_ count: Int) {
    state.withLock { state in
      let now = ContinuousClock.now
      // What is over in a moment needs no line.
      let pause = Duration.milliseconds(state.lastShown == nil ? 1000 : 200)
      guard state.line.isTerminal, count > 0, now - (state.lastShown ?? began) >= pause else {
        return
      }
      state.lastShown = now
      let left = (now - began) / .seconds(1) * Double(total - count) / Double(count)
      var line = ProgressLine()
      line.add("\(count.formatted()) of \(total.formatted()) \(done)", rank: 1)
      line.add("\(clock(left)) left", rank: 0)
      state.line.show(line)
    }
  }

  func finish() { state.withLock { $0.line.clear() } }
}
