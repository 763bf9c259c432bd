/// A text of any size, read where it lies: files are mapped, never copied, and several are one
/// text, with a separator between them and nothing normalised. Only the byte order mark that a file of
/// UTF-8 may begin with is not part of the text.
///
/// Offsets are bytes from the beginning of the whole text. A corpus does not know what its bytes
/// mean: whether they must be UTF-8 is for a `Vocabulary` and an `EncodedText` to say.
///
/// The files must stay as they are while the corpus lives.
public final class Corpus: Sendable {
  /// One of the files a corpus was joined from.
  public struct File: Equatable, Sendable {
    /// The path, as found, or `standard input`.
    public let name: String
    /// Where the file's bytes lie in the corpus; empty for an empty file.
    public let byteRange: Range<Int>
    /// Bytes of a byte order mark before them.
    let markLength: Int
  }

  /// A file's bytes, or what stands between two files: a UTF-8 sequence lies within one piece.
  struct Piece: Sendable {
    let mapping: Mapping
    let range: Range<Int>
    /// Where the piece begins in the corpus.
    let start: Int
    var isSeparator = false

    var end: Int { start + range.count }

    /// Valid while the piece's mapping lives.
    var bytes: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: mapping.bytes[range])
    }

    /// The bytes of a range of the corpus that lies within the piece.
    func bytes(of corpusRange: Range<Int>) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(
        rebasing: bytes[corpusRange.lowerBound - start..<corpusRange.upperBound - start])
    }

    var lastByte: UInt8 {
      let last = range.upperBound - 1
      let byte = mapping.bytes[last]
      // What is around it is let go of again: files by the thousand would keep as much resident. That
      // of a smaller one has come with its beginning.
      if range.count > Mapping.faultWindow { mapping.release(last..<range.upperBound) }
      return byte
    }

    /// Lets go of a range of the corpus that lies within the piece: see `Mapping.release(_:)`.
    func release(_ corpusRange: Range<Int>) {
      let shift = range.lowerBound - start
      mapping.release(corpusRange.lowerBound + shift..<corpusRange.upperBound + shift)
    }
  }

  /// All files in order, empty ones too.
  public let files: [File]
  /// What stands between files that are not empty, where there are several.
  public let separator: DocumentSeparator
  /// Files that are not empty, in order: at least one; and the separators between them, all of one
  /// mapping.
  let pieces: [Piece]

  /// Always more than 0.
  public var byteCount: Int { files.last?.byteRange.upperBound ?? 0 }

  /// A corpus of parts, each a file's name and, unless it is empty, its bytes in a mapping.
  ///
  /// - Parameter areFiles: whether a byte order mark at the beginning of a part is not of the text.
  init(
    parts: [(name: String, bytes: (mapping: Mapping, range: Range<Int>)?)], areFiles: Bool,
    separator: DocumentSeparator = .lineFeed
  ) throws(CorpusError) {
    var files: [File] = []
    var pieces: [Piece] = []
    let between = Mapping(copying: Array(separator.text.utf8))
    var start = 0
    for (name, bytes) in parts {
      var end = start
      var markLength = 0
      if let (mapping, range) = bytes {
        let hasMark = areFiles && mapping.bytes[range].starts(with: byteOrderMark)
        markLength = hasMark ? byteOrderMark.count : 0
        let range = range.dropFirst(markLength)
        if !range.isEmpty {
          if let last = pieces.last, separator.follows(last.lastByte) {
            pieces.append(
              Piece(
                mapping: between, range: 0..<between.bytes.count, start: start, isSeparator: true))
            start += between.bytes.count
          }
          pieces.append(Piece(mapping: mapping, range: range, start: start))
        }
        end = start + range.count
      }
      files.append(File(name: name, byteRange: start..<end, markLength: markLength))
      start = end
    }
    guard start > 0 else { throw .empty(paths: parts.map(\.name)) }
    self.files = files
    self.pieces = pieces
    self.separator = separator
  }

  /// A copy of `bytes` as a corpus of one file.
  ///
  /// - Throws: `CorpusError.empty` where there are none.
  public convenience init(bytes: [UInt8], name: String = "text") throws(CorpusError) {
    try self.init(
      parts: [(name, bytes.isEmpty ? nil : (Mapping(copying: bytes), 0..<bytes.count))],
      areFiles: false)
  }

  /// The UTF-8 of `text` as a corpus of one file.
  ///
  /// - Throws: `CorpusError.empty` where there is none.
  public convenience init(text: String) throws(CorpusError) {
    try self.init(bytes: Array(text.utf8))
  }

  /// How many files are not empty.
  public var documentCount: Int { pieces.count - separatorCount }

  /// How often the separator stands between two of them.
  public var separatorCount: Int { pieces.count(where: \.isSeparator) }

  /// The file that holds the byte at `offset`, and the byte's offset in that file: for a byte of a
  /// separator, the file before it, and its end.
  public func location(of offset: Int) -> (file: File, offset: Int) {
    precondition(offset >= 0 && offset < byteCount, "no byte at offset \(offset)")
    let piece = pieces[pieceIndex(at: offset)]
    let last = piece.isSeparator ? piece.start - 1 : offset
    // Empty files hold no byte; `upperBound > last` skips them.
    let file = files[files.firstIndexSorted { $0.byteRange.upperBound > last }]
    let end = min(offset, file.byteRange.upperBound)
    return (file, end - file.byteRange.lowerBound + file.markLength)
  }

  /// Calls `body` for each piece with what of `range` lies in it, in order.
  func forEachPiece(of range: Range<Int>, _ body: (Piece, Range<Int>) -> Void) {
    var index = pieceIndex(at: range.lowerBound)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let end = min(pieces[index].end, range.upperBound)
      body(pieces[index], offset..<end)
      offset = end
      index += 1
    }
  }

  /// The first piece that reaches beyond `offset`.
  func pieceIndex(at offset: Int) -> Int {
    pieces.firstIndexSorted { $0.end > offset }
  }

  /// The first offset from `offset` on whose byte does not continue a scalar.
  ///
  /// A scalar has at most three such bytes: where there are more, the text is no UTF-8 and any
  /// place will do.
  func scalarBoundary(atOrAfter offset: Int) -> Int {
    guard offset < byteCount else { return byteCount }
    let piece = pieces[pieceIndex(at: offset)]
    let bytes = piece.bytes.dropFirst(offset - piece.start).prefix(3)
    return offset + bytes.prefix { $0 & 0xC0 == 0x80 }.count
  }

  /// Takes the pages of `range` off this process's resident memory: see `Mapping.release(_:)`.
  func release(_ range: Range<Int>) {
    forEachPiece(of: range) { piece, range in piece.release(range) }
  }

  /// Checks that all of the text is UTF-8.
  ///
  /// - Throws: `CorpusError.invalidUTF8` with the first place that is not.
  public func validateUTF8() throws(CorpusError) {
    _ = try scan(0..<byteCount, into: NoSink.init)
  }
}

private struct NoSink: UTF8Sink {
  var symbolCount: Int { 0 }
  mutating func ascii(_: UInt64) {}
  mutating func scalar(_: DecodedScalar) {}
}
