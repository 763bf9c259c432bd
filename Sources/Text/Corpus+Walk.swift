extension Corpus {
  /// Walks all of the text from beginning to end: one thread, in constant memory.
  func walk(into sink: inout some UTF8Sink) throws(CorpusError) {
    for piece in pieces {
      var offset = 0
      while offset < piece.range.count {
        let reached: Int
        do {
          reached = try UTF8Scan.walk(
            piece.bytes, from: offset, to: min(offset + window, piece.range.count), into: &sink)
        } catch {
          let (file, fileOffset) = location(of: piece.start + error.offset)
          throw .invalidUTF8(file: file.name, offset: fileOffset)
        }
        piece.release(piece.start + offset..<piece.start + reached)
        offset = reached
      }
    }
  }
}

/// How much of the text is kept resident.
private let window = 1 << 20
