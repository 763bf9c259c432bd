import FileTesting
import Testing
import Text

@Suite struct EncodedTextTests {
  /// Vocabularies that know all, some and none of a text.
  private func vocabularies(for text: String) throws -> [Vocabulary] {
    let all = Set(text.unicodeScalars).sorted { $0.value < $1.value }
    let some = all.enumerated().filter { $0.offset % 3 != 1 }.map(\.element)
    return [
      .bytes,
      try Vocabulary(scalars: all, byteFallback: false),
      try Vocabulary(scalars: all, byteFallback: true),
      try Vocabulary(scalars: some, byteFallback: false),
      try Vocabulary(scalars: some, byteFallback: true),
      try Vocabulary(scalars: ["\u{2}"], byteFallback: true),
    ]
  }

  @Test func readingIsExactAndCyclicFromEveryPosition() throws {
    var generator = SeededGenerator(state: 1)
    for alphabet in ["abcdefg\n", "aé", "မြန်🙂", mixedAlphabet] {
      for length in [1, 2, 7, 40] {
        let text = randomText(length, from: alphabet, using: &generator)
        for vocabulary in try vocabularies(for: text) {
          let expected = naiveSymbols(text, vocabulary)
          let encoded = try EncodedText(Corpus(text: text), vocabulary: vocabulary)
          try #require(encoded.count == expected.count)
          for start in expected.indices {
            var cursor = EncodedText.Cursor(encoded, at: start)
            var position = start
            for count in [1, 3, 0, 2 * expected.count + 1] {
              let read = cursor.read(count)
              #expect(
                read == (0..<count).map { expected[(position + $0) % expected.count] },
                "\(text) from \(start)")
              position += count
            }
          }
        }
      }
    }
  }

  @Test func longTextsAreFoundThroughTheIndex() throws {
    var generator = SeededGenerator(state: 2)
    let folder = try TemporaryFolder()
    for (name, alphabet) in [
      ("ascii", "abcdefgh"), ("some", "abcdefghé"), ("mixed", mixedAlphabet),
    ] {
      let text = randomText(40_000, from: alphabet, using: &generator)
      let corpus = try Corpus(paths: [folder.write(text, to: name)])
      for vocabulary in try vocabularies(for: text) {
        let expected = naiveSymbols(text, vocabulary)
        guard !expected.isEmpty else { continue }
        let encoded = try EncodedText(corpus, vocabulary: vocabulary)
        try #require(encoded.count == expected.count)
        var positions = [16_383, 16_384, 16_385, 32_767, 32_768, 32_769, expected.count - 1]
        for _ in 0..<10 { positions.append(Int.random(in: 0..<expected.count, using: &generator)) }
        for position in positions where position < expected.count {
          var cursor = EncodedText.Cursor(encoded, at: position)
          let expectation = (0..<70).map { expected[(position + $0) % expected.count] }
          #expect(cursor.read(70) == expectation, "\(name) at \(position)")
        }
        var cursor = EncodedText.Cursor(encoded)
        #expect(cursor.read(expected.count) == expected)
      }
    }
  }

  @Test func partsOfSeveralFilesAreReadAsOne() throws {
    let folder = try TemporaryFolder()
    let parts = ["ab", "é", "", "🙂x", "မa"]
    let paths = try parts.enumerated().map { try folder.write($0.element, to: "\($0.offset)") }
    let corpus = try Corpus(paths: paths, separator: .none)
    let whole = Array(parts.joined().utf8)
    let boundaries = [0, 1, 2, 4, 8, 9, 12, 13]
    for vocabulary in try vocabularies(for: parts.joined()) {
      for lower in boundaries {
        for upper in boundaries where upper >= lower {
          let expected = naiveSymbols(
            String(decoding: whole[lower..<upper], as: UTF8.self), vocabulary)
          let encoded = try EncodedText(corpus, byteRange: lower..<upper, vocabulary: vocabulary)
          #expect(encoded.count == expected.count)
          guard !expected.isEmpty else { continue }
          for start in expected.indices {
            var cursor = EncodedText.Cursor(encoded, at: start)
            #expect(
              cursor.read(9) == (0..<9).map { expected[(start + $0) % expected.count] })
          }
        }
      }
    }
  }

  @Test func aLargeFileIsReadAsItWasAfterItsPagesAreLetGo() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    let text = try EncodedText(
      Corpus(paths: [folder.write(bytes, to: "text")]), vocabulary: .bytes)
    var cursor = EncodedText.Cursor(text, at: 5)
    let expected = (5..<1_200_005).map { Int32(bytes[$0 % 600_000]) }
    #expect(cursor.read(1000) + cursor.read(1_199_000) == expected)
  }

  @Test func unknownScalarsAreCounted() throws {
    let corpus = try Corpus(text: "abéaéz" + String(repeating: "azb", count: 10))
    let known = try Vocabulary(scalars: ["a", "b"], byteFallback: false)
    let text = try EncodedText(corpus, vocabulary: known)
    #expect(text.count == 23)
    #expect(text.unknownCount == 13)
    #expect(text.unknownByteCount == 15)
    let spelt = try Vocabulary(scalars: ["a", "b"], byteFallback: true)
    #expect(try EncodedText(corpus, vocabulary: spelt).unknownCount == 0)
  }

  @Test func aTextOfUnknownScalarsHasNoSymbols() throws {
    let vocabulary = try Vocabulary(scalars: ["a"], byteFallback: false)
    let text = try EncodedText(Corpus(text: "မြန်"), vocabulary: vocabulary)
    #expect(text.count == 0)
    #expect(text.unknownCount == 4)
    #expect(text.unknownByteCount == 12)
  }

  @Test func aPartMayBeEmpty() throws {
    let corpus = try Corpus(text: "abc")
    for vocabulary in [.bytes, try Vocabulary(scalars: ["a"], byteFallback: false)] {
      for edge in [0, 3] {
        let text = try EncodedText(corpus, byteRange: edge..<edge, vocabulary: vocabulary)
        #expect(text.count == 0)
      }
    }
  }

  @Test func symbolsAreWrittenAtTheStride() throws {
    let text = try EncodedText(Corpus(text: "aéb"), vocabulary: .bytes)
    var cursor = EncodedText.Cursor(text)
    var output = [Int32](repeating: -1, count: 8)
    output.withUnsafeMutableBufferPointer { cursor.read(3, into: $0, stride: 3) }
    #expect(output == [0x61, -1, -1, 0xC3, -1, -1, 0xA9, -1])
  }

  @Test func aCopyReadsOnByItself() throws {
    let text = try EncodedText(Corpus(text: "abc"), vocabulary: .bytes)
    var first = EncodedText.Cursor(text, at: 1)
    var second = first
    #expect(first.read(2) == [0x62, 0x63])
    #expect(second.read(1) == [0x62])
  }
}
