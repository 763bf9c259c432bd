import FileTesting
import Foundation
@testable import TensorBoard
import Testing

@Suite struct EventFileTests {
  @Test func theChecksumIsTheOneOfTheStandard() {
    // CRC-32C of "123456789" is E3069283 (RFC 3720, B.4 has more); masked as TFRecord does.
    let crc: UInt32 = 0xE306_9283
    #expect(
      maskedChecksum(Array("123456789".utf8)) == (crc >> 15 | crc << 17) &+ 0xA282_EAD8)
    #expect(
      maskedChecksum(Array(repeating: 0, count: 32))
        == EventReader.masked(Array(repeating: 0, count: 32)))
  }

  @Test func eventsAreReadAsTheyWereWritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("deep/down")
    let file = try EventFile(in: path, from: 0) { 1_700_000_000.5 }
    try file.append(.scalar(tag: "loss/train", 1.25), step: 300)
    try file.append(.text(tag: "sample", "süß\nand\u{1}"), step: -1)
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    let name = try #require(names.first)
    #expect(names.count == 1 && name.hasPrefix("events.out.tfevents.1700000000."))
    #expect(name.hasSuffix(".\(getpid()).0"))

    let events = try EventReader.events(folder.bytes(of: "deep/down/\(name)"))
    #expect(events.count == 4 && events.allSatisfy { $0.double(1) == 1_700_000_000.5 })
    #expect(events[0].text(3) == "brain.Event:2")
    #expect(events[1].numbers[2] == 0)
    #expect(try events[1].message(7).numbers[1] == 1)
    let scalar = try events[2].message(5).message(1)
    #expect(events[2].numbers[2] == 300)
    #expect(scalar.text(1) == "loss/train" && scalar.float(2) == 1.25)
    let text = try events[3].message(5).message(1)
    #expect(events[3].numbers[2] == UInt64.max, "as an int64")
    #expect(try text.message(8).text(8) == "süß\nand\u{1}")
    #expect(try text.message(8).numbers[1] == 7)
    #expect(try text.message(9).message(1).text(1) == "text")
  }

  /// TensorBoard reads the files of a folder by their names.
  @Test func aLaterFileHasALaterName() throws {
    let folder = try TemporaryFolder()
    var names: [String] = []
    // The clock goes back.
    for second in [1_700_000_000.0, 1_700_000_000, 1_600_000_000] {
      _ = try EventFile(in: folder.path, from: 0) { second }
      let now = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      names.append(try #require(now.first { !names.contains($0) }))
    }
    #expect(names == names.sorted())
  }

  @Test func whereNoFolderCanBe() throws {
    let folder = try TemporaryFolder()
    try folder.write("text", to: "file")
    for name in ["file", "file/below"] {
      #expect(throws: (any Error).self) { try EventFile(in: folder.file(name), from: 0) }
    }
    #expect(!EventFile.areIn(folder.path) && !EventFile.areIn(folder.file("none")))
  }

  @Test func histograms() throws {
    let histogram = try #require(Histogram([-1, 0, 0.4, 0.6, 1, 3, .nan, .infinity], parts: 4))
    #expect(histogram.limits == [0, 1, 2, 3])
    #expect(histogram.counts == [1, 3, 1, 1])
    #expect(histogram.count == 6 && histogram.minimum == -1 && histogram.maximum == 3)
    #expect(abs(histogram.sum - 4) < 1e-6 && abs(histogram.sumOfSquares - 11.52) < 1e-6)
    #expect(Histogram([2, 2])?.counts == [2])
    #expect(Histogram([]) == nil && Histogram([.nan]) == nil)
  }
}
