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

  /// The file and line of the byte at `offset`: for a byte of a separator, the end of the file
  /// before it.
  ///
  /// - Complexity: reads the file up to there; memory stays constant.
  public func sourceLocation(of offset: Int) -> SourceLocation {
    let index = pieceIndex(at: offset)
    let piece = pieces[pieces[index].isSeparator ? index - 1 : index]
    // The mark before a file's text, if there is one, has no line feed.
    let textOffset = min(offset, piece.end) - piece.start
    var lineFeeds = 0
    for start in stride(from: 0, to: textOffset, by: window) {
      let end = min(start + window, textOffset)
      for byte in piece.bytes[start..<end] where byte == UInt8(ascii: "\n") {
        lineFeeds += 1
      }
      piece.release(piece.start + start..<piece.start + end)
    }
    return SourceLocation(file: location(of: offset).file.name, line: lineFeeds + 1)
  }
}

/// How much of the text is kept resident while lines are counted.
private let window = 1 << 20
