import FileTesting
import Foundation
import Testing
import Text

@Suite struct CorpusTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// All bytes of a corpus, through the byte vocabulary.
  private func bytes(of corpus: Corpus) throws -> [UInt8] {
    let text = try EncodedText(corpus, vocabulary: .bytes)
    var cursor = EncodedText.Cursor(text)
    return cursor.read(text.count).map { UInt8($0) }
  }

  private func corpusError(_ body: () throws -> Void) -> CorpusError? {
    do {
      try body()
      return nil
    } catch {
      return error as? CorpusError
    }
  }

  @Test func filesAreJoinedExactly() throws {
    let paths = [
      try folder.write("one\r\n", to: "b.txt"),
      try folder.write("", to: "empty.txt"),
      try folder.write([0xFF, 0x00], to: "a.bin"),
    ]
    let corpus = try Corpus(paths: paths)
    #expect(corpus.byteCount == 7)
    #expect(corpus.files.map(\.name) == paths)
    #expect(corpus.files.map(\.byteRange) == [0..<5, 5..<5, 5..<7])
    #expect(try bytes(of: corpus) == Array("one\r\n".utf8) + [0xFF, 0x00])
  }

  @Test func anOffsetIsFoundInItsFile() throws {
    let corpus = try Corpus(paths: [
      folder.write("abc", to: "1"), folder.write("", to: "2"), folder.write("de", to: "3"),
    ])
    #expect(corpus.location(of: 2).file.name.hasSuffix("/1"))
    #expect(corpus.location(of: 2).offset == 2)
    #expect(corpus.location(of: 3).file.name.hasSuffix("/3"))
    #expect(corpus.location(of: 3).offset == 0)
    #expect(corpus.location(of: 4).offset == 1)
  }

  @Test func aFolderGivesItsFilesInByteOrder() throws {
    for name in ["b", "a/z", "a.txt", "a/deep/x", "é", "Z", ".hidden", ".git/config", "a/.swp"] {
      try folder.write(name, to: name)
    }
    let corpus = try Corpus(paths: [folder.path + "/"])
    let names = corpus.files.map { String($0.name.dropFirst(folder.path.count + 1)) }
    #expect(names == ["Z", "a.txt", "a/deep/x", "a/z", "b", "é"])
    #expect(try bytes(of: corpus) == Array(names.joined().utf8))
  }

  @Test func hiddenThingsCountWhenNamed() throws {
    try folder.write("x", to: ".hidden/y")
    #expect(try Corpus(paths: [folder.path + "/.hidden"]).byteCount == 1)
  }

  @Test func linksToFilesAreFollowedAndLinksToFoldersAreNot() throws {
    try folder.write("abc", to: "data/text")
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: folder.path + "/data/link", withDestinationPath: "text")
    try manager.createSymbolicLink(
      atPath: folder.path + "/data/loop", withDestinationPath: "..")
    #expect(try Corpus(paths: [folder.path + "/data"]).byteCount == 6)
  }

  @Test func standardInputMayBeAPipe() throws {
    let file = try folder.write("<>", to: "file")
    let pipe = Pipe()
    let text = "မြန်မာ\n"
    try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try pipe.fileHandleForWriting.close()
    let corpus = try Corpus(
      paths: [file, "-"], standardInput: pipe.fileHandleForReading.fileDescriptor)
    #expect(corpus.files.map(\.name) == [file, "standard input"])
    #expect(try bytes(of: corpus) == Array("<>\(text)".utf8))
  }

  @Test func standardInputMayBeAFileReadInPart() throws {
    let handle = try #require(FileHandle(forReadingAtPath: folder.write("abcdef", to: "file")))
    let descriptor = handle.fileDescriptor
    #expect(
      try bytes(of: Corpus(paths: ["-"], standardInput: descriptor)) == Array("abcdef".utf8))
    #expect(try handle.read(upToCount: 2) == Data("ab".utf8))
    #expect(try bytes(of: Corpus(paths: ["-"], standardInput: descriptor)) == Array("cdef".utf8))
  }

  @Test func aFileTheKernelMakesUpIsRead() throws {
    #expect(try Corpus(paths: ["/proc/self/status"]).byteCount > 0)
  }

  @Test func veryManyFilesShareOneMapping() throws {
    for index in 0..<5 { try folder.write(index == 2 ? "" : "\(index)é", to: "\(index)") }
    let corpus = try Corpus(paths: [folder.path], standardInput: -1, mappingLimit: 4)
    #expect(corpus.files.map(\.byteRange) == [0..<3, 3..<6, 6..<6, 6..<9, 9..<12])
    #expect(try bytes(of: corpus) == Array("0é1é3é4é".utf8))
    try corpus.validateUTF8()
  }

  @Test func aSequenceMayNotSpanFilesEvenInOneMapping() throws {
    try folder.write([0x61, 0xC3], to: "1")
    try folder.write([0xA9, 0x62], to: "2")
    for limit in [1, 2] {
      let corpus = try Corpus(paths: [folder.path], standardInput: -1, mappingLimit: limit)
      #expect(
        corpusError { try corpus.validateUTF8() }
          == .invalidUTF8(file: folder.path + "/1", offset: 1))
    }
  }

  @Test func whatIsNotThereIsNamed() throws {
    let missing = folder.path + "/missing.txt"
    #expect(corpusError { _ = try Corpus(paths: [missing]) } == .noSuchFile(path: missing))
    let below = try folder.write("x", to: "file") + "/below"
    #expect(corpusError { _ = try Corpus(paths: [below]) } == .noSuchFile(path: below))
    #expect(CorpusError.noSuchFile(path: "x.txt").description == "no such file or folder: x.txt")
  }

  @Test func whatCannotBeReadIsNamedWithTheReason() throws {
    let long = folder.path + "/" + String(repeating: "x", count: 300)
    #expect(
      corpusError { _ = try Corpus(paths: [long]) }
        == .unreadable(path: long, reason: "File name too long"))
    #expect(
      corpusError { _ = try Corpus(paths: ["-"], standardInput: -1) }
        == .unreadable(path: "standard input", reason: "Bad file descriptor"))
    #expect(
      CorpusError.unreadable(path: "x.txt", reason: "Permission denied").description
        == "cannot read x.txt: Permission denied")
  }

  @Test func aBrokenLinkIsNotPassedOver() throws {
    try folder.write("x", to: "file")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: "nowhere")
    #expect(
      corpusError { _ = try Corpus(paths: [folder.path]) }
        == .noSuchFile(path: folder.path + "/link"))
  }

  @Test func aFolderWithoutTextIsNamed() throws {
    try folder.write("x", to: ".hidden")
    #expect(
      corpusError { _ = try Corpus(paths: [folder.path]) } == .noText(folder: folder.path))
  }

  @Test func nothingAtAllIsAnError() throws {
    let paths = [try folder.write("", to: "a"), try folder.write("", to: "b")]
    #expect(corpusError { _ = try Corpus(paths: paths) } == .empty(paths: paths))
    #expect(corpusError { _ = try Corpus(paths: []) } == .empty(paths: []))
    #expect(corpusError { _ = try Corpus(text: "") } == .empty(paths: ["text"]))
    #expect(
      CorpusError.empty(paths: ["a", "b"]).description == "the text is empty: a, b (0 bytes)")
  }

  @Test func everyDescriptionIsOneLine() {
    let errors: [CorpusError] = [
      .noSuchFile(path: "x"), .unreadable(path: "x", reason: "y"), .noText(folder: "x"),
      .empty(paths: []), .empty(paths: ["x"]), .invalidUTF8(file: "x", offset: 3),
      .cannotSpool(path: "x", folder: "y", reason: "z"),
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
  }
}
