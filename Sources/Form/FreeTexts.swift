import Glibc
import Recurrent

/// Some free texts of a model, as sequences of classes of characters: what follows what how often.
///
/// Letters are of one class in either case, every other character has its own.
struct FreeTexts {
  /// By class.
  let scalars: [Unicode.Scalar]
  /// By letter of the alphabet.
  let classes: [Int]
  /// By lane, in order.
  private(set) var texts: [[Int]]
  /// `[step, lanes, classes]`: what was expected after each character.
  private var expected: [Float] = []
  private let lanes: Int
  /// By class: where it stands, as indices of rows of `expected`.
  private var places: [[Int]]
  /// `[classes, classes]`: of the next one after each.
  private(set) var pairs: [Double] = []

  /// So many characters are enough to know what follows the ends of words.
  private static let characters = 8192
  private static let mostClasses = 200

  /// Nil for alphabets of so many letters that counts would say nothing.
  init?(_ alphabet: FormAlphabet, lanes: Int) {
    var numbers: [Unicode.Scalar: Int] = [:]
    var scalars: [Unicode.Scalar] = []
    classes = alphabet.scalars.map { scalar in
      let like = scalar.isLetterOfWord ? scalar.lowercase : scalar
      if let number = numbers[like] { return number }
      numbers[like] = scalars.count
      scalars.append(like)
      return scalars.count - 1
    }
    guard !scalars.isEmpty, scalars.count <= Self.mostClasses else { return nil }
    self.scalars = scalars
    self.lanes = lanes
    texts = Array(repeating: [], count: lanes)
    places = Array(repeating: [], count: scalars.count)
  }

  /// Draws the texts, which are always the same for a model and so many lanes.
  mutating func write(
    _ lanes: FormLanes, alphabet: FormAlphabet, from start: RecurrentState, opening: Int32
  ) {
    var random = Xoshiro256(seed: 1, stream: [0xF1])
    lanes.begin(
      start, logits: Array(repeating: 0, count: alphabet.letters.count), temperature: 1)
    var next = Array(repeating: opening, count: lanes.count)
    var row = [Float](repeating: 0, count: scalars.count)
    for step in 0..<min(400, max(32, Self.characters / lanes.count)) {
      lanes.read(next, temperature: 1)
      let expectations = lanes.expectations()
      for lane in next.indices {
        for index in row.indices { row[index] = 0 }
        var rest = Double(random.next() >> 11) * 0x1p-53
        var drawn = 0
        for (letter, symbol) in alphabet.symbols.enumerated() {
          let probability = exp(expectations[lane, symbol])
          row[classes[letter]] += probability
          if rest >= 0 {
            next[lane] = symbol
            drawn = classes[letter]
          }
          rest -= Double(probability)
        }
        if let last = texts[lane].last { places[last].append(step * lanes.count + lane) }
        expected += row
        texts[lane].append(drawn)
      }
    }
    let frequencies = frequencies()
    pairs = scalars.indices.flatMap { mean(after: [$0], or: frequencies) }
  }

  private func frequencies() -> [Double] {
    var sums = [Double](repeating: 0, count: scalars.count)
    for (index, value) in expected.enumerated() { sums[index % sums.count] += Double(value) }
    let total = sums.reduce(0, +)
    return sums.map { 0.98 * $0 / max(total, 1e-9) + 0.02 / Double(sums.count) }
  }

  /// By class: how probable it is after these, with `prior` as what was expected twice more.
  func mean(after context: [Int], or prior: [Double]) -> [Double] {
    guard let last = context.last else { return prior }
    var sums = prior.map { 2 * $0 }
    for place in places[last] {
      let (step, lane) = (place / lanes, place % lanes)
      guard step >= context.count,
        texts[lane][step - context.count..<step].elementsEqual(context)
      else { continue }
      for index in sums.indices { sums[index] += Double(expected[place * sums.count + index]) }
    }
    // Symbols that are of no letter have their share, too.
    let total = max(sums.reduce(0, +), 1e-9)
    return sums.map { $0 / total }
  }

  /// The words that stand at the ends of lines.
  var lastWords: [[Unicode.Scalar]] {
    texts.flatMap { text -> [[Unicode.Scalar]] in
      var words: [[Unicode.Scalar]] = []
      var word: [Unicode.Scalar] = []
      var isInWord = false
      for number in text {
        let scalar = scalars[number]
        if scalar == "\n" {
          if !word.isEmpty { words.append(word) }
          word = []
        } else if scalar.isLetterOfWord {
          word = isInWord ? word + [scalar] : [scalar]
        }
        isInWord = scalar.isLetterOfWord
      }
      return words
    }
  }
}
