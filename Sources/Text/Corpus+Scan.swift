import Dispatch
import Glibc
import Synchronization

extension Corpus {
  /// Walks the UTF-8 of `range` once, checking it, and counts its symbols.
  ///
  /// The text is read in order, a block at a time, by as many threads as there are processors:
  /// each takes the next block, hands it to `visit`, and then walks it while the others do so with
  /// the blocks after it. What comes of it does not depend on who took which.
  /// Beside the index, memory stays constant however long the range.
  ///
  /// - Parameters:
  ///   - makeSink: makes what receives the scalars, one for each thread.
  ///   - visit: called with each block, in order and one at a time, before it is walked.
  ///   - finish: takes each of them back at the end.
  /// - Throws: `CorpusError.foreign`, or `.invalidUTF8` with the first place that is not.
  func scan<Sink: UTF8Sink & ~Copyable>(
    _ range: Range<Int>, into makeSink: @Sendable () -> Sink,
    visit: @Sendable (Range<Int>) -> Void = { _ in },
    finish: @Sendable (borrowing Sink) -> Void = { _ in }
  ) throws(CorpusError) -> SymbolIndex {
    try checkContent(of: range)
    let blockCount = (range.count + blockSize - 1) / blockSize
    let pass = Mutex(Pass())
    let intervals = (range.count + SymbolIndex.interval - 1) / SymbolIndex.interval
    let index = withUnsafeTemporaryAllocation(of: Int.self, capacity: intervals) { counts in
      counts.initialize(repeating: 0)
      // Each element belongs to one block, and so to one thread.
      nonisolated(unsafe) let counts = counts
      DispatchQueue.concurrentPerform(iterations: min(blockCount, processorCount)) { _ in
        var sink = makeSink()
        while let block = nextBlock(of: range, in: pass, visit: visit) {
          do throws(InvalidUTF8) {
            try walk(block, of: range, into: &sink, counts)
          } catch {
            pass.withLock { $0.flaw = min($0.flaw ?? .max, error.offset) }
          }
          release(block)
        }
        finish(sink)
      }
      return SymbolIndex(counts: counts)
    }
    if let flaw = pass.withLock({ $0.flaw }) {
      let (file, offset) = location(of: flaw)
      throw .invalidUTF8(file: file.name, offset: offset)
    }
    return index
  }

  /// Looks at the beginnings of files: what is no UTF-8 may look like it, as UTF-16 does.
  func checkContent(of range: Range<Int>) throws(CorpusError) {
    for piece in pieces where !piece.isSeparator && range.contains(piece.start) {
      guard let content = ForeignContent(head: piece.bytes) else { continue }
      throw .foreign(file: location(of: piece.start).file.name, content)
    }
  }

  /// The next block, now visited; `nil` after the last, and where a flaw has been found: all blocks
  /// before it have been taken then.
  ///
  /// Blocks are cut where scalars begin.
  private func nextBlock(
    of range: Range<Int>, in pass: borrowing Mutex<Pass>, visit: (Range<Int>) -> Void
  ) -> Range<Int>? {
    pass.withLock { pass in
      let start = pass.reached ?? range.lowerBound
      guard pass.flaw == nil, start < range.upperBound else { return nil }
      pass.blocks += 1
      let end = scalarBoundary(atOrAfter: range.lowerBound + pass.blocks * blockSize)
      let block = start..<min(end, range.upperBound)
      pass.reached = block.upperBound
      // Within the lock, so that blocks come in order.
      visit(block)
      return block
    }
  }

  private func walk<Sink: UTF8Sink & ~Copyable>(
    _ block: Range<Int>, of range: Range<Int>, into sink: inout Sink,
    _ counts: UnsafeMutableBufferPointer<Int>
  ) throws(InvalidUTF8) {
    var offset = block.lowerBound
    var index = pieceIndex(at: offset)
    while offset < block.upperBound {
      let piece = pieces[index]
      let end = min(piece.end, block.upperBound)
      let interval = (offset - range.lowerBound) / SymbolIndex.interval
      let stop = min(end, range.lowerBound + (interval + 1) * SymbolIndex.interval)
      let before = sink.symbolCount
      do throws(InvalidUTF8) {
        offset =
          try piece.start
          + UTF8Scan.walk(
            piece.bytes(of: piece.start..<end), from: offset - piece.start,
            to: stop - piece.start, into: &sink)
      } catch {
        throw InvalidUTF8(offset: piece.start + error.offset)
      }
      counts[interval] += sink.symbolCount - before
      if offset == piece.end { index += 1 }
    }
  }
}

/// How far a pass over a text has come.
private struct Pass {
  var blocks = 0
  /// Where the last block ends.
  var reached: Int?
  /// The first place known not to be UTF-8.
  var flaw: Int?
}

/// How much of the text each thread keeps resident, and finds in the processor's cache after it was
/// visited. Less than what Linux maps at a time would have threads take it from each other.
private let blockSize = 1 << 21

private let processorCount = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
