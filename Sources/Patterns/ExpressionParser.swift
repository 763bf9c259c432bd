/// Reads a regular expression in the usual notation.
struct ExpressionParser {
  private let pattern: String
  private let scalars: [Unicode.Scalar]
  private let ignoresCase: Bool
  private var position = 0
  private var depth = 0

  private static let mostRepetitions = 10_000
  private static let deepest = 200

  init(_ pattern: String, ignoresCase: Bool) {
    self.pattern = pattern
    self.ignoresCase = ignoresCase
    scalars = Array(pattern.unicodeScalars)
  }

  mutating func expression() throws(PatternError) -> Expression {
    let expression = try alternatives()
    guard position == scalars.count else {
      throw fault("there is no ( for this ); write \\) for a parenthesis", at: position)
    }
    return expression
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func fault(_ problem: String, at position: Int) -> PatternError {
    .syntax(pattern: pattern, position: position + 1, problem: problem)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func alternatives() throws(PatternError) -> Expression {
    var alternatives = [try sequence()]
    while take("|") { alternatives.append(try sequence()) }
    return alternatives.count == 1 ? alternatives[0] : .either(alternatives)
  }

  private mutating func sequence() throws(PatternError) -> Expression {
    var parts: [Expression] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let atom = try atom()
      parts.append(try repetition(of: atom))
    }
    return switch parts.count {
    case 0: .empty
    case 1: parts[0]
    default: .sequence(parts)
    }
  }

  private mutating func atom() throws(PatternError) -> Expression {
    let start = position
    let scalar = scalars[position]
    position += 1
    switch scalar {
    case "(": return try group(from: start)
    case "[": return .one(try bracket(from: start))
    case ".": return .one(.dot)
    case "\\":
      var item = try escaped(from: start)
      if case .outside(let inner) = item {
        item = inner
        return .one(ScalarClass([item], isNegated: true, ignoresCase: ignoresCase))
      }
      return .one(ScalarClass([item], ignoresCase: ignoresCase))
    case "*", "+", "?":
      throw fault(
        "nothing before \(scalar) to repeat; write \\\(scalar) for the character", at: start)
    case "{":
      throw fault("nothing before { to repeat; write \\{ for the character", at: start)
    case "^", "$":
      throw fault(
        "\(scalar) is not supported, as a pattern describes a text from its beginning to its end; "
          + "leave it out, or write \\\(scalar) for the character", at: start)
    default: return .one(ScalarClass(scalar, ignoresCase: ignoresCase))
    }
  }

  private mutating func group(from start: Int) throws(PatternError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw fault("groups are nested more than \(Self.deepest) deep", at: start)
    }
    if take("?") {
      guard take(":") else {
        throw fault("of groups that begin with (? only (?:…) is supported", at: start)
      }
    }
    let inside = try alternatives()
    guard take(")") else {
      throw fault("this ( has no ); write \\( for a parenthesis", at: start)
    }
    return inside
  }

  private mutating func repetition(of atom: Expression) throws(PatternError) -> Expression {
    var result = atom
    var isRepeated = false
    while let scalar = next {
      let start = position
      let bounds: (least: Int, most: Int?)
      switch scalar {
      case "*": bounds = (0, nil)
      case "+": bounds = (1, nil)
      case "?": bounds = (0, 1)
      case "{":
        position += 1
        bounds = try count(from: start)
        position -= 1
      default: return result
      }
      position += 1
      guard !isRepeated else {
        throw fault(
          "what is repeated already is repeated again; "
            + "put it into parentheses, or leave this \(scalar) out, as all matches count, long and short",
          at: start)
      }
      isRepeated = true
      result = .repeated(result, least: bounds.least, most: bounds.most)
    }
    return result
  }

