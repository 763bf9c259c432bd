import Foundation

/// How far a long evaluation has come, on standard error where that is a terminal.
final class ScoringProgress {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let total: Int
  private let began = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?

  /// - Parameter total: characters to score.
  init(of total: Int) {
    self.total = total
  }

  func show(_ characters: Int) {
    let now = ContinuousClock.now
    // What is over in a moment needs no line.
    let pause = Duration.milliseconds(lastShown == nil ? 1000 : 200)
    guard isTerminal, characters > 0, now - (lastShown ?? began) >= pause else { return }
    lastShown = now
    let left = (now - began) / .seconds(1) * Double(total - characters) / Double(characters)
    var line = ProgressLine()
    line.add("\(characters.formatted()) of \(total.formatted()) characters read", rank: 1)
    line.add("\(clock(left)) left", rank: 0)
    standardError("\r\u{1B}[K" + line.fitted(to: widthOfProgress()))
  }

  /// Takes the line away.
  func finish() {
    if lastShown != nil { standardError("\r\u{1B}[K") }
  }
}
