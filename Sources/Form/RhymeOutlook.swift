import Glibc

/// How likely lines are to rhyme from a state on: what a particle filter looks ahead by, where rules' states
/// have no end.
///
/// The value of a state is the product of
///
/// - that of all rules but the rhyme, by `FormOutlook`;
/// - for the line at hand, where its ending is chosen: the probability that it has it where it ends, in the
///   window that the other rules leave for that. It is exact for a Markov chain that knows the last character,
///   and along the ending all of its letters so far, by frequencies in free texts of the model;
/// - for each later line: the same at its beginning; where its ending is still to be chosen, the mean over the
///   endings of lines in free texts, but for the first line of a rhyme.
///
/// It is only a twist, whatever it is worth: weights make up for it. A model may know more than the chain, so
/// that it is bounded by `trust`.
final class RhymeOutlook: Outlook {
  private let automaton: FormAutomaton
  private let rule: OpenRule<RhymeRule>
  private let ruleIndex: Int
  private let rhymes: [Int?]
  /// Of all other rules, and which states of the whole are theirs.
  private let tables: FormAutomaton
  private let tableIndices: [Int]
  private let outlook: FormOutlook?
  private let windows: LineWindows?
  private let texts: FreeTexts
  private let newline: Int
  /// Of a line, at its beginning.
  private let whole: LineWindows.Window
  private var endings: [String: RhymeEnding] = [:]
  private var places: [Int32: Place] = [:]
  /// The logarithm of the mean probability that a line takes up the ending of another.
  private var logMean = 0.0

  /// How far one ending may be below the mean, and a place in a line below its beginning, in nats.
  private static let trust = 2.0

  /// A state, as far as letters do not matter.
  private struct Place {
    var table: Int32
    /// Of the later lines.
    var logLater: Double
    /// Of the line at hand, where it is chosen.
    var ending: RhymeEnding?
    /// Where it is in that; nil where the character before is needed to tell.
    var position: Int?
    var isOver = false
    var window: LineWindows.Window
  }

  /// Nil where there is no such rule in the form, or letters are too many.
  init?(
    _ automaton: FormAutomaton, scheme: String?, frequencies: [Double], alphabet: FormAlphabet,
    length: Int, endsAnywhere: Bool, texts: () -> FreeTexts?
  ) {
    let rules = automaton.rules
    guard let scheme, let index = rules.firstIndex(where: { $0 is OpenRule<RhymeRule> }),
      let rule = rules[index] as? OpenRule<RhymeRule>,
      let newlineLetter = alphabet.scalars.firstIndex(of: "\n"), let texts = texts()
    else { return nil }
    self.automaton = automaton
    self.rule = rule
    ruleIndex = index
    self.texts = texts
    rhymes = RhymeRule.numbers(of: scheme)
    newline = texts.classes[newlineLetter]
    tableIndices = rules.indices.filter { $0 != index }
    tables = FormAutomaton(tableIndices.map { rules[$0] }, letters: alphabet.scalars.count)
    outlook = FormOutlook(
      tables, frequencies: frequencies, length: length, endsAnywhere: endsAnywhere)
    windows = LineWindows(tables, newline: newlineLetter)
    whole = windows?[tables.start] ?? (0, LineWindows.horizon)
    logMean = self.meanOfEndings()
  }

  /// Of lines' last words in free texts, of which some are enough.
  private func meanOfEndings() -> Double {
    let endings = texts.lastWords.compactMap { RhymeRule.ending(of: $0) }.prefix(32)
    let values = endings.map { spelling in
      exp(beginning(of: RhymeEnding(spelling, texts, newline: newline)))
    }
    return values.isEmpty ? log(0.01) : log(values.reduce(0, +) / Double(values.count))
  }

  private func ending(_ spelling: String) -> RhymeEnding {
    if let known = endings[spelling] { return known }
    let new = RhymeEnding(spelling, texts, newline: newline)
    endings[spelling] = new
    let value = beginning(of: new)
    new.share = value < 0 ? max(value, logMean - Self.trust) / value : 1
    return new
  }

  /// Of a line that is to end so, at its beginning.
  private func beginning(of spelling: String) -> Double {
    let ending = ending(spelling)
    return ending.share * beginning(of: ending)
  }

  private func beginning(of ending: RhymeEnding) -> Double {
    ending.logValue(ending.position(after: newline), whole)
  }

  func logValue(_ state: Int32, after letter: Int, room: Int) -> Double {
    let place = places[state] ?? self.place(state)
    var value = place.logLater
    if let outlook { value += outlook.logValue(place.table, after: letter, room: room) }
    if let ending = place.ending {
      let last = texts.classes[letter]
      let position =
        place.position
        ?? (place.isOver ? ending.position(overBy: last) : ending.position(after: last))
      let most = min(place.window.most, room)
      let own = ending.share * ending.logValue(position, (min(place.window.least, most), most))
      value += max(own, ending.share * beginning(of: ending) - Self.trust)
    }
    return value
  }

