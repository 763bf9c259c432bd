import FileTesting
import Foundation
import Glibc
import LineEditing
import Testing
import Text

@Suite struct PlainReaderTests {
  private func lines(of bytes: [UInt8]) throws -> [LineResult] {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "input")
    let descriptor = open(folder.file("input"), O_RDONLY)
    defer { close(descriptor) }
    var reader = PlainReader(descriptor: descriptor)
    var results: [LineResult] = []
    repeat {
      results.append(reader.readLine())
    } while results.last != .endOfInput && results.count < 1000
    // The end stays the end.
    #expect(reader.readLine() == .endOfInput)
    return results
  }

  @Test func givesLinesWithoutTheirEnds() throws {
    #expect(try lines(of: []) == [.endOfInput])
    #expect(try lines(of: Array("\n".utf8)) == [.line(""), .endOfInput])
    #expect(
      try lines(of: Array("one\n\n  two\t\r\nça\0\r\n\r\n".utf8))
        == [.line("one"), .line(""), .line("  two\t"), .line("ça\0"), .line(""), .endOfInput])
  }

  @Test func theLastLineNeedsNoEnd() throws {
    #expect(try lines(of: Array("a\nb".utf8)) == [.line("a"), .line("b"), .endOfInput])
    #expect(try lines(of: Array("a\nb\rc\r".utf8)) == [.line("a"), .line("b\rc"), .endOfInput])
  }

  @Test func aMarkAtTheBeginningIsNoText() throws {
    for ends in ["\n", "\r\n", "\r"] {
      #expect(
        try lines(of: Array("\u{FEFF}a\(ends)\u{FEFF}b\(ends)".utf8))
          == [.line("a"), .line("\u{FEFF}b"), .endOfInput])
    }
    #expect(try lines(of: Array("\u{FEFF}a".utf8)) == [.line("a"), .endOfInput])
    #expect(try lines(of: Array("\u{FEFF}".utf8)) == [.endOfInput])
  }

  /// None of its bytes are a line; from a pipe, as soon as the beginning is there.
  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x61, 0, 0x0A, 0], .utf16(isLittleEndian: true, hasMark: true)),
      ([0xFE, 0xFF, 0, 0x61, 0, 0x0A], .utf16(isLittleEndian: false, hasMark: true)),
      ([0x61, 0, 0x0A, 0], .utf16(isLittleEndian: true, hasMark: false)),
      ([0, 0x61, 0, 0x0A], .utf16(isLittleEndian: false, hasMark: false)),
      ([0x61, 0, 0, 0, 0x0A, 0, 0, 0], .utf32(isLittleEndian: true, hasMark: false)),
      ([0x50, 0x4B, 3, 4, 0x0A], .zip),
    ] as [([UInt8], ForeignContent)])
  func otherEncodingsHaveNoLines(bytes: [UInt8], content: ForeignContent) throws {
    #expect(try lines(of: bytes) == [.foreign(content), .endOfInput])
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
    var reader = PlainReader(descriptor: pipe.fileHandleForReading.fileDescriptor)
    #expect(reader.readLine() == .foreign(content))
    // A line that begins so later is one.
    #expect(
      try lines(of: Array("a\n".utf8) + bytes).first == .line("a"))
  }

  @Test(
    arguments: [
      ([0xFF], 0),
      ([0x61, 0xC3, 0xA9, 0xC3], 3),
      ([0xEF, 0xBF, 0xBD, 0xEF, 0xBF], 3),
      ([0x61, 0xED, 0xA0, 0x80, 0x62], 1),
    ] as [([UInt8], Int)])
  func illFormedBytesAreReported(bytes: [UInt8], byte: Int) throws {
    #expect(
      try lines(of: bytes + Array("\nnext\n".utf8))
        == [.malformed(bytes: bytes, byte: byte), .line("next"), .endOfInput])
  }

  @Test func aLongLineTakesTimeInProportion() throws {
    let count = 4 << 20
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: count)
    let clock = ContinuousClock()
    var results: [LineResult] = []
    let time = try clock.measure {
      results = try lines(of: long + Array("\nshort".utf8))
    }
    #expect(results.count == 3)
    #expect(results.first == .line(String(repeating: "x", count: count)))
    #expect(results.dropFirst().first == .line("short"))
    // Searching from the line's start after each read would take minutes.
    #expect(time < .seconds(10))
  }

  @Test func aLineMayArriveInPieces() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let writer = ends[1]
    let thread = Thread {
      for byte in Array("pièce\nend".utf8) {
        withUnsafeBytes(of: byte) { _ = write(writer, $0.baseAddress, 1) }
        usleep(200)
      }
      close(writer)
    }
    thread.start()
    var reader = PlainReader(descriptor: ends[0])
    #expect(reader.readLine() == .line("pièce"))
    #expect(reader.readLine() == .line("end"))
    #expect(reader.readLine() == .endOfInput)
    close(ends[0])
  }

  @Test func aClosedDescriptorIsTheEnd() {
    var reader = PlainReader(descriptor: -1)
    #expect(reader.readLine() == .endOfInput)
  }
}
