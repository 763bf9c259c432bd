import FileTesting
import Foundation
import Testing
import Text

@Suite("Novelty") struct NoveltyTests {
  private func report(
    _ sample: String, _ corpus: String, _ lengths: [Int]
  ) throws -> NoveltyReport {
    try NoveltyReport(of: Corpus(text: sample), against: Corpus(text: corpus), lengths: lengths)
  }

  @Test func byHand() throws {
    let report = try report("the cat sat", "a cat\nand the cap, the cats", [1, 4, 5, 8, 11, 12])
    #expect(report.characters == 11)
    #expect(
      report.nGrams == [
        .init(n: 1, count: 11, copied: 11, covered: 11),
        // "the ", "he c", "e ca", " cat"
        .init(n: 4, count: 8, copied: 4, covered: 7),
        .init(n: 5, count: 7, copied: 3, covered: 7),
        .init(n: 8, count: 4, copied: 0, covered: 0),
        .init(n: 11, count: 1, copied: 0, covered: 0),
        .init(n: 12, count: 0, copied: 0, covered: 0),
      ])
    #expect(report.nGrams[1].share == 0.5)
    #expect(report.nGrams[5].share == nil)
    let longest = try #require(report.longest)
    #expect(longest.text == "the cat")
    #expect(longest.characters == 7)
    #expect(longest.inSample == .init(file: "text", line: 1))
    #expect(longest.inCorpus == .init(file: "text", line: 2))
  }

  /// The longest first; none overlaps another, and none is told twice.
  @Test func severalPassages() throws {
    let report = try NoveltyReport(
      of: Corpus(text: "the cat sat. a green door. the cat sat. two"),
      against: Corpus(text: "one\na green door!\nand the cat sat.\n"), lengths: [],
      passageCount: 2)
    #expect(report.passages.map(\.text) == [" the cat sat.", "a green door"])
    #expect(report.passages.map(\.inCorpus.line) == [3, 2])
    #expect(report.passages.map(\.characters) == [13, 12])
    #expect(report.longest == report.passages.first)
  }

  @Test func nothingInCommon() throws {
    let report = try report("aab", "xyz\n", [1, 2])
    #expect(report.nGrams.map(\.copied) == [0, 0])
    #expect(report.longest == nil)
  }

  @Test func theSampleIsAPartOfTheCorpus() throws {
    let sample = "မြန်မာစာ is 語\n🙂"
    let report = try report(sample, "\n\nde\(sample)fg", [3, 15])
    #expect(report.nGrams.allSatisfy { $0.share == 1 && $0.count > 0 })
    #expect(report.longest?.text == sample)
    #expect(report.longest?.characters == sample.unicodeScalars.count)
    #expect(report.longest?.inCorpus.line == 3)
  }

  /// Few letters, so that everything repeats.
  @Test(arguments: 0..<40) func againstAllPairsOfPlaces(_ seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed))
    let alphabets = ["ab", "aab\n", "aé語🙂", "a"]
    let sample = randomText(
      .random(in: 1...60, using: &random), from: alphabets[seed % 4], using: &random)
    let corpus = randomText(
      .random(in: 1...90, using: &random), from: alphabets[seed % 4] + "x", using: &random)
    let lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20]
    let (a, b) = (Array(sample.unicodeScalars), Array(corpus.unicodeScalars))

    func occurs(_ n: Int, at start: Int) -> Int? {
      (0...max(0, b.count - n)).first {
        $0 + n <= b.count && a[start..<start + n].elementsEqual(b[$0..<$0 + n])
      }
    }
    func place(_ text: [Unicode.Scalar], _ index: Int) -> Corpus.SourceLocation {
      .init(file: "text", line: 1 + text[..<index].count { $0 == "\n" })
    }

    let report = try report(sample, corpus, lengths)
    for grams in report.nGrams {
      let starts = 0..<max(0, a.count - grams.n + 1)
      #expect(grams.count == starts.count)
      let copied = starts.filter { occurs(grams.n, at: $0) != nil }
      #expect(grams.copied == copied.count)
      #expect(grams.covered == Set(copied.flatMap { $0..<$0 + grams.n }).count)
    }
    // The longest; of these the first in the corpus; of these the first in the sample.
    var expected: (n: Int, inCorpus: Int, inSample: Int)?
    for n in (1...a.count).reversed() where expected == nil {
      for start in 0...(a.count - n) {
        guard let found = occurs(n, at: start) else { continue }
        if expected.map({ found < $0.inCorpus }) ?? true { expected = (n, found, start) }
      }
    }
    #expect(report.longest?.characters == expected?.n)
    guard let expected, let longest = report.longest else { return }
    #expect(
      Array(longest.text.unicodeScalars)
        == Array(a[expected.inSample..<expected.inSample + expected.n]))
    #expect(longest.inCorpus == place(b, expected.inCorpus))
    #expect(longest.inSample == place(a, expected.inSample))
  }

  /// A sample's files are texts of their own, the corpus's are one.
  @Test func filesAndPlaces() throws {
    let folder = try TemporaryFolder()
    let sample = try Corpus(paths: [
      folder.write("", to: "s/0"), folder.write("xx\nabc", to: "s/1"),
      folder.write("\ndefxx", to: "s/2"),
    ])
    let corpus = try Corpus(
      paths: [
        folder.write("\n\nab", to: "c/1"), folder.write("", to: "c/2"),
        folder.write("c\ndef\n\nxy", to: "c/3"),
      ], separator: .none)
    let report = try NoveltyReport(of: sample, against: corpus, lengths: [2, 4, 5])
    #expect(report.characters == 12)
    #expect(
      report.nGrams == [
        // "xx", "x\n", "fx" and "xx" are not in the corpus.
        .init(n: 2, count: 10, copied: 6, covered: 8),
        .init(n: 4, count: 6, copied: 2, covered: 8),
        .init(n: 5, count: 4, copied: 0, covered: 0),
      ])
    // Not "abc\ndef", which is in no file of the sample.
    #expect(report.longest?.text == "\nabc")
    #expect(report.longest?.inSample == .init(file: "\(folder.path)/s/1", line: 1))
    #expect(report.longest?.inCorpus == .init(file: "\(folder.path)/c/1", line: 2))

    // A passage may begin in one file of the corpus and end in another.
    let across = try NoveltyReport(
      of: Corpus(text: "-abc-"), against: corpus, lengths: [3])
    #expect(across.nGrams[0].copied == 1)
    #expect(across.longest?.inCorpus == .init(file: "\(folder.path)/c/1", line: 3))
  }

  @Test func mistakes() throws {
    let text = try Corpus(text: "text")
    #expect(throws: NoveltyError.lengthOutOfRange(0)) {
      try NoveltyReport(of: text, against: text, lengths: [5, 0])
    }
    let latin = try Corpus(bytes: [0x61, 0xFF], name: "latin")
    let invalid = NoveltyError.corpus(.invalidUTF8(file: "latin", offset: 1))
    #expect(throws: invalid) { try NoveltyReport(of: latin, against: text, lengths: [5]) }
    #expect(throws: invalid) { try NoveltyReport(of: text, against: latin, lengths: [5]) }
    #expect(
      invalid.description
        == "latin: invalid UTF-8 at byte 1; convert it to UTF-8, for instance with iconv")
    let large = try Corpus(bytes: Array(repeating: 0x61, count: NoveltyReport.sampleLimit + 1))
    let tooLarge = NoveltyError.sampleTooLarge(bytes: 16_777_217)
    #expect(throws: tooLarge) { try NoveltyReport(of: large, against: text, lengths: [5]) }
    #expect(
      tooLarge.description
        == "the sample has 16777217 bytes; at most 16777216 are taken: give a part of it, or "
        + "several runs")
  }
}