  private func place(_ state: Int32) -> Place {
    let parts = automaton.parts(of: state)
    let table = tables.state(of: tableIndices.map { parts[$0] }) ?? tables.start
    let rhyme = rule[parts[ruleIndex]]
    var logLater = 0.0
    var isChosen = rhyme.endings.map { $0 != nil }
    if let own = rhymes[rhyme.line] { isChosen[own] = true }
    for later in rhymes[(rhyme.line + 1)...] {
      guard let later else { continue }
      if let spelling = rhyme.endings[later] {
        logLater += beginning(of: spelling)
      } else if isChosen[later] {
        logLater += logMean
      }
      isChosen[later] = true
    }
    var place = Place(
      table: table, logLater: logLater, window: windows?[table] ?? (0, LineWindows.horizon))
    if let own = rhymes[rhyme.line], let spelling = rhyme.endings[own] {
      let ending = ending(spelling)
      place.ending = ending
      let isComplete = RhymeRule.ending(of: rhyme.word) == spelling
      if rhyme.isInWord {
        place.position = ending.position(in: rhyme.word, isComplete: isComplete)
      } else {
        place.isOver = isComplete
      }
    }
    places[state] = place
    return place
  }
}

/// How likely a line is to end with an ending, where it ends.
private final class RhymeEnding {
  private let letters: [Int]
  private let scalars: [Unicode.Scalar]
  private let texts: FreeTexts
  private let newline: Int
  private let classes: Int
  private let isVowel: [Bool]
  private let isLetter: [Bool]
  /// `[positions, classes]`: how probable each class is next, and the position after it.
  private var probabilities: [Double] = []
  private var next: [Int] = []
  private let positions: Int
  /// By how many letters at most are written after the line may end: `[horizon + 1, positions]`.
  private var logValues: [Int: [Float]] = [:]

  private static let least = -12.0

  /// How much of its logarithms counts.
  var share = 1.0

  /// Positions are: nothing of the ending, after each class; its first letters, one and more; after all of
  /// it, the word being over, each class.
  init(_ spelling: String, _ texts: FreeTexts, newline: Int) {
    self.texts = texts
    self.newline = newline
    scalars = Array(spelling.unicodeScalars)
    letters = scalars.map { scalar in texts.scalars.firstIndex(of: scalar) ?? newline }
    let classes = texts.scalars.count
    self.classes = classes
    positions = classes + letters.count + classes
    isVowel = texts.scalars.map(\.isVowel)
    isLetter = texts.scalars.map(\.isLetterOfWord)
    var context: [Int] = []
    let along = letters.map { letter in
      context.append(letter)
      return texts.mean(
        after: context, or: Array(texts.pairs[letter * classes..<(letter + 1) * classes]))
    }
    for position in 0..<positions {
      let matched = position - classes + 1
      let isAlong = position >= classes && matched <= letters.count
      let isOver = position >= classes + letters.count
      let last = isAlong ? letters[matched - 1] : position - (isOver ? classes + letters.count : 0)
      probabilities +=
        isAlong ? along[matched - 1] : Array(texts.pairs[last * classes..<(last + 1) * classes])
      next += (0..<classes).map { number in
        if isAlong, matched < letters.count, number == letters[matched] { return position + 1 }
        if isLetter[number] { return begin(number, after: last) }
        return isOver || matched == letters.count ? self.position(overBy: number) : number
      }
    }
  }

  /// After a letter that may be the ending's first.
  private func begin(_ letter: Int, after last: Int) -> Int {
    letter == letters.first && !isVowel[last] ? classes : letter
  }

  /// After a character of a class that is of no use for the ending.
  func position(after last: Int) -> Int { last }

  /// After a word with the ending, and a character of this class.
  func position(overBy last: Int) -> Int { classes + letters.count + last }

  /// In a word as far as it has come.
  func position(in word: [Unicode.Scalar], isComplete: Bool) -> Int {
    if isComplete { return classes + letters.count - 1 }
    for matched in stride(from: min(word.count, letters.count - 1), to: 0, by: -1)
    where word.suffix(matched).elementsEqual(scalars.prefix(matched)) {
      let before = word.count - matched - 1
      if before < 0 || !word[before].isVowel { return classes + matched - 1 }
    }
    return word.last.flatMap { texts.scalars.firstIndex(of: $0) } ?? newline
  }

  /// log of the probability that the line has the ending where it ends.
  func logValue(_ position: Int, _ window: LineWindows.Window) -> Double {
    let most = min(window.most, LineWindows.horizon)
    let open = window.least == 0 ? LineWindows.horizon : most - min(window.least, most)
    if logValues[open] == nil { logValues[open] = values(open) }
    return Double(logValues[open]?[most * positions + position] ?? 0)
  }

  /// - Parameter open: the line may end once at most so many letters are left.
  private func values(_ open: Int) -> [Float] {
    var all: [Float] = []
    all.reserveCapacity((LineWindows.horizon + 1) * positions)
    var (ending, rhyming) = (
      [Double](repeating: 0, count: positions), [Double](repeating: 0, count: positions)
    )
    for left in 0...LineWindows.horizon {
      let (endingBefore, rhymingBefore) = (ending, rhyming)
      for position in 0..<positions {
        let row = position * classes
        let end = left <= open ? probabilities[row + newline] : 0
        var (ends, rhymes) = (end, position >= classes + letters.count - 1 ? end : 0)
        if left > 0 {
          for number in 0..<classes where number != newline {
            let probability = probabilities[row + number]
            ends += probability * endingBefore[next[row + number]]
            rhymes += probability * rhymingBefore[next[row + number]]
          }
        }
        ending[position] = ends
        rhyming[position] = rhymes
        all.append(
          Float(ends > 0 && rhymes > 0 ? max(Self.least, log(rhymes / ends)) : Self.least))
      }
    }
    return all
  }
}
