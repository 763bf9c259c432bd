import Dispatch
import Glibc
import Synchronization

extension Corpus {
  /// Walks the UTF-8 of `range` once, checking it, and counts its symbols.
  ///
  /// The text is read in order, a block at a time, by as many threads as there are processors:
  /// each takes the next block, adds it to the hash of the text, and then walks it while the
  /// others do so with the blocks after it. What comes of it does not depend on who took which.
  /// Beside the index, memory stays constant however long the range.
  ///
  /// - Parameters:
  ///   - makeSink: makes what is told of the scalars, one for each thread.
  ///   - finish: takes each of them back at the end.
  /// - Throws: `CorpusError.invalidUTF8` with the first place that is not.
  func scan<Sink: UTF8Sink & ~Copyable>(
    _ range: Range<Int>, into makeSink: @Sendable () -> Sink,
    finish: @Sendable (borrowing Sink) -> Void = { _ in }
  ) throws(CorpusError) -> SymbolIndex {
    let blockCount = (range.count + blockSize - 1) / blockSize
    let pass = Mutex(Pass())
    let intervals = (range.count + SymbolIndex.interval - 1) / SymbolIndex.interval
    let index = withUnsafeTemporaryAllocation(of: Int.self, capacity: intervals) { counts in
      counts.initialize(repeating: 0)
      // Each element belongs to one block, and so to one thread.
      nonisolated(unsafe) let counts = counts
      DispatchQueue.concurrentPerform(iterations: min(blockCount, processorCount)) { _ in
        var sink = makeSink()
        while let block = nextBlock(of: range, in: pass) {
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

  /// The next block, now hashed; `nil` after the last, and where a flaw has been found: all blocks
  /// before it have been taken then.
  private func nextBlock(of range: Range<Int>, in pass: borrowing Mutex<Pass>) -> Range<Int>? {
    pass.withLock { pass in
      let start = range.lowerBound + pass.taken
      guard pass.flaw == nil, start < range.upperBound else { return nil }
      let block = start..<min(start + blockSize, range.upperBound)
      pass.taken += block.count
      // Within the lock: the hash is of bytes in order.
      hashed.withLock { $0.add(block, of: self) }
      return block
    }
  }

  /// Walks the scalars that begin in a block, the last of which may end in the next.
  private func walk<Sink: UTF8Sink & ~Copyable>(
    _ block: Range<Int>, of range: Range<Int>, into sink: inout Sink,
    _ counts: UnsafeMutableBufferPointer<Int>
  ) throws(InvalidUTF8) {
    var offset = scalarBoundary(at: block.lowerBound, in: range)
    var index = pieceIndex(at: offset)
    while offset < block.upperBound {
      let piece = pieces[index]
      let bytes = piece.bytes(of: piece.start..<min(piece.end, range.upperBound))
      let interval = (offset - range.lowerBound) / SymbolIndex.interval
      let stop = min(
        range.lowerBound + (interval + 1) * SymbolIndex.interval, block.upperBound, piece.end)
      let before = sink.symbolCount
      do throws(InvalidUTF8) {
        offset =
          try piece.start
          + UTF8Scan.walk(
            bytes, from: offset - piece.start, to: stop - piece.start, into: &sink)
      } catch {
        throw InvalidUTF8(offset: piece.start + error.offset)
      }
      counts[interval] += sink.symbolCount - before
      if offset == piece.end { index += 1 }
    }
    // Where the next block begins, or else there are bytes between that belong to no scalar.
    guard offset == scalarBoundary(at: block.upperBound, in: range) else {
      throw InvalidUTF8(offset: offset)
    }
  }

  /// Where the first scalar from `offset` on begins, taking it that one does where `range` does.
  private func scalarBoundary(at offset: Int, in range: Range<Int>) -> Int {
    offset == range.lowerBound ? offset : min(scalarBoundary(atOrAfter: offset), range.upperBound)
  }
}

/// How far a pass over a text has come.
private struct Pass {
  /// Bytes from its beginning on.
  var taken = 0
  /// The first place known not to be UTF-8.
  var flaw: Int?
}

/// How much of the text each thread keeps resident: as much as stays in a processor's cache from
/// one reading to the next.
private let blockSize = 1 << 20

private let processorCount = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
