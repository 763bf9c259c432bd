import Paths

/// How much of a sample is copied from a corpus: which share of its n-grams stand there, and the
/// longest passage that does.
///
/// A character is a Unicode scalar. The sample's files are texts of their own: no n-gram reaches
/// from one into the next. The corpus's files are one text, as they are in training. Nothing is
/// hashed: every figure is exact.
public struct NoveltyReport: Equatable, Sendable {
  /// The n-grams of one length. Each occurrence in the sample counts.
  public struct NGrams: Equatable, Sendable {
    /// Characters of each.
    public let n: Int
    /// How many the sample has.
    public let count: Int
    /// How many of these stand in the corpus.
    public let copied: Int
    /// Characters of the sample that those together cover.
    public let covered: Int

    public init(n: Int, count: Int, copied: Int, covered: Int = 0) {
      self.n = n
      self.count = count
      self.copied = copied
      self.covered = covered
    }

    /// From 0 to 1; `nil` where the sample is shorter than n.
    public var share: Double? { count > 0 ? Double(copied) / Double(count) : nil }
  }

  /// A passage that stands in both.
  public struct Passage: Equatable, Sendable {
    public let text: String
    /// In Unicode scalars.
    public let characters: Int
    /// Where it begins first in the sample.
    public let inSample: Corpus.SourceLocation
    /// Where it begins first in the corpus.
    public let inCorpus: Corpus.SourceLocation
  }

  /// The largest sample taken, in bytes: memory is 40 to 80 bytes for each of its characters.
  public static let sampleLimit = 1 << 24

  /// Characters of the sample.
  public let characters: Int
  /// By n, in the order asked for.
  public let nGrams: [NGrams]
  /// The longest, longest first, none of which shares a character with another; fewer than asked for
  /// where there are no more.
  public let passages: [Passage]
  /// Of several as long, that which stands first in the corpus; `nil` where they have not one
  /// character in common.
  public var longest: Passage? { passages.first }

  /// - Parameters:
  ///   - lengths: the n of the n-grams.
  ///   - passageCount: how many of the longest passages are looked for in the corpus, at least 1.
  /// - Complexity: O(sample + corpus). Memory depends on the sample alone; the corpus is read from
  ///   beginning to end where it lies.
  public init(
    of sample: Corpus, against corpus: Corpus, lengths: [Int], passageCount: Int = 1
  ) throws(NoveltyError) {
    for n in lengths where n < 1 { throw .lengthOutOfRange(n) }
    guard sample.byteCount <= Self.sampleLimit else {
      throw .sampleTooLarge(bytes: sample.byteCount)
    }
    do {
      let text = try SampleText(sample)
      var automaton = SuffixAutomaton(text.symbols, alphabet: text.vocabulary.count + 1)
      let longest = try automaton.find(in: corpus, text.vocabulary.table)

      var copied = Array(repeating: 0, count: lengths.count)
      // And where the last one ended.
      var covered = Array(repeating: (count: 0, end: -1), count: lengths.count)
      var end: Int?
      var matches: [(end: Int, length: Int)] = []
      automaton.forEachMatch(along: text.symbols) { position, length, state in
        for (index, n) in lengths.enumerated() where length >= n {
          copied[index] += 1
          covered[index].count += min(n, position - covered[index].end)
          covered[index].end = position
        }
        if end == nil, length == longest.length, state == longest.state { end = position }
        if passageCount > 1, length > 0 { matches.append((position, Int(length))) }
      }
      characters = text.fileLengths.reduce(0, +)
      nGrams = lengths.indices.map { index in
        let n = lengths[index]
        return NGrams(
          n: n, count: text.fileLengths.reduce(0) { $0 + max(0, $1 - n + 1) },
          copied: copied[index], covered: covered[index].count)
      }
      var passages: [Passage] = []
      if longest.length > 0, let end {
        passages.append(
          text.passage(
            endingAt: end, length: Int(longest.length), in: corpus, endingAtByte: longest.end))
        let taken = (end: end, length: Int(longest.length))
        for match in text.apart(matches, from: taken, count: passageCount - 1) {
          let symbols = Array(text.symbols[match.end + 1 - match.length...match.end])
          var automaton = SuffixAutomaton(symbols, alphabet: text.vocabulary.count + 1)
          let found = try automaton.find(in: corpus, text.vocabulary.table)
          passages.append(
            text.passage(
              endingAt: match.end, length: match.length, in: corpus, endingAtByte: found.end))
        }
      }
      self.passages = passages
    } catch {
      throw .corpus(error)
    }
  }
}

