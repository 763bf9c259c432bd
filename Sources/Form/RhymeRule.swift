/// Lines that rhyme, by spelling: an automaton that carries the endings chosen so far.
///
/// A line's ending is that of its last word, in lower case: from the word's last group of vowels on, or
/// from the one before where the last is a single e at the end after a consonant (`name` ends in `ame`).
/// Lines rhyme whose endings are spelt alike. The last word must have a vowel.
struct RhymeRule: Hashable {
  private(set) var line = 0
  /// By number of a rhyme: its ending, once a line has chosen it.
  private(set) var endings: [String?]
  /// The line's last word as far as it matters for the ending, in lower case.
  private(set) var word: [Unicode.Scalar] = []
  private(set) var isInWord = false

  /// By line: the number of its rhyme, nil for none.
  static func numbers(of scheme: String) -> [Int?] {
    var numbers: [Unicode.Scalar: Int] = [:]
    return scheme.unicodeScalars.map { letter -> Int? in
      guard letter != "-" else { return nil }
      let number = numbers[letter] ?? numbers.count
      numbers[letter] = number
      return number
    }
  }

  static func rule(_ scheme: String, over alphabet: FormAlphabet) -> OpenRule<RhymeRule> {
    let rhymes = numbers(of: scheme)
    let count = Set(rhymes.compactMap { $0 }).count
    // Letters in either case are alike, and so are all characters that are of no word.
    var kindOf: [Unicode.Scalar: Int] = [:]
    var examples: [Unicode.Scalar] = []
    let kinds = alphabet.scalars.map { scalar in
      let like = scalar == "\n" ? scalar : scalar.isLetterOfWord ? scalar.lowercase : " "
      if let kind = kindOf[like] { return kind }
      kindOf[like] = examples.count
      examples.append(like)
      return examples.count - 1
    }
    return OpenRule(
      name: "rhyme",
      start: RhymeRule(endings: Array(repeating: nil, count: count)), kinds: kinds,
      next: { state, kind in state.after(examples[kind], rhymes) },
      accepts: { $0.line == rhymes.count - 1 && $0.closesLine(rhymes) != nil },
      bound: { $0.bound(rhymes) })
  }

  private init(endings: [String?]) {
    self.endings = endings
  }

  private func after(_ scalar: Unicode.Scalar, _ rhymes: [Int?]) -> RhymeRule? {
    if scalar == "\n" {
      guard line + 1 < rhymes.count, var next = closesLine(rhymes) else { return nil }
      next.line += 1
      next.word = []
      next.isInWord = false
      return next
    }
    var next = self
    next.isInWord = scalar.isLetterOfWord
    guard next.isInWord else { return next }
    next.word = Self.trimmed((isInWord ? word : []) + [scalar])
    return next
  }

  /// With the ending that the line has now; nil where that does not rhyme.
  private func closesLine(_ rhymes: [Int?]) -> RhymeRule? {
    guard let rhyme = rhymes[line] else { return self }
    guard let ending = Self.ending(of: word) else { return nil }
    var closed = self
    if let chosen = endings[rhyme] {
      guard chosen == ending else { return nil }
    } else {
      closed.endings[rhyme] = ending
    }
    return closed
  }

  /// The fewest letters until all lines rhyme; other rules may need more.
  private func bound(_ rhymes: [Int?]) -> Int {
    let rest = rhymes[(line + 1)...]
    // An ending is one letter at least.
    let later = rest.reduce(rest.count) { sum, rhyme in
      guard let rhyme else { return sum }
      return sum + (endings[rhyme]?.unicodeScalars.count ?? 1)
    }
    guard let rhyme = rhymes[line] else { return later }
    if let chosen = endings[rhyme] { return later + lettersTo(chosen) }
    let again = rest.count { $0 == rhyme }
    // What the line ends in now, or a vowel more, or a word of one vowel.
    return ["", "a", " a"].compactMap { more in
      let grown = more.unicodeScalars.reduce(self) { $0.after($1, rhymes) ?? $0 }
      return Self.ending(of: grown.word).map {
        more.unicodeScalars.count + later + again * ($0.unicodeScalars.count - 1)
      }
    }.min() ?? later
  }

  private func lettersTo(_ ending: String) -> Int {
    if Self.ending(of: word) == ending { return 0 }
    let letters = Array(ending.unicodeScalars)
    guard isInWord else { return letters.count }
    for missing in 1...letters.count
    where Self.ending(of: word + letters.suffix(missing)) == ending {
      return missing
    }
    return letters.count + 1
  }

  /// From where the word's ending begins; nil where it has no vowel.
  static func ending(of word: [Unicode.Scalar]) -> String? {
    let groups = vowelGroups(word)
    guard var group = groups.last else { return nil }
    if group == word.count - 1..<word.count, word.last == "e", groups.count > 1 {
      group = groups[groups.count - 2]
    }
    return String(String.UnicodeScalarView(word[group.lowerBound...]))
  }

  /// Only the last two groups of vowels and what follows can matter for any ending.
  private static func trimmed(_ word: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let groups = vowelGroups(word)
    guard groups.count > 1 else {
      // Without a vowel all consonants are alike.
      return groups.isEmpty ? Array(word.suffix(1)) : Array(word[groups[0].lowerBound...])
    }
    return Array(word[groups[groups.count - 2].lowerBound...])
  }

  private static func vowelGroups(_ word: [Unicode.Scalar]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    for (index, scalar) in word.enumerated() where scalar.isVowel {
      if let last = groups.last, last.upperBound == index {
        groups[groups.count - 1] = last.lowerBound..<index + 1
      } else {
        groups.append(index..<index + 1)
      }
    }
    return groups
  }
}
