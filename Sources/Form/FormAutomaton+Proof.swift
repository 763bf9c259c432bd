extension FormAutomaton {
  /// The automaton of a form, once it is proved that some text of at most `length` letters keeps to it.
  ///
  /// - Throws: `FormError.impossible` with the rules that contradict each other: one alone, else two,
  ///   else all.
  static func possible(
    _ rules: [any FormRule], letters: Int, length: Int
  ) throws(FormError) -> FormAutomaton {
    for rule in rules { try check(FormAutomaton([rule], letters: letters), length) }
    if rules.count > 2 {
      for (index, first) in rules.enumerated() {
        for second in rules[(index + 1)...] {
          let pair = FormAutomaton([first, second], letters: letters, mostStates: 20_000)
          try check(pair, length)
        }
      }
    }
    let tables = rules.filter { $0.stateCount != nil }
    if tables.count > 1, tables.count < rules.count {
      try check(FormAutomaton(tables, letters: letters), length)
    }
    let all = FormAutomaton(rules, letters: letters)
    try check(all, length)
    return all
  }

  private static func check(_ automaton: FormAutomaton, _ length: Int) throws(FormError) {
    switch automaton.shortestText(within: length) {
    case .none: return
    case .some(let least):
      throw .impossible(rules: automaton.ruleNames, length: length, least: least)
    }
  }

  /// Nil if some text of at most `length` letters is accepted, or if that cannot be told; else the length of
  /// the shortest text, itself nil where there is none or none was looked for.
  private func shortestText(within length: Int) -> Int?? {
    if isComplete {
      guard let least = distance(start) else { return .some(nil) }
      return least <= length ? nil : .some(least)
    }
    guard let least = distance(start) else { return .some(nil) }
    if least > length { return .some(least) }
    return isRuledOut(within: length) ? .some(nil) : nil
  }

  /// Whether a search through all texts of at most `length` letters, nearest to acceptance first (Hart,
  /// Nilsson and Raphael 1968), finds none. False where it gives up.
  private func isRuledOut(within length: Int) -> Bool {
    var open = PriorityQueue()
    var reached: [Int32: Int] = [start: 0]
    open.push(start, priority: distance(start) ?? 0)
    var visited = 0
    while let state = open.pop() {
      if accepts(state) { return false }
      visited += 1
      guard visited < 20_000 else { return false }
      let steps = (reached[state] ?? 0) + 1
      for target in Set(successors(state)).sorted() where target >= 0 {
        guard let rest = distance(target), steps + rest <= length,
          reached[target].map({ steps < $0 }) ?? true
        else { continue }
        reached[target] = steps
        open.push(target, priority: steps + rest)
      }
    }
    return true
  }
}

/// States in order of priority, the latest of the most urgent first.
private struct PriorityQueue {
  private var buckets: [[Int32]] = []
  private var first = 0

  mutating func push(_ state: Int32, priority: Int) {
    while buckets.count <= priority { buckets.append([]) }
    buckets[priority].append(state)
    first = min(first, priority)
  }

  mutating func pop() -> Int32? {
    while first < buckets.count {
      if let state = buckets[first].popLast() { return state }
      first += 1
    }
    return nil
  }
}
