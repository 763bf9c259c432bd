/// Lines of so many syllables, counted by English spelling.
///
/// A word's syllables are its groups of vowels, y among them. A single e at its end after a consonant is
/// silent where the word has another group, but for -le after a consonant (`table` has two). A word
/// without vowels has none. `haiku` has two, `radio` two (the ear says three), `fire` one.
struct SyllableRule: Hashable {
  private enum Last: Hashable {
    case none
    case consonant
    /// An l after a consonant.
    case consonantAndL
    case vowel
    /// A single e that is silent if the word ends here.
    case openE
  }

  private var line = 0
  private var count = 0
  private var last = Last.none
  private var hasVowel = false

  static func rule(_ counts: [Int], over alphabet: FormAlphabet) throws -> TableRule {
    // Kinds: other, line feed, e, another vowel, l, another consonant; in the order of their first letters.
    var numbers: [Int: Int] = [:]
    let kinds = alphabet.scalars.map { scalar in
      let kind =
        switch scalar {
        case "\n": 1
        case _ where scalar.lowercase == "e": 2
        case _ where scalar.isVowel: 3
        case _ where scalar.lowercase == "l": 4
        case _ where scalar.isLetterOfWord: 5
        default: 0
        }
      let number = numbers[kind] ?? numbers.count
      numbers[kind] = number
      return number
    }
    return try TableRule(
      name: "syllables", start: SyllableRule(), kinds: kinds,
      step: { state, letter in state.after(alphabet.scalars[letter], counts) },
      accepts: { $0.line == counts.count - 1 && $0.count == counts[$0.line] })
  }

  private func after(_ scalar: Unicode.Scalar, _ counts: [Int]) -> SyllableRule? {
    var next = self
    if scalar == "\n" {
      guard count == counts[line], line + 1 < counts.count else { return nil }
      return SyllableRule(line: line + 1)
    }
    guard scalar.isLetterOfWord else {
      next.last = .none
      next.hasVowel = false
      return next
    }
    if last == .openE { next.count += 1 }
    if !scalar.isVowel {
      next.last = scalar.lowercase == "l" && last == .consonant ? .consonantAndL : .consonant
    } else if last == .vowel || last == .openE {
      next.last = .vowel
    } else if scalar.lowercase == "e", hasVowel, last == .consonant {
      next.last = .openE
    } else {
      next.last = .vowel
      next.count += 1
      next.hasVowel = true
    }
    return next.count > counts[line] ? nil : next
  }

  private init(line: Int = 0) {
    self.line = line
  }
}
