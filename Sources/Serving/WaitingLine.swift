import Dispatch
import Synchronization

/// Who is to get a text: one of those that a mailbox takes.
struct Addressee: Sendable {
  var mailbox: TextMailbox
  /// Which of the mailbox's texts it is.
  var index: Int

  /// Whether nothing more is wanted, or can come.
  var isOver: Bool { mailbox.isOver(index) }

  func fail(_ error: APIError) { mailbox.fail(error, of: index) }
}

/// A text that waits to be written.
protocol WaitingText: Sendable {
  var addressee: Addressee { get }
}

/// Texts that wait for the one thread that writes them; whoever waits longest is next.
final class WaitingLine<Text: WaitingText>: Sendable {
  private struct State {
    var waiting: [Text] = []
    var writing = 0
    /// No more texts are taken.
    var isEnding = false
    /// Texts are given up.
    var hasEnded = false
  }

  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)
  private let limit: Int

  /// - Parameter limit: texts that may wait.
  init(limit: Int) { self.limit = limit }

  /// Takes all of these texts or none.
  ///
  /// - Throws: `APIError` where too many are waiting, or the server ends.
  func add(_ texts: [Text]) throws(APIError) {
    let error = state.withLock { state -> APIError? in
      guard !state.isEnding else { return .ending }
      if state.waiting.count + texts.count > limit {
        state.waiting.removeAll { $0.addressee.isOver }
      }
      guard state.waiting.count + texts.count <= limit else { return .full }
      state.waiting += texts
      return nil
    }
    if let error { throw error }
    work.signal()
  }

  /// How many texts are being written, and how many wait.
  var counts: (writing: Int, waiting: Int) {
    state.withLock { ($0.writing, $0.waiting.count) }
  }

  /// Takes no more texts.
  func end() { state.withLock { $0.isEnding = true } }

  /// Gives up all texts that wait, and tells the thread to end.
  func stop() {
    let left = state.withLock { state in
      state.isEnding = true
      state.hasEnded = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for text in left { text.addressee.fail(.ending) }
    work.signal()
  }

  // MARK: the thread's

  var hasEnded: Bool { state.withLock(\.hasEnded) }

  /// Takes those whose turn it is.
  ///
  /// - Parameter writing: how many texts are being written beside them.
  func next(_ most: Int, beside writing: Int) -> [Text] {
    state.withLock { state in
      let next = Array(state.waiting.prefix(most))
      state.waiting.removeFirst(next.count)
      state.writing = writing + next.count
      return next
    }
  }

  /// Lets all others go before the texts of a request.
  func sendBack(_ mailbox: TextMailbox) {
    state.withLock { state in
      let others = state.waiting.filter { $0.addressee.mailbox !== mailbox }
      let own = state.waiting.filter { $0.addressee.mailbox === mailbox }
      state.waiting = others + own
    }
  }

  /// Waits until something has come since it last waited, or the end.
  func wait() { work.wait() }
}
