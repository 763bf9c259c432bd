/// A regular expression over Unicode scalars.
///
///     let pattern = try Pattern("[A-Z][a-z]+ \\d{1,3}")
///     var automaton = pattern.automaton()
///     try automaton.matches("Act 12")   // true
///
/// It describes whole texts. There are literals, `.` (any scalar but the line feed), classes such as
/// `[a-z]` and `[^aeiou]`, `\d` (0 to 9), `\w` (letters, digits and marks of any script, and `_`), `\s`
/// and their opposites, groups `(…)` and `(?:…)`, `|`, `*`, `+`, `?`, `{m,n}`, and `\n`, `\t`, `\r`, `\u{…}`;
/// other characters after a backslash are themselves. Anchors, `\b`, references to groups and
/// look-around are refused. Nothing is normalised.
public struct Pattern: Hashable, Sendable {
  /// As it was written.
  public let source: String
  public let ignoresCase: Bool
  package let expression: Expression

  /// The most instructions of a pattern whose repetitions are written out.
  package static let mostInstructions = 20_000

  /// - Parameter ignoresCase: whether upper and lower case are the same, scalar by scalar.
  /// - Throws: `PatternError.syntax`, `PatternError.tooLong`.
  public init(_ source: String, ignoresCase: Bool = false) throws(PatternError) {
    var parser = ExpressionParser(source, ignoresCase: ignoresCase)
    try self.init(parser.expression(), source: source, ignoresCase: ignoresCase)
  }

  /// - Parameter source: what errors call it.
  package init(
    _ expression: Expression, source: String, ignoresCase: Bool = false
  ) throws(PatternError) {
    guard expression.size(limit: Self.mostInstructions + 1) <= Self.mostInstructions else {
      throw .tooLong(pattern: source, limit: Self.mostInstructions)
    }
    self.expression = expression
    self.source = source
    self.ignoresCase = ignoresCase
  }

  /// Walks along texts that match from their beginning to their end.
  ///
  /// - Parameter mostStates: above which stepping throws.
  public func automaton(mostStates: Int = 10_000) -> PatternAutomaton {
    PatternAutomaton(expression, source: source, mostStates: mostStates)
  }

  /// Walks along a text and accepts wherever a match ends, wherever that began.
  public func searcher(mostStates: Int = 10_000) -> PatternAutomaton {
    PatternAutomaton(.sequence([.anything, expression]), source: source, mostStates: mostStates)
  }

  /// Walks along a text from its end towards its beginning, and accepts wherever a match begins that
  /// ends where the walk began.
  ///
  /// Where `searcher` accepts after a text's last scalar, walk this from that scalar backwards: the first
  /// place at which it accepts is where the shortest match that ends there begins, the last one
  /// before it is dead is where the leftmost does. `PatternAutomaton.matchStart` does that.
  public func reversed(mostStates: Int = 10_000) -> PatternAutomaton {
    PatternAutomaton(expression.reversed, source: source, mostStates: mostStates)
  }
}
