/// From a state of a form, when the line at hand may end.
///
/// Without rules that can tell, at any time.
struct LineWindows {
  /// Letters that must be written before it, and that may be, at most.
  typealias Window = (least: Int, most: Int)

  /// Further ahead than so many letters does not matter.
  static let horizon = 64

  private let least: [Int]
  private let most: [Int]

  /// - Parameter newline: the letter that ends a line; nil where there is none.
  init?(_ automaton: FormAutomaton, newline: Int?) {
    guard automaton.isComplete else { return nil }
    let count = automaton.stateCount
    let states = (0..<Int32(count)).map { automaton.successors($0) }
    let kinds = states.first?.count ?? 0
    guard kinds > 0, count * kinds <= 200_000 else { return nil }
    let end = newline.map { automaton.kinds[$0] }
    func isAlive(_ state: Int32) -> Bool { state >= 0 && automaton.distance(state) != nil }
    let mayEnd = states.indices.map { state in
      automaton.accepts(Int32(state)) || (end.map { isAlive(states[state][$0]) } ?? false)
    }
    let next = states.map { row in
      row.enumerated().map { $0.offset != end && isAlive($0.element) ? $0.element : -1 }
    }
    least = shortestDistances(next.flatMap { $0 }, kinds: kinds, accepting: mayEnd)
    var most = [Int](repeating: 0, count: count)
    var reaching = mayEnd
    for length in 1...Self.horizon {
      let before = reaching
      reaching = next.map { $0.contains { $0 >= 0 && before[Int($0)] } }
      guard reaching.contains(true) else { break }
      for state in most.indices where reaching[state] { most[state] = length }
    }
    self.most = most
  }

  subscript(state: Int32) -> Window {
    let most = self.most[Int(state)]
    return (min(max(least[Int(state)], 0), most), most)
  }
}
