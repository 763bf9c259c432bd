import Glibc

/// What a particle filter looks ahead by: of each state, how likely texts are to keep to the form.
protocol Outlook: AnyObject {
  /// - Parameters:
  ///   - letter: with which the text has come to the state.
  ///   - room: letters that may still be written.
  func logValue(_ state: Int32, after letter: Int, room: Int) -> Double
}

/// How likely texts are to keep to a form from a state on, with so much room left, as a model that knows only
/// how frequent characters are would have it: what a particle filter looks ahead by.
///
/// Exact for that model: V(s, r) = Σ q(k)·V(s after k, r - 1), and where s accepts the q(k) that leave the form
/// besides; V(s, 0) = 1 where s accepts. O(states · kinds · length).
final class FormOutlook: Outlook {
  /// `[length + 1, states]` by room: log V, up to a constant for each room.
  private let logValues: [Float]
  private let states: Int

  /// The most operations it may take.
  private static let mostWork = 300_000_000
  private static let least: Float = -600

  /// Nil where it would take too long, or where not all states are known.
  ///
  /// - Parameter frequencies: by letter.
  init?(_ automaton: FormAutomaton, frequencies: [Double], length: Int, endsAnywhere: Bool) {
    guard automaton.isComplete, automaton.stateCount > 1 else { return nil }
    let kinds = automaton.successors(automaton.start).count
    states = automaton.stateCount
    let work = states.multipliedReportingOverflow(by: (length + 1) * max(1, kinds))
    guard !work.overflow, work.partialValue <= Self.mostWork else { return nil }
    var ofKinds = [Double](repeating: 0, count: kinds)
    for (letter, frequency) in frequencies.enumerated() {
      ofKinds[automaton.kinds[letter]] += frequency
    }
    let next = (0..<Int32(states)).flatMap { automaton.successors($0) }
    let accepts = (0..<Int32(states)).map { automaton.accepts($0) }
    var values = accepts.map { $0 ? 1.0 : 0 }
    var logValues = Self.logarithms(values)
    var before = values
    for _ in 0..<length {
      swap(&values, &before)
      for state in 0..<states {
        var sum = accepts[state] && endsAnywhere ? 1.0 : 0
        for kind in 0..<kinds {
          let target = next[state * kinds + kind]
          let value = target < 0 ? 0 : before[Int(target)]
          // What leads nowhere in this room leaves the form, which is how texts end.
          sum +=
            value > 0
            ? ofKinds[kind] * value : accepts[state] && !endsAnywhere ? ofKinds[kind] : 0
        }
        values[state] = sum
      }
      if let largest = values.max(), largest < 1e-100, largest > 0 {
        // A text that ends here would not be scaled with the others; by now that is rare.
        for state in 0..<states { values[state] /= largest }
      }
      logValues += Self.logarithms(values)
    }
    self.logValues = logValues
  }

  private static func logarithms(_ values: [Double]) -> [Float] {
    let largest = values.max() ?? 1
    return values.map { value in
      value > 0 && largest > 0 ? max(least, Float(log(value / largest))) : least
    }
  }

  func logValue(_ state: Int32, after letter: Int, room: Int) -> Double {
    Double(logValues[room * states + Int(state)])
  }
}
