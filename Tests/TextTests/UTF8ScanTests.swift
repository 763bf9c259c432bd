import FileTesting
import Testing
import Text

@Suite struct UTF8ScanTests {
  private func firstInvalid(_ bytes: [UInt8]) throws -> Int? {
    do throws(CorpusError) {
      try Corpus(bytes: bytes, name: "t").validateUTF8()
      return nil
    } catch .invalidUTF8(file: "t", let offset) {
      return offset
    }
  }

  /// What is no UTF-8, at the end of a text, before ASCII and before a continuation byte.
  static let malformed: [[UInt8]] = [
    [0x80], [0xBF],  // no lead
    [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],  // overlong
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],  // surrogates
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],  // too large
    [0xC3], [0xE1, 0x80], [0xE1], [0xF0, 0x9F, 0x99], [0xF0, 0x9F], [0xF0],  // cut short
    [0xC3, 0xC3, 0xA9], [0xE1, 0x80, 0xC3, 0xA9], [0xF0, 0x9F, 0x99, 0xF0, 0x9F, 0x99, 0x82],
  ]

  @Test(arguments: malformed)
  func malformedSequencesAreFoundEverywhere(_ sequence: [UInt8]) throws {
    // Before and after: words of ASCII, the same shifted, and other scalars.
    for before in ["", "a", "abcdefgh", "abcdefghijklm", "é", "abcdefgé", "🙂🙂🙂", "မြန်မာ\r\n"] {
      for after in ["", "a", "abcdefghijklmnop"] {
        let text = Array(before.utf8) + sequence + Array(after.utf8)
        #expect(try firstInvalid(text) == before.utf8.count, "\(before) \(sequence) \(after)")
      }
    }
  }

  @Test func everyScalarIsValid() throws {
    let all = String(String.UnicodeScalarView((0...0x10FFFF).compactMap { Unicode.Scalar($0) }))
    let corpus = try Corpus(text: all)
    let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
    #expect(vocabulary.count == 0x110000 - 0x800)
    #expect(vocabulary.scalars.first == "\0")
    #expect(vocabulary.scalars.last == "\u{10FFFF}")
  }

  @Test func theErrorSaysWhereAndWhatToDo() throws {
    let folder = try TemporaryFolder()
    let paths = [
      try folder.write("abc", to: "1"), try folder.write([0x61, 0xFF, 0x62], to: "2"),
    ]
    let corpus = try Corpus(paths: paths)
    #expect(throws: CorpusError.invalidUTF8(file: paths[1], offset: 1)) {
      try Vocabulary(scanning: corpus, training: 0..<6)
    }
    #expect(throws: CorpusError.invalidUTF8(file: paths[1], offset: 1)) {
      try EncodedText(corpus, vocabulary: Vocabulary(scalars: ["a"], byteFallback: true))
    }
    #expect(
      CorpusError.invalidUTF8(file: "x.txt", offset: 12).description
        == "x.txt: invalid UTF-8 at byte 12; convert it, from Latin-1 or Windows-1252 with iconv -f "
        + "WINDOWS-1252 -t UTF-8 x.txt > x.txt.utf-8.txt; only for what is no text there is "
        + "vocabulary bytes")
  }

  @Test func aRangeThatCutsAScalarIsRefused() throws {
    let corpus = try Corpus(text: "aé")
    #expect(throws: CorpusError.invalidUTF8(file: "text", offset: 1)) {
      try EncodedText(
        corpus, byteRange: 0..<2, vocabulary: Vocabulary(scalars: ["a"], byteFallback: false))
    }
  }

  @Test func scalarsThatStraddleAWindowAreWhole() throws {
    // The scan lets go of a mapped text every 2 MiB, which is no multiple of 3.
    let folder = try TemporaryFolder()
    let count = (1 << 21) / 3 + 4
    let text = [UInt8](repeating: 0x61, count: 1) + (0..<count).flatMap { _ in "မ".utf8 } + [0x62]
    let corpus = try Corpus(paths: [folder.write(text, to: "text")])
    let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
    #expect(vocabulary.scalars == ["a", "b", "မ"])
    let encoded = try EncodedText(corpus, vocabulary: vocabulary)
    #expect(encoded.count == count + 2)
    var cursor = EncodedText.Cursor(encoded, at: count - 1)
    #expect(cursor.read(4) == [2, 2, 1, 0])
  }
}
