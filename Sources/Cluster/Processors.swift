import Foundation

/// So many threads compute at a time; others wait for their turn.
final class Processors: Sendable {
  private let free: DispatchSemaphore

  init(count: Int) {
    free = DispatchSemaphore(value: count)
  }

  func use<Result>(_ body: () -> Result) -> Result {
    free.wait()
    defer { free.signal() }
    return body()
  }
}
