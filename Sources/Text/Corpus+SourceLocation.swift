extension Corpus {
  /// Where something stands, for people to look it up.
  public struct SourceLocation: Equatable, Sendable {
    /// The file's name, as in `File`.
    public let file: String
    /// In that file, from 1.
    public let line: Int

    public init(file: String, line: Int) {
      self.file = file
      self.line = line
    }
  }

  /// The file and line of the byte at `offset`.
  ///
  /// - Complexity: reads the file up to there; memory stays constant.
  public func sourceLocation(of offset: Int) -> SourceLocation {
    let (file, fileOffset) = location(of: offset)
    let piece = pieces[pieceIndex(at: offset)]
    var lineFeeds = 0
    for start in stride(from: 0, to: fileOffset, by: window) {
      let end = min(start + window, fileOffset)
      for byte in piece.bytes[start..<end] where byte == UInt8(ascii: "\n") {
        lineFeeds += 1
      }
      piece.release(piece.start + start..<piece.start + end)
    }
    return SourceLocation(file: file.name, line: lineFeeds + 1)
  }
}

/// How much of the text is kept resident while lines are counted.
private let window = 1 << 20
