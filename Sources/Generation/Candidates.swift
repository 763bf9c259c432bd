/// The symbols still in the running for one choice, in storage that is reused from one choice to
/// the next.
///
/// Each transform (a file each in `LogitTransforms`) changes logits or drops candidates. All of
/// them keep this: there is at least one candidate, and every logit is finite.
package struct Candidates: Sendable {
  package struct Candidate: Sendable, Equatable {
    package var symbol: Int32
    package var logit: Float
    /// Proportional to the probability.
    ///
    /// Of no meaning before `weigh(temperature:)`, or after a logit was changed.
    package var weight: Float = 0
  }

  /// As long as the vocabulary; the first `count` are the candidates.
  private var storage: [Candidate]

  package private(set) var count = 0

  package init(vocabularySize: Int) {
    storage = Array(repeating: Candidate(symbol: 0, logit: 0), count: vocabularySize)
  }

  package var vocabularySize: Int { storage.count }

  package var indices: Range<Int> { 0..<count }

  package subscript(index: Int) -> Candidate {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  /// Starts a choice: every allowed symbol whose logit is neither -∞ nor NaN, by increasing
  /// symbol.
  ///
  /// If there is none, every allowed symbol, all equally probable.
  ///
  /// - Precondition: `logits`, and `allowed` if given, have the vocabulary's size, and at least
  ///   one symbol is allowed.
  package mutating func load(_ logits: UnsafeBufferPointer<Float>, allowed: [Bool]?) {
    precondition(logits.count == storage.count, "one logit a symbol")
    precondition(allowed == nil || allowed?.count == storage.count, "one mask entry a symbol")
    if let allowed {
      load(allowed: { allowed[$0] }, logit: { logits[$0].asLogit })
    } else {
      load(allowed: { _ in true }, logit: { logits[$0].asLogit })
    }
    guard count == 0 else { return }
    load(allowed: { allowed?[$0] ?? true }, logit: { _ in 0 })
    precondition(count > 0, "no symbol is allowed")
  }

  @inline(__always)
  private mutating func load(allowed: (_ symbol: Int) -> Bool, logit: (_ symbol: Int) -> Float) {
    count = storage.withUnsafeMutableBufferPointer { storage in
      var count = 0
      for symbol in storage.indices where allowed(symbol) {
        let logit = logit(symbol)
        // What does not count is written over.
        storage[count] = Candidate(symbol: Int32(truncatingIfNeeded: symbol), logit: logit)
        if logit > -.infinity { count += 1 }
      }
      return count
    }
  }

  /// Calls `body` with the candidates in place, where a loop over them checks no index.
  @inline(__always)
  package mutating func withCandidates<Result>(
    _ body: (UnsafeMutableBufferPointer<Candidate>) -> Result
  ) -> Result {
    storage.withUnsafeMutableBufferPointer {
      body(UnsafeMutableBufferPointer(rebasing: $0[..<count]))
    }
  }

  /// The position of the largest logit, the first one on ties.
  ///
  /// O(`count`).
  package var largest: Int {
    storage.withUnsafeBufferPointer { storage in
      var (index, largest) = (0, storage[0].logit)
      for other in 1..<max(count, 1) where storage[other].logit > largest {
        (index, largest) = (other, storage[other].logit)
      }
      return index
    }
  }

  /// Drops the candidates that do not satisfy `isKept`; the order stays.
  ///
  /// O(`count`).
  @inline(__always)
  package mutating func keep(where isKept: (Candidate) -> Bool) {
    var kept = 0
    for index in 0..<count where isKept(storage[index]) {
      storage[kept] = storage[index]
      kept += 1
    }
    count = kept
  }

  /// Keeps candidates, best first, up to and with the first for which `isLast` holds.
  ///
  /// Selection by a heap: O(`count` + kept · log `count`), in place.
  ///
  /// - Parameters:
  ///   - precedes: a strict total order.
  ///   - isLast: called once for each kept candidate, in that order.
  @inline(__always)
  package mutating func keepFirst(
    by precedes: (Candidate, Candidate) -> Bool, through isLast: (Candidate) -> Bool
  ) {
    for parent in stride(from: count / 2 - 1, through: 0, by: -1) {
      siftDown(parent, end: count, by: precedes)
    }
    // The best of storage[..<end] moves behind the heap: storage[end...] is what was kept,
    // worst first.
    var end = count
    while end > 0 {
      end -= 1
      storage.swapAt(0, end)
      if isLast(storage[end]) { break }
      siftDown(0, end: end, by: precedes)
    }
    let kept = count - end
    for index in 0..<min(kept, count / 2) {
      storage.swapAt(index, count - 1 - index)
    }
    count = kept
  }

  @inline(__always)
  private mutating func siftDown(
    _ start: Int, end: Int, by precedes: (Candidate, Candidate) -> Bool
  ) {
    let moving = storage[start]
    var hole = start
    while 2 * hole + 1 < end {
      var child = 2 * hole + 1
      if child + 1 < end, precedes(storage[child + 1], storage[child]) { child += 1 }
      guard precedes(storage[child], moving) else { break }
      storage[hole] = storage[child]
      hole = child
    }
    storage[hole] = moving
  }
}

extension Candidates.Candidate {
  /// By decreasing probability, and by increasing symbol where that is equal.
  package func isMoreProbable(than other: Self) -> Bool {
    logit == other.logit ? symbol < other.symbol : logit > other.logit
  }
}

extension Float {
  /// The logit with what arithmetic cannot use replaced: NaN by -∞ (impossible), +∞ by the
  /// largest finite value.
  package var asLogit: Float {
    self > -.infinity ? min(self, .greatestFiniteMagnitude) : -.infinity
  }
}
