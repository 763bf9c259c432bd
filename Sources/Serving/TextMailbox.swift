import Form
import Generation
import Synchronization

/// Where the texts of a request wait for its reader: what has come since the reader last looked, taken
/// together, so that a slow reader gets longer pieces and not more of them.
final class TextMailbox: Sendable {
  /// When its reader is told.
  enum Notice: Sendable {
    /// As soon as there is anything.
    case eachPiece
    /// When all texts have ended, or one has failed: to wake a reader costs more than a step of a text.
    case allTexts
  }

  /// What has come of a text.
  struct Piece: Sendable {
    /// UTF-8 of whole characters.
    var text: [UInt8] = []
    var reports: [SymbolReport] = []
    var end: End?

    var isEmpty: Bool { text.isEmpty && reports.isEmpty && end == nil }
  }

  enum End: Sendable {
    case finished(Passage)
    /// A text in a form.
    case formed(FormedText)
    /// The server ends, or the text cannot be written.
    case failed(APIError)
  }

  /// Pieces of some of the texts, by number.
  typealias Delivery = [(index: Int, piece: Piece)]

  private typealias Reader = CheckedContinuation<Delivery?, Never>

  private struct State {
    let notice: Notice
    /// By text.
    var pieces: [Piece]
    var haveEnded: [Bool]
    var unended: Int
    var hasFailed = false
    var isCancelled = false
    var reader: Reader?

    init(count: Int, _ notice: Notice) {
      self.notice = notice
      pieces = Array(repeating: Piece(), count: count)
      haveEnded = Array(repeating: false, count: count)
      unended = count
    }

    /// What the reader is to have now; empty where it is to wait.
    mutating func takeAll() -> Delivery {
      guard notice == .eachPiece || unended == 0 || hasFailed else { return [] }
      return pieces.indices.compactMap { index in
        guard !pieces[index].isEmpty else { return nil }
        defer { pieces[index] = Piece() }
        return (index, pieces[index])
      }
    }

    mutating func end(_ index: Int, _ end: End) {
      guard !haveEnded[index] else { return }
      haveEnded[index] = true
      unended -= 1
      if case .failed = end { hasFailed = true }
      pieces[index].end = end
    }

    /// The reader, if one waits, with what there is for it.
    mutating func serve() -> (Reader, Delivery)? {
      guard let reader else { return nil }
      let delivery = takeAll()
      guard !delivery.isEmpty else { return nil }
      self.reader = nil
      return (reader, delivery)
    }
  }

  private let state: Mutex<State>

  /// - Parameter count: of texts.
  init(count: Int, _ notice: Notice) {
    state = Mutex(State(count: count, notice))
  }

  /// Takes what happened to a text; returns whether anybody still wants it.
  func put(_ event: WritingEvent, of index: Int) -> Bool {
    let (served, isWanted) = state.withLock { state in
      guard !state.isCancelled else { return (nil as (Reader, Delivery)?, false) }
      switch event {
      case .wrote(let bytes, let report):
        guard !bytes.isEmpty || report != nil else { return (nil, true) }
        state.pieces[index].text += bytes
        if let report { state.pieces[index].reports.append(report) }
      case .finished(let passage): state.end(index, .finished(passage))
      case .failed(let error):
        state.end(index, .failed(.invalid(error.description, field: "ban")))
      }
      return (state.serve(), true)
    }
    if let (reader, delivery) = served { reader.resume(returning: delivery) }
    return isWanted
  }

  /// Takes a whole text.
  func put(_ text: FormedText, of index: Int) {
    end(index, .formed(text), text: Array(text.text.utf8))
  }

  func fail(_ error: APIError, of index: Int) { end(index, .failed(error)) }

  private func end(_ index: Int, _ end: End, text: [UInt8] = []) {
    let served = state.withLock { state in
      guard !state.haveEnded[index], !state.isCancelled else { return nil as (Reader, Delivery)? }
      state.pieces[index].text += text
      state.end(index, end)
      return state.serve()
    }
    if let (reader, delivery) = served { reader.resume(returning: delivery) }
  }

  /// Whether nothing more will come of a text.
  func isOver(_ index: Int) -> Bool {
    state.withLock { $0.isCancelled || $0.haveEnded[index] }
  }

  /// Nobody wants the texts any more.
  func cancel() {
    let reader = state.withLock { state in
      state.isCancelled = true
      for index in state.pieces.indices { state.pieces[index] = Piece() }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }

  /// Waits for more; nil where the texts were given up. One reader at a time.
  func next() async -> Delivery? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (reader: Reader) in
        let (isReady, delivery) = state.withLock { state -> (Bool, Delivery?) in
          if state.isCancelled { return (true, nil) }
          let delivery = state.takeAll()
          if delivery.isEmpty { state.reader = reader }
          return (!delivery.isEmpty, delivery)
        }
        if isReady { reader.resume(returning: delivery) }
      }
    } onCancel: {
      cancel()
    }
  }
}
