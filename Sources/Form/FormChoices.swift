import Glibc

/// What a text may go on with: the letters from which its form can still be kept to in the room that is left.
struct FormChoices {
  /// Those letters' symbols, the form's states after them, and their log-probabilities.
  private(set) var symbols: [Int32] = []
  private(set) var states: [Int32] = []
  private(set) var logProbabilities: [Double] = []
  /// By what the choice of each is multiplied, in nats.
  private(set) var logTwists: [Double] = []
  /// The probability of the other letters, with which the form would be left.
  private(set) var leaving = 0.0

  /// - Parameter room: letters that may still be written, this one among them.
  init(
    _ form: PreparedForm, _ alphabet: FormAlphabet, at state: Int32, room: Int,
    _ expected: FormExpectations, lane: Int
  ) {
    let automaton = form.automaton
    let successors = automaton.successors(state)
    let isPossible = successors.map { target in
      target >= 0 && automaton.distance(target).map { $0 < room } ?? false
    }
    for (letter, symbol) in alphabet.symbols.enumerated() {
      let logProbability = Double(expected[lane, symbol])
      let kind = automaton.kinds[letter]
      guard isPossible[kind] else {
        leaving += exp(logProbability)
        continue
      }
      // What the model holds impossible is not written.
      guard logProbability > -.infinity else { continue }
      symbols.append(symbol)
      states.append(successors[kind])
      logProbabilities.append(logProbability)
      logTwists.append(
        form.outlook?.logValue(successors[kind], after: letter, room: room - 1) ?? 0)
    }
  }

  /// The logarithm of the sum of all choices' probabilities, each multiplied by its twist.
  var logTotal: Double {
    logSum(zip(logProbabilities, logTwists).map { $0 + $1 })
  }

  /// The choice at which the running sum passes `fraction` of the total.
  func choice(at fraction: Double) -> Int {
    let total = logTotal
    var sum = 0.0
    var found = 0
    for index in symbols.indices {
      let share = exp(logProbabilities[index] + logTwists[index] - total)
      guard share > 0 else { continue }
      found = index
      sum += share
      if sum > fraction { break }
    }
    return found
  }
}

/// log Σ exp, -∞ of nothing.
func logSum(_ values: [Double]) -> Double {
  guard let largest = values.max(), largest > -.infinity else { return -.infinity }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
