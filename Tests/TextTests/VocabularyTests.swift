import Testing
import Text

@Suite struct VocabularyTests {
  private func vocabulary(
    of text: String, kind: Vocabulary.Kind = .scalars, minCount: Int = 1
  ) throws -> Vocabulary {
    let corpus = try Corpus(text: text)
    return try Vocabulary(
      scanning: corpus, training: 0..<corpus.byteCount, kind: kind, minCount: minCount)
  }

  @Test func scalarsAreInOrderOfValue() throws {
    let vocabulary = try vocabulary(of: "🙂b\r\na မ\u{301}eéa")
    #expect(vocabulary.scalars == ["\n", "\r", " ", "a", "b", "e", "é", "\u{301}", "မ", "🙂"])
    #expect(vocabulary.kind == .scalars)
    #expect(vocabulary.count == 10)
    #expect(!vocabulary.hasByteSymbols)
    for (index, scalar) in vocabulary.scalars.enumerated() {
      #expect(vocabulary[Int32(index)] == .scalar(scalar))
      #expect(Array(vocabulary.symbols(for: scalar)) == [Int32(index)])
    }
  }

  @Test func equalCharactersAreDifferentSymbols() throws {
    let composed = "é"
    let decomposed = "e\u{301}"
    #expect(composed == decomposed)
    let vocabulary = try vocabulary(of: composed + decomposed)
    #expect(vocabulary.encode(composed).symbols == [1])
    #expect(vocabulary.encode(decomposed).symbols == [0, 2])
    #expect(try self.vocabulary(of: composed) != self.vocabulary(of: decomposed))
  }

  @Test func carriageReturnAndLineFeedAreTwoSymbols() throws {
    #expect(try vocabulary(of: "\r\n").encode("\r\n").symbols == [1, 0])
  }

  @Test func countsAreExactAtEveryPlaceInAWord() throws {
    // Words of ASCII are counted eight scalars at a time, in four tables.
    for before in 0..<9 {
      for count in 1..<20 {
        let text =
          String(repeating: "b", count: before) + String(repeating: "a", count: count) + "é"
        #expect(try vocabulary(of: text, minCount: count).scalars.contains("a"))
        #expect(try !vocabulary(of: text, minCount: count + 1).scalars.contains("a"))
      }
    }
  }

  @Test func onlyTheTrainingPartIsCounted() throws {
    let corpus = try Corpus(text: "aébc")
    #expect(try Vocabulary(scanning: corpus, training: 0..<3).scalars == ["a", "é"])
    #expect(try Vocabulary(scanning: corpus, training: 3..<4).scalars == ["b"])
  }

  @Test func unknownScalarsAreNamedOnce() throws {
    let (symbols, unknown) = try vocabulary(of: "ab").encode("zaéxbze\u{301}a")
    #expect(symbols == [0, 1, 0])
    #expect(unknown == ["z", "é", "x", "e", "\u{301}"])
  }

  @Test func rareScalarsAreSpelt() throws {
    let vocabulary = try vocabulary(of: "aaabb🙂éec", minCount: 2)
    #expect(vocabulary.scalars == ["a", "b"])
    #expect(vocabulary.count == 2 + 256)
    let (symbols, unknown) = vocabulary.encode("ab🙂éမc")
    let bytes: [Int32] = [0xF0, 0x9F, 0x99, 0x82, 0xC3, 0xA9, 0xE1, 0x80, 0x99, 0x63]
    #expect(symbols == [0, 1] + bytes.map { $0 + 2 })
    #expect(unknown.isEmpty)
    #expect(vocabulary[2 + 0xF0] == .byte(0xF0))
    #expect(vocabulary.symbols(for: "🙂").count == 4)
  }

  @Test func aMinimumAboveOneAlwaysHasByteSymbols() throws {
    let vocabulary = try vocabulary(of: "aabb", minCount: 2)
    #expect(vocabulary.count == 2 + 256)
    #expect(Array(vocabulary.symbols(for: "c")) == [2 + 0x63])
  }

  @Test func bytesAreTheirOwnSymbols() throws {
    let vocabulary = try vocabulary(of: "a", kind: .bytes)
    #expect(vocabulary == .bytes)
    #expect(vocabulary.kind == .bytes)
    #expect(vocabulary.count == 256)
    #expect(vocabulary.encode("aé\n").symbols == [0x61, 0xC3, 0xA9, 0x0A])
    #expect(try self.vocabulary(of: "abc", minCount: 2) == .bytes)
  }

  @Test func theByteVocabularyTakesAnyBytes() throws {
    let corpus = try Corpus(bytes: [0xFF, 0xC0, 0x80], name: "t")
    #expect(try Vocabulary(scanning: corpus, training: 0..<3, kind: .bytes) == .bytes)
  }

  @Test func symbolsCanBeRead() throws {
    let vocabulary = try vocabulary(of: "a\n \u{301}မိ🙂\u{E000}\u{10FFFF}aa", minCount: 1)
    let descriptions = (0..<vocabulary.count).map { vocabulary.description(of: Int32($0)) }
    #expect(
      descriptions
        == ["U+000A", "U+0020", "a", "\u{25CC}\u{301}", "မ", "\u{25CC}ိ", "U+E000", "🙂", "U+10FFFF"]
    )
    #expect(Vocabulary.bytes.description(of: 10) == "0x0A")
  }

  @Test func listsThatAreNoVocabularyAreRefused() throws {
    #expect(throws: VocabularyError.empty) { try Vocabulary(scalars: [], byteFallback: false) }
    #expect(throws: VocabularyError.duplicate("a")) {
      try Vocabulary(scalars: ["a", "a"], byteFallback: false)
    }
    #expect(throws: VocabularyError.outOfOrder("a", index: 1)) {
      try Vocabulary(scalars: ["b", "a"], byteFallback: true)
    }
    #expect(try Vocabulary(scalars: [], byteFallback: true) == .bytes)
    #expect(VocabularyError.duplicate("\n").description == "the vocabulary has U+000A twice")
  }
}
