import FileTesting
import Foundation
import Testing
import Text

/// Positions and offsets that do not fit into 32 bits, in files that are holes but for a few pages.
@Suite("Texts of more than 4 GiB")
struct LargeTextTests {
  private let folder: TemporaryFolder
  private let path: String
  /// Beyond 2³², on no boundary of anything.
  private static let place = 1 << 32 + 12_345_677
  private static let size = 5 << 30 + 3

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("", to: "text")
  }

  /// A text of NULs with `words` at their offsets.
  private func corpus(_ words: [(offset: Int, text: String)]) throws -> Corpus {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(Self.size))
    for word in words {
      try file.seek(toOffset: UInt64(word.offset))
      try file.write(contentsOf: Data(word.text.utf8))
    }
    try file.close()
    return try Corpus(paths: [path])
  }

  @Test func bytesAreFound() throws {
    let text = try EncodedText(
      corpus([(Self.place, "abc"), (Self.size - 2, "yz")]), vocabulary: .bytes)
    #expect(text.count == Self.size)
    var cursor = EncodedText.Cursor(text, at: Self.place - 1)
    #expect(cursor.read(5) == [0, 0x61, 0x62, 0x63, 0])
    cursor = EncodedText.Cursor(text, at: Self.size - 3)
    #expect(cursor.read(4) == [0, 0x79, 0x7A, 0])
  }

  @Test func lanesBeginBeyond() throws {
    let plan = try #require(LanePlan.fitting(count: Self.size, lanes: 6, sequenceLength: 4))
    #expect(!plan.shrank)
    let starts = (0..<6).map { $0 * plan.laneLength }
    #expect(starts[5] > 1 << 32)
    let text = try EncodedText(
      corpus(starts.map { ($0, "\($0 % 10)abc") }), vocabulary: .bytes)
    var inputs = [Int32](repeating: -1, count: 24)
    var targets = inputs
    var chunks = LaneChunks(text: text, plan: plan)
    inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer { targets in
        chunks.next(inputs: inputs, targets: targets)
      }
    }
    #expect(Array(inputs[..<6]) == starts.map { 0x30 + Int32($0 % 10) })
    #expect(
      Array(inputs[6...]) == [Int32](repeating: 0x61, count: 6)
        + [Int32](repeating: 0x62, count: 6) + [Int32](repeating: 0x63, count: 6))
    #expect(Array(targets[..<18]) == Array(inputs[6...]))
  }

  /// Through an index as reading all of the text would give it.
  @Test func scalarsAreFoundThroughTheIndex() throws {
    let corpus = try corpus([(7, "é"), (Self.place, "éaéb")])
    var counts = Array(
      repeating: SymbolIndex.interval, count: Self.size / SymbolIndex.interval)
    counts.append(Self.size % SymbolIndex.interval)
    counts[0] -= 1
    counts[Self.place / SymbolIndex.interval] -= 2
    let text = EncodedText(
      corpus, byteRange: 0..<Self.size,
      vocabulary: try Vocabulary(scalars: ["\0", "a", "b", "é"], byteFallback: false),
      index: SymbolIndex(counts: counts))
    #expect(text.count == Self.size - 3)
    for (position, expected) in [
      (6, [0, 3, 0]), (Self.place - 2, [0, 3, 1, 3, 2, 0]), (Self.place + 1, [3, 2, 0]),
      (text.count - 1, [0, 0]),
    ] as [(Int, [Int32])] {
      var cursor = EncodedText.Cursor(text, at: position)
      #expect(cursor.read(expected.count) == expected, "at \(position)")
    }
  }
}