/// A sample as symbols, small enough to be held in memory.
private struct SampleText {
  let corpus: Corpus
  /// The sample's own scalars.
  let vocabulary: Vocabulary
  /// All files' symbols, each file's followed by `vocabulary.count`, which no text has.
  let symbols: [Int32]
  /// In characters.
  let fileLengths: [Int]

  init(_ corpus: Corpus) throws(CorpusError) {
    let vocabulary = try Vocabulary(scanning: corpus, training: 0..<corpus.byteCount)
    var symbols: [Int32] = []
    symbols.reserveCapacity(corpus.byteCount + corpus.files.count)
    var fileLengths: [Int] = []
    for file in corpus.files {
      let text = try EncodedText(corpus, byteRange: file.byteRange, vocabulary: vocabulary)
      let start = symbols.count
      symbols += repeatElement(Int32(vocabulary.count), count: text.count + 1)
      fileLengths.append(text.count)
      guard text.count > 0 else { continue }
      var cursor = EncodedText.Cursor(text)
      symbols[start...].withUnsafeMutableBufferPointer { cursor.read(text.count, into: $0) }
    }
    self.corpus = corpus
    self.vocabulary = vocabulary
    self.symbols = symbols
    self.fileLengths = fileLengths
  }

  /// The longest matches that share no character with each other, nor with the one that is taken.
  ///
  /// What is a part of one before, word for word, is left out.
  func apart(
    _ matches: [(end: Int, length: Int)], from taken: (end: Int, length: Int), count: Int
  ) -> [(end: Int, length: Int)] {
    func symbols(_ match: (end: Int, length: Int)) -> ArraySlice<Int32> {
      self.symbols[match.end + 1 - match.length...match.end]
    }
    var chosen = [taken]
    for match in matches.sorted(by: { ($0.length, $1.end) > ($1.length, $0.end) }) {
      guard chosen.count <= count else { break }
      let isApart = chosen.allSatisfy { other in
        match.end <= other.end - other.length || match.end - match.length >= other.end
      }
      if isApart, !chosen.contains(where: { symbols($0).contains(symbols(match)) }) {
        chosen.append(match)
      }
    }
    return Array(chosen.dropFirst())
  }

  func passage(
    endingAt end: Int, length: Int, in corpus: Corpus, endingAtByte corpusEnd: Int
  ) -> NoveltyReport.Passage {
    let range = end + 1 - length...end
    let text = string(symbols[range])
    let before = symbols[..<range.lowerBound]
    let fileEnd = Int32(vocabulary.count)
    let file = self.corpus.files[before.count { $0 == fileEnd }]
    let fileStart = before.lastIndex(of: fileEnd).map { $0 + 1 } ?? 0
    let inSample = file.byteRange.lowerBound + string(before[fileStart...]).utf8.count
    return NoveltyReport.Passage(
      text: text, characters: length,
      // Within the file even if it has been rewritten since it was mapped.
      inSample: self.corpus.sourceLocation(of: min(inSample, self.corpus.byteCount - 1)),
      inCorpus: corpus.sourceLocation(of: corpusEnd - text.utf8.count))
  }

  private func string(_ symbols: ArraySlice<Int32>) -> String {
    var text = String.UnicodeScalarView()
    for symbol in symbols { text.append(vocabulary.scalars[Int(symbol)]) }
    return String(text)
  }
}

/// Why a sample cannot be held against a corpus.
public enum NoveltyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Either text.
  case corpus(CorpusError)
  case sampleTooLarge(bytes: Int)
  /// Less than 1.
  case lengthOutOfRange(Int)

  /// One line: what, where, and what to do; options by their names.
  public var description: String { description { $0 } }

  /// The same, each option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .corpus(.invalidUTF8(let file, let offset)):
      "\(path: file): invalid UTF-8 at byte \(offset); convert it to UTF-8, for instance with iconv"
    case .corpus(let error):
      error.description(spelling: option)
    case .sampleTooLarge(let bytes):
      "the sample has \(bytes) bytes; at most \(NoveltyReport.sampleLimit) are taken: give a part "
        + "of it, or several runs"
    case .lengthOutOfRange(let n):
      "\(option("n")) must be 1 or more, got \(n)"
    }
  }
}
