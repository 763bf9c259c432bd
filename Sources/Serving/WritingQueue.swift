import Foundation
import Generation
import Recurrent
import Synchronization
import Text

/// Texts that wait to be written, and the one thread that writes them, as many at a time as a batch has
/// lanes. Whoever waits longest is next.
package final class WritingQueue: Sendable {
  /// A text that waits, and for whom.
  struct Waiting: Sendable {
    var text: JoiningText
    var mailbox: TextMailbox
    /// Which of the mailbox's texts it is.
    var index: Int

    var isOver: Bool { mailbox.isOver(index) }

    func fail(_ error: APIError) { mailbox.fail(error, of: index) }
  }

  private struct State {
    var waiting: [Waiting] = []
    var writing = 0
    /// No more texts are taken.
    var isEnding = false
    /// Texts are given up.
    var hasEnded = false
  }

  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)
  private let limit: Int

  /// Starts the thread, which alone uses the batch.
  ///
  /// - Parameter limit: texts that may wait.
  package init(_ makeBatch: @escaping @Sendable () -> ContinuousBatch, limit: Int) {
    self.limit = limit
    let thread = Thread { [self] in write(with: makeBatch()) }
    thread.name = "charlstm writing"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Takes all of these texts or none.
  ///
  /// - Throws: `APIError` where too many are waiting, or the server ends.
  func add(_ texts: [Waiting]) throws(APIError) {
    let error = state.withLock { state -> APIError? in
      guard !state.isEnding else { return .ending }
      if state.waiting.count + texts.count > limit {
        state.waiting.removeAll { $0.isOver }
      }
      guard state.waiting.count + texts.count <= limit else { return .full }
      state.waiting += texts
      return nil
    }
    if let error { throw error }
    work.signal()
  }

  /// How many texts are being written, and how many wait.
  package var counts: (writing: Int, waiting: Int) {
    state.withLock { ($0.writing, $0.waiting.count) }
  }

  /// Takes no more texts.
  package func end() { state.withLock { $0.isEnding = true } }

  /// Gives up all texts and ends the thread.
  package func stop() {
    let left = state.withLock { state in
      state.isEnding = true
      state.hasEnded = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for text in left { text.fail(.ending) }
    work.signal()
  }

  private func write(with batch: ContinuousBatch) {
    var writing: [Waiting] = []
    while true {
      let room = batch.lanes - batch.count
      let (joining, hasEnded) = state.withLock { state in
        state.writing = batch.count
        let joining = Array(state.waiting.prefix(room))
        state.waiting.removeFirst(joining.count)
        return (joining, state.hasEnded)
      }
      guard !hasEnded else {
        batch.removeAll()
        for text in writing + joining { text.fail(.ending) }
        return
      }
      for text in joining where !text.isOver {
        do {
          _ = try batch.add(text.text)
          writing.append(text)
        } catch {
          text.fail(.invalid("\(error)"))
        }
      }
      if batch.count > 0 {
        batch.step()
      } else if joining.isEmpty {
        work.wait()
      }
      if writing.count != batch.count { writing.removeAll(where: \.isOver) }
    }
  }
}
