import Testing
import Text

@Suite struct SymbolDecoderTests {
  @Test func textsSurvive() throws {
    var generator = SeededGenerator(state: 4)
    let text = randomText(300, from: mixedAlphabet, using: &generator)
    let scalars = Set(text.unicodeScalars).sorted { $0.value < $1.value }
    for vocabulary in [
      .bytes, try Vocabulary(scalars: scalars, byteFallback: false),
      try Vocabulary(scalars: Array(scalars.dropFirst(5)), byteFallback: true),
    ] {
      var decoder = SymbolDecoder(vocabulary: vocabulary)
      var output: [UInt8] = []
      for symbol in vocabulary.encode(text).symbols {
        decoder.append(symbol, to: &output)
        #expect(String(validating: output, as: UTF8.self) != nil)
      }
      #expect(decoder.automaton.isBoundary)
      decoder.finish(&output)
      #expect(output == Array(text.utf8))
    }
  }

  @Test func bytesAreHeldBackUntilTheScalarIsWhole() {
    var decoder = SymbolDecoder(vocabulary: .bytes)
    var output: [UInt8] = []
    var lengths: [Int] = []
    for byte in "a🙂é".utf8 {
      decoder.append(Int32(byte), to: &output)
      lengths.append(output.count)
    }
    #expect(lengths == [1, 1, 1, 1, 5, 5, 7])
  }

  @Test func brokenSequencesBecomeReplacementCharacters() throws {
    let vocabulary = try Vocabulary(scalars: ["a"], byteFallback: true)
    var decoder = SymbolDecoder(vocabulary: vocabulary)
    var output: [UInt8] = []
    // A sequence broken off by a scalar; by another lead; a byte that begins none; one left open.
    let bytes: [Int32?] = [0xF0, 0x9F, nil, 0xE1, 0x80, 0xC3, 0xA9, 0xFF, nil, 0xC3]
    for byte in bytes { decoder.append(byte.map { $0 + 1 } ?? 0, to: &output) }
    #expect(String(decoding: output, as: UTF8.self) == "\u{FFFD}a\u{FFFD}é\u{FFFD}a")
    #expect(decoder.automaton.bytesNeeded == 1)
    decoder.finish(&output)
    #expect(String(decoding: output, as: UTF8.self) == "\u{FFFD}a\u{FFFD}é\u{FFFD}a\u{FFFD}")
    #expect(decoder.automaton.isBoundary)
  }
}
