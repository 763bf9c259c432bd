/// Several rules as one automaton: their product.
///
/// Where all rules are tables and the product is not too large, every state is known, and so is exactly how
/// far each is from acceptance. Otherwise states are made when they are reached, and a state is as far as
/// its furthest rule says, or further: a text may then come to a dead end, and its particle is lost.
final class FormAutomaton {
  /// By letter.
  let kinds: [Int]
  let ruleNames: [String]
  private let kindCount: Int
  let rules: [any FormRule]
  /// By kind: the kind that each rule makes of it.
  private var rulesKinds: [[Int]] = []
  /// By state: that of each rule.
  private var states: [[Int32]] = []
  private var numbers: [[Int32]: Int32] = [:]
  /// By state: what comes after each kind, -1 for none, empty where nobody has asked.
  private var next: [[Int32]] = []
  private var accepting: [Bool] = []
  /// By state: letters to acceptance, exact if `isComplete`, else at least so many; -1 for no way.
  private var distances: [Int] = []
  /// Whether every state is known.
  private(set) var isComplete = false

  static let mostStates = 100_000
  let start: Int32 = 0

  /// States found so far.
  var stateCount: Int { states.count }

  /// - Parameter letters: how many there are.
  init(_ rules: [any FormRule], letters: Int, mostStates: Int = mostStates) {
    self.rules = rules
    var names: [String] = []
    for rule in rules where !names.contains(rule.name) { names.append(rule.name) }
    ruleNames = names
    var kinds: [Int] = []
    var numbers: [[Int]: Int] = [:]
    for letter in 0..<letters {
      let own = rules.map { $0.kinds[letter] }
      let kind = numbers[own] ?? numbers.count
      if kind == numbers.count {
        numbers[own] = kind
        rulesKinds.append(own)
      }
      kinds.append(kind)
    }
    self.kinds = kinds
    kindCount = rulesKinds.count
    _ = number(of: rules.map(\.start))
    guard rules.allSatisfy({ $0.stateCount != nil }) else { return }
    complete(mostStates)
  }

  /// Finds every state, if they are not too many.
  private func complete(_ mostStates: Int) {
    var state = 0
    while state < states.count {
      guard states.count <= mostStates else { return }
      _ = successors(Int32(state))
      state += 1
    }
    distances = shortestDistances(
      next.flatMap { $0 }, kinds: kindCount, accepting: accepting)
    isComplete = true
  }

  private func number(of parts: [Int32]) -> Int32 {
    if let known = numbers[parts] { return known }
    let number = Int32(states.count)
    numbers[parts] = number
    states.append(parts)
    next.append([])
    var accepts = true
    var distance = 0
    for (rule, state) in zip(rules, parts) {
      accepts = accepts && rule.accepts(state)
      if let own = rule.distance(state) {
        if distance >= 0 { distance = max(distance, own) }
      } else {
        distance = -1
      }
    }
    accepting.append(accepts)
    distances.append(distance)
    return number
  }

  /// By kind: the state that follows, -1 where no rule's way goes on.
  func successors(_ state: Int32) -> [Int32] {
    let index = Int(state)
    if !next[index].isEmpty || kindCount == 0 { return next[index] }
    let parts = states[index]
    var after: [Int32] = []
    after.reserveCapacity(kindCount)
    var target = parts
    kinds: for kind in rulesKinds {
      for (number, rule) in rules.enumerated() {
        guard let own = rule.step(parts[number], kind: kind[number]) else {
          after.append(-1)
          continue kinds
        }
        target[number] = own
      }
      after.append(self.number(of: target))
    }
    next[index] = after
    return after
  }

  /// The state of each rule.
  func parts(of state: Int32) -> [Int32] { states[Int(state)] }

  /// The state that these of rules make; nil for one that is not known.
  func state(of parts: [Int32]) -> Int32? { numbers[parts] }

  func accepts(_ state: Int32) -> Bool { accepting[Int(state)] }

  /// The fewest letters to acceptance, or fewer where not all states are known; nil for no way.
  func distance(_ state: Int32) -> Int? {
    let distance = distances[Int(state)]
    return distance < 0 ? nil : distance
  }
}
