import FileTesting
import Foundation
import Testing
import Text

/// What stands between the files of a corpus, however it is read.
@Suite struct DocumentSeparatorTests {
  private let folder: TemporaryFolder
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  init() throws {
    folder = try TemporaryFolder()
  }

  private func bytes(of corpus: Corpus) throws -> [UInt8] {
    let text = try EncodedText(corpus, vocabulary: .bytes)
    var cursor = EncodedText.Cursor(text)
    return cursor.read(text.count).map { UInt8($0) }
  }

  /// The files' paths, written anew.
  private func write(_ files: [[UInt8]]) throws -> [String] {
    try files.enumerated().map { try folder.write($0.element, to: "\($0.offset)") }
  }

  /// Mapped each by itself, and all in one temporary file.
  static let mappingLimits = [1, 4096]

  @Test(arguments: mappingLimits) func aLineFeedOnlyAfterOpenLines(limit: Int) throws {
    let paths = try write(
      ["", "a\n", "b", "", "c\r\n", "d\r", "é", "e\n\n", "f", ""].map { Array($0.utf8) })
    let corpus = try Corpus(paths: paths, standardInput: -1, mappingLimit: limit)
    #expect(try bytes(of: corpus) == Array("a\nb\nc\r\nd\ré\ne\n\nf".utf8))
    #expect(corpus.documentCount == 7)
    #expect(corpus.separatorCount == 2)
    #expect(corpus.separator == .lineFeed)
  }

  @Test(arguments: mappingLimits) func whatIsGivenStandsBetweenAllThatAreNotEmpty(limit: Int) throws
  {
    let paths = try write(
      [Self.mark + Array("a\n".utf8), [], Self.mark, Array("b".utf8), Self.mark + Array("c".utf8)])
    for separator in ["\n\n", "<|endoftext|>", "ö🙂", "\0", "\u{FEFF}"] {
      let corpus = try Corpus(
        paths: paths, separator: DocumentSeparator(separator), standardInput: -1,
        mappingLimit: limit)
      let text = "a\n\(separator)b\(separator)c"
      #expect(try bytes(of: corpus) == Array(text.utf8))
      #expect(corpus.byteCount == text.utf8.count)
      let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
      #expect(vocabulary.scalars == Set(text.unicodeScalars).sorted { $0.value < $1.value })
      for start in 0..<text.unicodeScalars.count {
        var cursor = EncodedText.Cursor(try EncodedText(corpus, vocabulary: vocabulary), at: start)
        let symbols = naiveSymbols(text, vocabulary)
        #expect(cursor.read(symbols.count) == Array(symbols[start...] + symbols[..<start]))
      }
    }
    let none = try Corpus(
      paths: paths, separator: .none, standardInput: -1, mappingLimit: limit)
    #expect(try bytes(of: none) == Array("a\nbc".utf8))
    #expect(none.separatorCount == 0)
  }

  @Test func oneFileIsAsItIs() throws {
    for (files, text) in [(["a"], "a"), (["", "a", ""], "a"), (["a\n", "b\n"], "a\nb\n")] {
      let corpus = try Corpus(paths: write(files.map { Array($0.utf8) }))
      #expect(try bytes(of: corpus) == Array(text.utf8))
      #expect(corpus.separatorCount == 0)
    }
  }

  /// A byte of a separator is at the end of the file before it.
  @Test(arguments: mappingLimits) func offsetsAreThoseOfTheirFiles(limit: Int) throws {
    let paths = try write(
      [
        Self.mark + Array("a\nb".utf8), [], Array("c".utf8), Self.mark, Array("\n\nd".utf8),
      ])
    let corpus = try Corpus(
      paths: paths, separator: DocumentSeparator("--"), standardInput: -1, mappingLimit: limit)
    let files = (0..<corpus.byteCount).map { corpus.location(of: $0) }
      .map { "\(($0.file.name as NSString).lastPathComponent):\($0.offset)" }
    #expect(
      files == ["0:3", "0:4", "0:5", "0:6", "0:6", "2:0", "2:1", "2:1", "4:0", "4:1", "4:2"])
    let lines = (0..<corpus.byteCount).map { corpus.sourceLocation(of: $0).line }
    #expect(lines == [1, 1, 2, 2, 2, 1, 1, 1, 1, 2, 3])
    #expect(corpus.files.map(\.byteRange) == [0..<3, 3..<3, 5..<6, 6..<6, 8..<11])
  }

  @Test func whatIsNoTextIsFoundInItsFile() throws {
    let paths = try write([Array("ab".utf8), Self.mark + [0x61, 0xFF]])
    for separator in [.lineFeed, .none, DocumentSeparator("\u{1F642}")] {
      let corpus = try Corpus(paths: paths, separator: separator)
      #expect(throws: CorpusError.invalidUTF8(file: paths[1], offset: 4)) {
        try corpus.validateUTF8()
      }
    }
    // A separator is none of the files, whatever it looks like.
    let odd = try Corpus(
      paths: write([Array("ab".utf8), Array("cd".utf8)]),
      separator: DocumentSeparator("a\0b\0c\0d\0e\0"))
    try odd.validateUTF8()
  }

  /// A split in a separator is between scalars, and the hash is that of the text as one file.
  @Test func splitsAndHashes() throws {
    let paths = try write([Array("abc".utf8), Array("def".utf8)])
    let separator = DocumentSeparator("é🙂é")
    let corpus = try Corpus(paths: paths, separator: separator)
    let whole = try Corpus(text: "abcé🙂édef")
    #expect(corpus.contentHash() == whole.contentHash())
    for share in stride(from: 0.05, to: 1, by: 0.05) {
      #expect(
        Split(corpus: corpus, validationFraction: share)
          == Split(corpus: whole, validationFraction: share))
    }
  }

  @Test func passagesOfNoveltyAreFoundInTheirFiles() throws {
    let sample = try Corpus(
      paths: write([[], Array("xx".utf8), Self.mark + Array("y\nabc".utf8)]))
    let corpus = try Corpus(
      paths: [
        folder.write("12\n\n3ab", to: "c1"), folder.write(Self.mark + [0x63], to: "c2"),
      ], separator: DocumentSeparator("\n"))
    let report = try NoveltyReport(of: sample, against: corpus, lengths: [2])
    // "ab" of "abc": the corpus has a line feed before its "c".
    #expect(report.longest?.text == "ab")
    #expect(report.longest?.inSample == .init(file: "\(folder.path)/2", line: 2))
    #expect(report.longest?.inCorpus == .init(file: "\(folder.path)/c1", line: 3))
    let across = try NoveltyReport(of: Corpus(text: "\nc"), against: corpus, lengths: [2])
    #expect(across.nGrams[0].copied == 1)
    #expect(across.longest?.inCorpus == .init(file: "\(folder.path)/c1", line: 3))
  }

  @Test func itIsSpelledAsItIsTyped() throws {
    for (separator, spelling) in [
      (DocumentSeparator.none, "nothing"), (DocumentSeparator("\n\n"), #""\n\n""#),
      (DocumentSeparator("\t\"\\\u{0}\u{2028}ö"), #""\t\"\\\u{0}\u{2028}ö""#),
      (.lineFeed, "a line feed after those that do not end with one"),
    ] {
      #expect("\(separator)" == spelling)
      let coded = try JSONEncoder().encode(separator)
      #expect(try JSONDecoder().decode(DocumentSeparator.self, from: coded) == separator)
    }
    let text = "\t\r\n\u{0}\u{7F}\u{200B}\"\\ü"
    #expect(unescaped(escapedSpelling(of: text)) == text)
  }
}
