/// A nondeterministic automaton: an expression as instructions (Thompson 1968).
struct Program: Sendable {
  enum Instruction: Sendable {
    /// Reads a scalar of the class of this number, and goes on with the next instruction.
    case read(Int)
    /// Goes on at both, without reading.
    case split(Int, Int)
    case jump(Int)
    case accept
  }

  private(set) var instructions: [Instruction] = []
  private(set) var classes: [ScalarClass] = []
  private var numbers: [ScalarClass: Int] = [:]

  init(_ expression: Expression) {
    append(expression)
    instructions.append(.accept)
  }

  private mutating func append(_ expression: Expression) {
    switch expression {
    case .empty: break
    case .one(let scalars): instructions.append(.read(number(of: scalars)))
    case .sequence(let parts):
      for part in parts { append(part) }
    case .either(let parts): appendAlternatives(parts[...])
    case .repeated(let part, let least, let most):
      for _ in 0..<least { append(part) }
      if let most {
        appendOptional(part, count: most - least)
      } else {
        let start = instructions.count
        instructions.append(.accept)
        append(part)
        instructions.append(.jump(start))
        instructions[start] = .split(start + 1, instructions.count)
      }
    }
  }

  private mutating func appendAlternatives(_ parts: ArraySlice<Expression>) {
    guard let first = parts.first else { return }
    guard parts.count > 1 else { return append(first) }
    let start = instructions.count
    instructions.append(.accept)
    append(first)
    let end = instructions.count
    instructions.append(.accept)
    instructions[start] = .split(start + 1, instructions.count)
    appendAlternatives(parts.dropFirst())
    instructions[end] = .jump(instructions.count)
  }

  private mutating func appendOptional(_ part: Expression, count: Int) {
    var splits: [Int] = []
    for _ in 0..<count {
      splits.append(instructions.count)
      instructions.append(.accept)
      append(part)
    }
    for split in splits { instructions[split] = .split(split + 1, instructions.count) }
  }

  private mutating func number(of scalars: ScalarClass) -> Int {
    if let number = numbers[scalars] { return number }
    numbers[scalars] = classes.count
    classes.append(scalars)
    return classes.count - 1
  }

  /// All instructions that read or accept, reached from `starts` without reading, in order.
  func closure(of starts: [Int]) -> [Int] {
    var isReached = Set<Int>()
    var open = starts
    var found: [Int] = []
    while let place = open.popLast() {
      guard isReached.insert(place).inserted else { continue }
      switch instructions[place] {
      case .read, .accept: found.append(place)
      case .jump(let target): open.append(target)
      case .split(let first, let second):
        open.append(first)
        open.append(second)
      }
    }
    return found.sorted()
  }
}
