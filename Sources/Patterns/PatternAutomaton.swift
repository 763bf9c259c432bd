/// A deterministic automaton over scalars, whose states are made when they are first reached.
///
/// A value: a copy goes on by itself. A step to a state that is known takes O(1), one to a new state is
/// linear in the pattern.
public struct PatternAutomaton: Sendable {
  /// A place in the automaton. States of one automaton mean nothing to another, not even to a copy that
  /// has since found others.
  public struct State: Hashable, Sendable {
    let index: Int32
  }

  private let source: String
  private let mostStates: Int
  private let program: Program
  /// By state: the instructions that it stands for, which read or accept, in order.
  private var places: [[Int]] = []
  private var accepts: [Bool] = []
  /// By state and kind of scalar: the next state, or `unknown`.
  private var steps: [[Int32]] = []
  private var states: [[Int]: Int32] = [:]
  /// Scalars of a kind are in the same of the pattern's classes; the kind's classes, in order.
  private var kinds: [[Bool]] = []
  private var kindOfClasses: [[Bool]: Int] = [:]
  private var kindOfScalar: [Unicode.Scalar: Int] = [:]

  private static let unknown: Int32 = -1

  /// Before the first scalar.
  public let start: State
  /// From which nothing is accepted, whatever follows.
  ///
  /// Others may be as hopeless over a model's vocabulary: see `completions`.
  public let dead: State

  init(_ expression: Expression, source: String, mostStates: Int) {
    self.source = source
    self.mostStates = max(2, mostStates)
    program = Program(expression)
    dead = State(index: 0)
    start = State(index: 1)
    append([])
    let first = program.closure(of: [0])
    append(first)
    states[first] = 1
  }

  /// States found so far.
  public var stateCount: Int { places.count }

  /// Whether the text that led here is accepted.
  public func isAccepting(_ state: State) -> Bool { accepts[Int(state.index)] }

  /// The state after another scalar.
  ///
  /// - Throws: `PatternError.tooManyStates`.
  public mutating func step(
    _ state: State, _ scalar: Unicode.Scalar
  ) throws(PatternError) -> State {
    try step(state, kind: kind(of: scalar))
  }

  /// Which scalars no step tells apart: two of a kind lead from any state to the same.
  package mutating func kind(of scalar: Unicode.Scalar) -> Int {
    if let kind = kindOfScalar[scalar] { return kind }
    let classes = program.classes.map { $0.contains(scalar) }
    let kind = kindOfClasses[classes] ?? kinds.count
    if kind == kinds.count {
      kinds.append(classes)
      kindOfClasses[classes] = kind
    }
    kindOfScalar[scalar] = kind
    return kind
  }

  package mutating func step(_ state: State, kind: Int) throws(PatternError) -> State {
    let index = Int(state.index)
    if kind < steps[index].count, steps[index][kind] != Self.unknown {
      return State(index: steps[index][kind])
    }
    let classes = kinds[kind]
    let reached = places[index].filter { place in
      if case .read(let number) = program.instructions[place] { classes[number] } else { false }
    }
    let next = try number(of: program.closure(of: reached.map { $0 + 1 }))
    while steps[index].count <= kind { steps[index].append(Self.unknown) }
    steps[index][kind] = next
    return State(index: next)
  }

  private mutating func number(of reached: [Int]) throws(PatternError) -> Int32 {
    guard !reached.isEmpty else { return dead.index }
    if let known = states[reached] { return known }
    guard places.count < mostStates else {
      throw .tooManyStates(pattern: source, limit: mostStates)
    }
    let number = Int32(places.count)
    states[reached] = number
    append(reached)
    return number
  }

  private mutating func append(_ reached: [Int]) {
    places.append(reached)
    steps.append([])
    accepts.append(
      reached.contains { place in
        if case .accept = program.instructions[place] { true } else { false }
      })
  }
}

extension PatternAutomaton {
  /// Whether it accepts a text.
  ///
  /// - Throws: `PatternError.tooManyStates`.
  public mutating func matches(_ text: String) throws(PatternError) -> Bool {
    var state = start
    for scalar in text.unicodeScalars {
      state = try step(state, scalar)
      if state == dead { return false }
    }
    return isAccepting(state)
  }

  /// Of an automaton made by `Pattern.reversed`: where a match begins that ends at a text's end, or nil
  /// where none does.
  ///
  /// - Parameter shortest: whether to take the shortest match that ends there, otherwise the leftmost.
  /// - Throws: `PatternError.tooManyStates`.
  public mutating func matchStart(
    endingAtEndOf text: some BidirectionalCollection<Unicode.Scalar>, shortest: Bool = false
  ) throws(PatternError) -> Int? {
    var state = start
    var found: Int? = isAccepting(state) ? text.count : nil
    var place = text.count
    for scalar in text.reversed() {
      if shortest, found != nil { return found }
      state = try step(state, scalar)
      guard state != dead else { break }
      place -= 1
      if isAccepting(state) { found = place }
    }
    return found
  }
}
