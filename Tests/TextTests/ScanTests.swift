import Testing
import Text

/// One pass over a text of more than one block of 2 MiB, which threads share.
@Suite("Reading a whole text")
struct ScanTests {
  private static let block = 1 << 21

  /// Scalars of all lengths, so that they lie across the boundaries of blocks in every way.
  private func text(shift: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0x61, count: shift)
    while bytes.count < Self.block + 100_000 { bytes += Array("မြန်🙂é語 words ".utf8) }
    return bytes
  }

  @Test func allThatIsLearntIsExact() throws {
    for shift in 0..<4 {
      let bytes = text(shift: shift)
      let naive = String(decoding: bytes, as: UTF8.self).unicodeScalars
      var expectedHash = ContentHash()
      bytes.withUnsafeBytes { expectedHash.add($0) }
      let cut = Split(corpus: try Corpus(bytes: bytes), validationFraction: 0.3).training.count

      let corpus = try Corpus(bytes: bytes)
      let survey = try CorpusSurvey(corpus, Split(corpus: corpus, trainingBytes: cut))
      let vocabulary = survey.vocabulary(minCount: 1)
      #expect(vocabulary.scalars == Set(naive).sorted())
      #expect(survey.contentHash == expectedHash.value)
      #expect(corpus.contentHash() == expectedHash.value)
      let parts = try survey.encoded(in: vocabulary)
      let validation = try #require(parts.validation)
      #expect(validation.byteRange == cut..<bytes.count)
      // From the survey, and from a reading of its own.
      for text in try [
        parts.training, EncodedText(corpus, byteRange: 0..<cut, vocabulary: vocabulary),
      ] {
        let count = String(decoding: bytes[..<cut], as: UTF8.self).unicodeScalars.count
        #expect(text.count == count && text.unknownCount == 0)
        var cursor = EncodedText.Cursor(text, at: count - 300)
        #expect(
          cursor.read(300)
            == String(decoding: bytes[..<cut], as: UTF8.self).unicodeScalars.suffix(300).map {
              vocabulary.scalars.firstIndex(of: $0).map { Int32($0) } ?? -1
            })
      }
      #expect(
        validation.count + parts.training.count == naive.count && validation.unknownCount == 0)
    }
  }

  @Test func aVocabularyThatDoesNotKnowAllIsCountedAnew() throws {
    let corpus = try Corpus(bytes: Array("aébaéc".utf8))
    let survey = try CorpusSurvey(corpus, Split(corpus: corpus, trainingBytes: 4))
    let parts = try survey.encoded(in: Vocabulary(scalars: ["a", "b"], byteFallback: false))
    #expect(parts.training.count == 2 && parts.training.unknownCount == 1)
    #expect(parts.validation?.count == 1)
    #expect(parts.validation?.unknownCount == 2)
  }

  @Test func theFirstFlawIsTheOneNamed() throws {
    func flaw(_ bytes: [UInt8]) -> CorpusError? {
      do throws(CorpusError) {
        try Corpus(bytes: bytes, name: "t").validateUTF8()
        return nil
      } catch {
        return error
      }
    }
    let whole = text(shift: 0)
    for offset in [0, Self.block, Self.block + 700, whole.count - 1] {
      var bytes = whole
      bytes[offset] = 0xFF
      bytes[min(offset + 40_000, whole.count - 1)] = 0xFF
      // Named is where the scalar begins that held the byte.
      let start = (0...offset).last { whole[$0] & 0xC0 != 0x80 }
      #expect(flaw(bytes) == .invalidUTF8(file: "t", offset: start ?? -1))
    }
    let plain = [UInt8](repeating: 0x61, count: Self.block + 100)
    // Continuation bytes that continue nothing, where a block begins.
    for count in 1...5 {
      var bytes = plain
      for index in 0..<count { bytes[Self.block + index] = 0x80 }
      #expect(flaw(bytes) == .invalidUTF8(file: "t", offset: Self.block))
    }
    // Scalars across the boundary: whole, with a byte too many, and with one too few.
    var bytes = plain
    bytes.replaceSubrange(Self.block - 2..<Self.block + 1, with: [0xE1, 0x80, 0x80])
    #expect(flaw(bytes) == nil)
    bytes[Self.block + 1] = 0x80
    #expect(flaw(bytes) == .invalidUTF8(file: "t", offset: Self.block + 1))
    bytes.replaceSubrange(Self.block..<Self.block + 2, with: [0x61, 0x61])
    #expect(flaw(bytes) == .invalidUTF8(file: "t", offset: Self.block - 2))
  }
}