  /// `m}`, `m,}`, `,n}` or `m,n}`.
  private mutating func count(from start: Int) throws(PatternError) -> (least: Int, most: Int?) {
    let least = try number(from: start)
    var most = least
    if take(",") {
      most = try number(from: start)
      guard least != nil || most != nil else {
        throw fault("{ needs a number, as in {2}, {2,} or {2,5}", at: start)
      }
    } else if least == nil {
      throw fault(
        "{ needs a number, as in {2}, {2,} or {2,5}; write \\{ for the character", at: start)
    }
    guard take("}") else {
      throw fault("this { has no }, as in {2}, {2,} or {2,5}", at: start)
    }
    if let least, let most, least > most {
      throw fault("{\(least),\(most)} has the larger number first; swap them", at: start)
    }
    return (least ?? 0, most)
  }

  private mutating func number(from start: Int) throws(PatternError) -> Int? {
    var value: Int?
    while let digit = next.flatMap({ Int(String($0)) }) {
      position += 1
      value = (value ?? 0) * 10 + digit
      guard value ?? 0 <= Self.mostRepetitions else {
        throw fault("{…} goes up to \(Self.mostRepetitions)", at: start)
      }
    }
    return value
  }

  private mutating func bracket(from start: Int) throws(PatternError) -> ScalarClass {
    let isNegated = take("^")
    var items: [ScalarClass.Item] = []
    while true {
      guard let scalar = next else {
        throw fault("this [ has no ]; write \\[ for a bracket", at: start)
      }
      if scalar == "]" {
        guard !items.isEmpty else {
          throw fault("these brackets are empty; write \\] for a bracket in them", at: position)
        }
        position += 1
        return ScalarClass(items, isNegated: isNegated, ignoresCase: ignoresCase)
      }
      let place = position
      let first = try member()
      guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        items.append(first)
        continue
      }
      position += 1
      let last = try member()
      guard case .range(let low) = first, case .range(let high) = last else {
        throw fault("a range has a character at each end; write \\- for a hyphen", at: place)
      }
      guard low.lowerBound <= high.lowerBound else {
        throw fault(
          "the range \(low.lowerBound)-\(high.lowerBound) has the larger character first; swap them",
          at: place)
      }
      items.append(.range(low.lowerBound...high.lowerBound))
    }
  }

  /// One character or escape within brackets.
  private mutating func member() throws(PatternError) -> ScalarClass.Item {
    let start = position
    let scalar = scalars[position]
    position += 1
    return scalar == "\\" ? try escaped(from: start) : .range(scalar...scalar)
  }

  /// What follows a backslash.
  private mutating func escaped(from start: Int) throws(PatternError) -> ScalarClass.Item {
    guard let scalar = next else {
      throw fault("a character belongs after the last \\; write \\\\ for a backslash", at: start)
    }
    position += 1
    switch scalar {
    case "d": return .digits
    case "D": return .outside(.digits)
    case "w": return .wordScalars
    case "W": return .outside(.wordScalars)
    case "s": return .spaces
    case "S": return .outside(.spaces)
    case "n": return .range("\n"..."\n")
    case "t": return .range("\t"..."\t")
    case "r": return .range("\r"..."\r")
    case "u": return try codePoint(from: start)
    case "b", "B", "A", "z", "Z", "G":
      throw fault(
        "\\\(scalar) is not supported, as every part of a pattern matches characters; "
          + "spell out what may stand beside, as in (.*\\W)?word(\\W.*)?", at: start)
    case "0"..."9":
      throw fault("\\\(scalar), what a group matched, is not supported", at: start)
    case _ where scalar.properties.isAlphabetic:
      throw fault(
        "\\\(scalar) means nothing; there are \\d \\D \\w \\W \\s \\S \\n \\t \\r \\u{…}", at: start
      )
    default: return .range(scalar...scalar)
    }
  }

  private mutating func codePoint(from start: Int) throws(PatternError) -> ScalarClass.Item {
    let problem = "\\u{…} takes the hexadecimal number of a character, as in \\u{e9}"
    guard take("{") else { throw fault(problem, at: start) }
    var digits = ""
    while let scalar = next, scalar != "}", digits.count < 7 {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    guard take("}"), let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw fault(problem, at: start) }
    return .range(scalar...scalar)
  }
}
