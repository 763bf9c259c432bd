/// One constraint as a deterministic automaton over an alphabet's letters.
///
/// Letters of a kind are those that no step of this rule tells apart.
protocol FormRule: AnyObject {
  /// What it comes from, as an option's name.
  var name: String { get }
  /// By letter.
  var kinds: [Int] { get }
  var start: Int32 { get }
  /// The state after a letter of a kind; nil where the rule is broken for good.
  func step(_ state: Int32, kind: Int) -> Int32?
  func accepts(_ state: Int32) -> Bool
  /// The fewest letters to acceptance by this rule alone, or fewer; nil where there is no way.
  func distance(_ state: Int32) -> Int?
  /// The number of states, where all are known and distances are exact.
  var stateCount: Int? { get }
}

/// A rule all of whose states are known.
final class TableRule: FormRule {
  let name: String
  let kinds: [Int]
  let start: Int32 = 0
  private let kindCount: Int
  /// `[states, kinds]`, -1 for none.
  private let next: [Int32]
  private let accepting: [Bool]
  /// By state, -1 where there is no way.
  private let distances: [Int]

  static let mostStates = 20_000

  var stateCount: Int? { accepting.count }

  /// - Parameter step: the state after a letter of a kind, of which the letter is an example.
  /// - Throws: `FormError.tooManyStates`, or what `step` throws.
  init<State: Hashable>(
    name: String, start: State, kinds: [Int],
    step: (State, _ letter: Int) throws -> State?, accepts: (State) -> Bool
  ) throws {
    var examples: [Int] = []
    for (letter, kind) in kinds.enumerated() where kind == examples.count {
      examples.append(letter)
    }
    var numbers = [start: Int32(0)]
    var states = [start]
    var next: [Int32] = []
    var first = 0
    while first < states.count {
      for letter in examples {
        guard let target = try step(states[first], letter) else {
          next.append(-1)
          continue
        }
        if let number = numbers[target] {
          next.append(number)
        } else {
          guard states.count < Self.mostStates else {
            throw FormError.tooManyStates(rule: name, limit: Self.mostStates)
          }
          numbers[target] = Int32(states.count)
          next.append(Int32(states.count))
          states.append(target)
        }
      }
      first += 1
    }
    self.name = name
    self.kinds = kinds
    kindCount = examples.count
    self.next = next
    accepting = states.map(accepts)
    distances = shortestDistances(next, kinds: kindCount, accepting: accepting)
  }

  func step(_ state: Int32, kind: Int) -> Int32? {
    let target = next[Int(state) * kindCount + kind]
    return target < 0 || distances[Int(target)] < 0 ? nil : target
  }

  func accepts(_ state: Int32) -> Bool { accepting[Int(state)] }

  func distance(_ state: Int32) -> Int? {
    let distance = distances[Int(state)]
    return distance < 0 ? nil : distance
  }
}

/// A rule whose states are made when they are first reached, as there may be any number.
final class OpenRule<State: Hashable>: FormRule {
  let name: String
  let kinds: [Int]
  let start: Int32 = 0
  var stateCount: Int? { nil }
  private let next: (State, _ kind: Int) -> State?
  private let isAccepting: (State) -> Bool
  private let bound: (State) -> Int
  private var states: [State]
  private var numbers: [State: Int32]
  private var distances: [Int]

  /// - Parameters:
  ///   - next: nil where the rule is broken for good.
  ///   - bound: the fewest letters to acceptance, or fewer.
  init(
    name: String, start: State, kinds: [Int],
    next: @escaping (State, _ kind: Int) -> State?, accepts: @escaping (State) -> Bool,
    bound: @escaping (State) -> Int
  ) {
    self.name = name
    self.kinds = kinds
    self.next = next
    isAccepting = accepts
    self.bound = bound
    states = [start]
    numbers = [start: 0]
    distances = [bound(start)]
  }

  func step(_ state: Int32, kind: Int) -> Int32? {
    guard let target = next(states[Int(state)], kind) else { return nil }
    if let number = numbers[target] { return number }
    let number = Int32(states.count)
    numbers[target] = number
    states.append(target)
    distances.append(bound(target))
    return number
  }

  subscript(state: Int32) -> State { states[Int(state)] }

  func accepts(_ state: Int32) -> Bool { isAccepting(states[Int(state)]) }
  func distance(_ state: Int32) -> Int? { distances[Int(state)] }
}

/// By state: the fewest steps to an accepting one, -1 where there is no way.
///
/// - Parameter next: `[states, kinds]`, -1 for none.
func shortestDistances(_ next: [Int32], kinds: Int, accepting: [Bool]) -> [Int] {
  var before = [[Int32]](repeating: [], count: accepting.count)
  for (index, target) in next.enumerated() where target >= 0 {
    let state = Int32(index / kinds)
    if before[Int(target)].last != state { before[Int(target)].append(state) }
  }
  var distances = accepting.map { $0 ? 0 : -1 }
  var queue = accepting.indices.filter { accepting[$0] }
  var first = 0
  while first < queue.count {
    let state = queue[first]
    first += 1
    for previous in before[state] where distances[Int(previous)] < 0 {
      distances[Int(previous)] = distances[state] + 1
      queue.append(Int(previous))
    }
  }
  return distances
}
