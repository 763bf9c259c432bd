import Foundation

/// What is best, as an expression over a text's statistics, such as `-nats - 2 * repetition`; the text
/// with the greatest value is the best.
///
/// Numbers, the names of `TextStatistics`, `+ - * /`, parentheses, `abs(x)`, `log(x)`, `min(x, y)`,
/// `max(x, y)`.
public struct RankingExpression: Sendable, CustomStringConvertible {
  /// As it was written.
  public let description: String
  private let tree: Term

  fileprivate indirect enum Term: Sendable {
    case number(Double)
    case statistic(String)
    case call(Operation, [Term])
  }

  fileprivate enum Operation: String, Sendable {
    case plus = "+", minus = "-", times = "*", over = "/"
    case abs, log, min, max
  }

  /// The least surprising text.
  public static let leastSurprising = RankingExpression(
    description: "-nats", tree: .call(.minus, [.number(0), .statistic("nats")]))
  /// That which a classifier takes for what is wanted with the greatest probability.
  public static let mostToward = RankingExpression(
    description: "toward", tree: .statistic("toward"))

  private init(description: String, tree: Term) {
    self.description = description
    self.tree = tree
  }

  /// - Throws: `RankingError`.
  public init(_ text: String) throws(RankingError) {
    var parser = Parser(text)
    tree = try parser.whole()
    description = text
  }

  /// Whether it depends on a classifier's verdict.
  public var needsClassifier: Bool { tree.names.contains("toward") }

  /// Of two texts the one with the greater value is the better; one that is no number is the worst.
  public func value(of text: TextStatistics) -> Double {
    let value = tree.value(text)
    return value.isNaN ? -.infinity : value
  }
}

extension RankingExpression: Codable, Equatable {
  /// Two are equal that were written alike.
  public static func == (left: Self, right: Self) -> Bool { left.description == right.description }

  /// As it was written.
  ///
  /// - Throws: `RankingError`, or what the decoder throws.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension RankingExpression.Term {
  fileprivate var names: Set<String> {
    switch self {
    case .number: []
    case .statistic(let name): [name]
    case .call(_, let parts): parts.reduce(into: []) { $0.formUnion($1.names) }
    }
  }

  fileprivate func value(_ text: TextStatistics) -> Double {
    switch self {
    case .number(let number): return number
    case .statistic(let name): return text.value(name) ?? .nan
    case .call(let operation, let parts):
      let values = parts.map { $0.value(text) }
      switch operation {
      case .plus: return values[0] + values[1]
      case .minus: return values[0] - values[1]
      case .times: return values[0] * values[1]
      case .over: return values[0] / values[1]
      case .abs: return values[0].magnitude
      case .log: return Foundation.log(values[0])
      case .min: return Swift.min(values[0], values[1])
      case .max: return Swift.max(values[0], values[1])
      }
    }
  }
}

extension RankingExpression {
  /// Reads an expression from left to right.
  private struct Parser {
    private let text: String
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) {
      self.text = text
      rest = text.unicodeScalars[...]
    }

    mutating func whole() throws(RankingError) -> Term {
      let term = try sum(depth: 0)
      guard peek() == nil else {
        throw wrong("an operator is missing, or one parenthesis too many")
      }
      return term
    }

    private mutating func sum(depth: Int) throws(RankingError) -> Term {
      guard depth < 100 else { throw wrong("too many parentheses within each other") }
      var left = try product(depth: depth)
      while let operation = take("+-") {
        left = .call(operation, [left, try product(depth: depth)])
      }
      return left
    }

    private mutating func product(depth: Int) throws(RankingError) -> Term {
      var left = try factor(depth: depth)
      while let operation = take("*/") {
        left = .call(operation, [left, try factor(depth: depth)])
      }
      return left
    }

    private mutating func factor(depth: Int) throws(RankingError) -> Term {
      guard depth < 100 else { throw wrong("too many signs or parentheses within each other") }
      if take("-") != nil { return .call(.minus, [.number(0), try factor(depth: depth + 1)]) }
      guard let next = peek() else { throw wrong("something is missing at the end") }
      if next == "(" {
        rest.removeFirst()
        let inner = try sum(depth: depth + 1)
        try expect(")")
        return inner
      }
      let word = String(
        rest.prefix { $0.properties.isAlphabetic || "0123456789.".unicodeScalars.contains($0) })
      guard !word.isEmpty else { throw wrong("there must be a number, a name or a parenthesis") }
      if let number = Double(word), next.value < 0x3A {
        rest.removeFirst(word.unicodeScalars.count)
        return .number(number)
      }
      if TextStatistics.names.contains(word) {
        rest.removeFirst(word.unicodeScalars.count)
        return .statistic(word)
      }
      guard let operation = Operation(rawValue: word) else {
        throw wrong(
          "\(word) is no number and no statistic; there are "
            + TextStatistics.names.joined(separator: ", ") + ", and abs, log, min, max")
      }
      rest.removeFirst(word.unicodeScalars.count)
      try expect("(")
      var parts = [try sum(depth: depth + 1)]
      if operation == .min || operation == .max {
        try expect(",")
        parts.append(try sum(depth: depth + 1))
      }
      try expect(")")
      return .call(operation, parts)
    }

    /// The next character that is no blank.
    private mutating func peek() -> Unicode.Scalar? {
      while let next = rest.first, next.properties.isWhitespace { rest.removeFirst() }
      return rest.first
    }

    private mutating func take(_ operators: String) -> Operation? {
      guard let next = peek(), operators.unicodeScalars.contains(next) else { return nil }
      rest.removeFirst()
      return Operation(rawValue: String(next))
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws(RankingError) {
      guard peek() == scalar else { throw wrong("\(scalar) is missing") }
      rest.removeFirst()
    }

    private func wrong(_ problem: String) -> RankingError {
      let position = text.unicodeScalars.count - rest.count + 1
      return .syntax(expression: text, position: position, problem: problem)
    }
  }
}

/// An expression that says nothing.
public enum RankingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// - Parameters:
  ///   - position: the number of the character, from 1.
  ///   - problem: what is wrong there.
  case syntax(expression: String, position: Int, problem: String)

  /// One line: what, and where.
  public var description: String {
    switch self {
    case .syntax(let expression, let position, let problem):
      "\(expression.debugDescription), character \(position): \(problem)"
    }
  }
}
