extension EncodedText {
  /// Reads symbols one after the other, from the end of the part on at its beginning.
  ///
  /// A copy reads on from the same place by itself.
  public struct Cursor: Sendable {
    private let text: EncodedText
    /// The next scalar's byte in the corpus, in the part or at its end.
    private var offset: Int
    /// How many symbols of that scalar have been read.
    private var skip = 0
    private var pieceIndex: Int
    /// From here up to `offset` the text may be resident on this cursor's account.
    private var residentStart: Int
    /// Whether all of the text was passed over without a symbol in it: it has changed.
    private var isBarren = false

    /// A cursor at a position in `0..<text.count`.
    ///
    /// - Complexity: O(log n) of the n bytes; at most the symbols of 16 KiB are passed over.
    public init(_ text: EncodedText, at position: Int = 0) {
      precondition(position >= 0 && position < text.count, "no symbol at position \(position)")
      self.text = text
      let (interval, skipped) = text.index?.place(of: position) ?? (0, 0)
      offset = text.byteRange.lowerBound
      if text.index == nil {
        offset += position
      } else if interval > 0 {
        offset = text.corpus.scalarBoundary(atOrAfter: offset + interval * SymbolIndex.interval)
        // So in a text that has changed.
        if offset >= text.byteRange.upperBound { offset = text.byteRange.lowerBound }
      }
      pieceIndex = text.corpus.pieceIndex(at: offset)
      residentStart = offset
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: min(skipped, 1024)) { passed in
        for start in stride(from: 0, to: skipped, by: 1024) {
          read(min(1024, skipped - start), into: passed)
        }
      }
    }

    /// Writes the next `count` symbols to `destination[0]`, `[stride]`, `[2 · stride]`, ….
    ///
    /// Does not allocate. If the text has been rewritten where it lies, symbols are those of what
    /// it is now. If it has none any more, a read ends after all of it was passed over, and it and
    /// those to come give symbol 0.
    public mutating func read(
      _ count: Int, into destination: UnsafeMutableBufferPointer<Int32>, stride: Int = 1
    ) {
      guard count > 0 else { return }
      precondition(stride > 0, "symbols go forward")
      precondition((count - 1) * stride < destination.count, "too small for \(count) symbols")
      guard var output = destination.baseAddress else { return }
      text.vocabulary.table.withLookup { lookup in
        var left = count
        var passedOver = 0
        while left > 0, !isBarren {
          let start = offset
          let piece = text.corpus.pieces[pieceIndex]
          let end = min(piece.end, text.byteRange.upperBound)
          let written =
            text.index == nil
            ? readBytes(left, of: piece, to: end, lookup, &output, stride)
            : readScalars(left, of: piece, to: end, lookup, &output, stride)
          left -= written
          passedOver = written > 0 ? 0 : passedOver + offset - start
          isBarren = passedOver >= text.byteRange.count
          releaseBehind(piece, atLeast: offset == end ? 0 : residentWindow)
          if offset == text.byteRange.upperBound {
            offset = text.byteRange.lowerBound
            pieceIndex = text.corpus.pieceIndex(at: offset)
            residentStart = offset
          } else if offset == end {
            pieceIndex += 1
          }
        }
        for _ in 0..<left {
          output.pointee = 0
          output += stride
        }
      }
    }

    /// Reads up to `limit` symbols up to `end`, each byte being one.
    @inline(__always)
    private mutating func readBytes(
      _ limit: Int, of piece: Corpus.Piece, to end: Int, _ lookup: ScalarTable.Lookup,
      _ output: inout UnsafeMutablePointer<Int32>, _ stride: Int
    ) -> Int {
      let bytes = piece.bytes
      let start = offset - piece.start
      let count = min(limit, end - offset)
      // There are unknown bytes without byte symbols only in a text that has changed.
      let firstByteSymbol = text.vocabulary.firstByteSymbol
      let byteMask: Int32 = text.vocabulary.hasByteSymbols ? -1 : 0
      for index in start..<start + count {
        let symbol = lookup[ascii: bytes[index]]
        output.pointee =
          symbol != ScalarTable.absent
          ? symbol : (firstByteSymbol + Int32(bytes[index])) & byteMask
        output += stride
      }
      offset += count
      return count
    }

    /// Reads up to `limit` symbols up to `end`.
    @inline(__always)
    private mutating func readScalars(
      _ limit: Int, of piece: Corpus.Piece, to end: Int, _ lookup: ScalarTable.Lookup,
      _ output: inout UnsafeMutablePointer<Int32>, _ stride: Int
    ) -> Int {
      guard let base = piece.bytes.baseAddress else { return 0 }
      let hasByteSymbols = text.vocabulary.hasByteSymbols
      let firstByteSymbol = text.vocabulary.firstByteSymbol
      var written = 0
      while written < limit, offset < end {
        let pointer = base + (offset - piece.start)
        // The text was checked when it was indexed. If it has changed since, a byte that begins
        // no scalar is passed over.
        guard let scalar = UTF8Scan.decode(pointer, available: end - offset) else {
          offset += 1
          skip = 0
          continue
        }
        let symbol = lookup[scalar.value]
        if symbol != ScalarTable.absent {
          output.pointee = symbol
          output += stride
          written += 1
          skip = 0
          offset += scalar.length
        } else if hasByteSymbols {
          while skip < scalar.length, written < limit {
            let byte = pointer.load(fromByteOffset: skip, as: UInt8.self)
            output.pointee = firstByteSymbol + Int32(byte)
            output += stride
            written += 1
            skip += 1
          }
          guard skip >= scalar.length else { break }
          skip = 0
          offset += scalar.length
        } else {
          offset += scalar.length
        }
      }
      return written
    }

    /// Lets go of what this cursor has read, once it is more than `count` bytes.
    @inline(__always)
    private mutating func releaseBehind(_ piece: Corpus.Piece, atLeast count: Int) {
      guard offset - residentStart > count else { return }
      piece.release(max(residentStart, piece.start)..<offset)
      residentStart = offset
    }
  }
}

/// How much of the text a cursor keeps resident: small, as there is one for every lane.
private let residentWindow = 1 << 17
