/// How many scalars of an alphabet, such as a model's vocabulary, are missing from each state until a text
/// is accepted.
public struct Completions: Sendable {
  /// By state: -1 where nothing of the alphabet leads to acceptance.
  private let shortest: [Int]
  /// By state: -1 where there is no end to them.
  private let longest: [Int]

  /// The fewest scalars to acceptance, 0 where the text is accepted as it is; nil where there is no way.
  ///
  /// A text can be completed within n scalars if this is at most n.
  public func shortest(from state: PatternAutomaton.State) -> Int? {
    let index = Int(state.index)
    guard index < shortest.count, shortest[index] >= 0 else { return nil }
    return shortest[index]
  }

  /// The most scalars to acceptance; nil where there is no way, `Int.max` where there is no limit.
  public func longest(from state: PatternAutomaton.State) -> Int? {
    guard shortest(from: state) != nil else { return nil }
    let most = longest[Int(state.index)]
    return most < 0 ? Int.max : most
  }

  /// - Parameter next: by state and kind of scalar.
  init(next: [[Int]], accepts: [Bool]) {
    shortest = Self.shortest(next, accepts)
    longest = Self.longest(next, accepts, alive: shortest.map { $0 >= 0 })
  }

  /// By breadth from the accepting states backwards.
  private static func shortest(_ next: [[Int]], _ accepts: [Bool]) -> [Int] {
    var before = [[Int]](repeating: [], count: next.count)
    for (state, targets) in next.enumerated() {
      for target in Set(targets) { before[target].append(state) }
    }
    var distance = accepts.map { $0 ? 0 : -1 }
    var queue = accepts.indices.filter { accepts[$0] }
    var first = 0
    while first < queue.count {
      let state = queue[first]
      first += 1
      for previous in before[state] where distance[previous] < 0 {
        distance[previous] = distance[state] + 1
        queue.append(previous)
      }
    }
    return distance
  }

  /// From states without successors backwards; what is left over is on or before a cycle.
  private static func longest(_ next: [[Int]], _ accepts: [Bool], alive: [Bool]) -> [Int] {
    let targets = next.map { Set($0).filter { alive[$0] } }
    var before = [[Int]](repeating: [], count: next.count)
    for state in next.indices where alive[state] {
      for target in targets[state] { before[target].append(state) }
    }
    var open = targets.map(\.count)
    var most = [Int](repeating: -1, count: next.count)
    var queue = next.indices.filter { alive[$0] && open[$0] == 0 }
    for state in queue { most[state] = 0 }
    while let state = queue.popLast() {
      for previous in before[state] {
        open[previous] -= 1
        guard open[previous] == 0 else { continue }
        most[previous] = targets[previous].reduce(0) { max($0, most[$1] + 1) }
        queue.append(previous)
      }
    }
    return most
  }
}

extension PatternAutomaton {
  /// Finds every state that an alphabet leads to, and from each the shortest and the longest completion.
  ///
  /// - Throws: `PatternError.tooManyStates`.
  public mutating func completions(
    over alphabet: some Sequence<Unicode.Scalar>
  ) throws(PatternError) -> Completions {
    let kinds = Set(alphabet.map { kind(of: $0) }).sorted()
    var next: [[Int]] = []
    while next.count < stateCount {
      let state = State(index: Int32(next.count))
      var targets: [Int] = []
      for kind in kinds { targets.append(Int(try step(state, kind: kind).index)) }
      next.append(targets)
    }
    return Completions(
      next: next, accepts: next.indices.map { isAccepting(State(index: Int32($0))) })
  }
}
