import Patterns
import Text

/// What a text must be, character by character: all that is not nil or empty holds at once.
///
///     var form = Form()
///     form.lineLength = 20...40
///     form.acrostic = "ROSE"
///
/// Lines are separated by line feeds; the last one has none after it. Characters are Unicode scalars
/// that a model has a symbol of their own for; what is spelt with several bytes is not written.
public struct Form: Codable, Equatable, Sendable {
  /// A regular expression that the whole text matches: see `Pattern`.
  public var match: String?
  /// Whether upper and lower case are the same in `match`.
  public var ignoresCase = false
  /// How many lines there are.
  public var lines: Int?
  /// How many characters each line has.
  public var lineLength: ClosedRange<Int>?
  /// What the lines begin with, a character each, in either case.
  public var acrostic: String?
  /// How many syllables each line has, by `SyllableRule`'s count of vowel groups.
  public var syllables: [Int] = []
  /// A letter for each line, the same for lines that rhyme, `-` for one that rhymes with none.
  public var rhyme: String?
  /// Each stands in the text with no letter or digit right before or after it.
  public var contained: [String] = []
  /// What the text ends with.
  public var ending: String?

  public init() {}

  /// Whether nothing is asked for.
  public var isEmpty: Bool { ruleNames.isEmpty }

  /// The rules there are, by the names of their options.
  package var ruleNames: [String] {
    [
      match.map { _ in "match" }, lines.map { _ in "lines" }, lineLength.map { _ in "line-length" },
      acrostic.map { _ in "acrostic" }, syllables.isEmpty ? nil : "syllables",
      rhyme.map { _ in "rhyme" },
    ].compactMap { $0 } + contained.map { _ in "contain" } + (ending == nil ? [] : ["ends-with"])
  }

  /// Checks what can be checked without a model.
  ///
  /// - Throws: `FormError`.
  public func validate() throws(FormError) {
    func check(_ holds: Bool, _ name: String, _ value: String, _ range: String) throws(FormError) {
      guard holds else { throw .invalid(name: name, value: value, range: range) }
    }
    if let lines { try check((1...1000).contains(lines), "lines", "\(lines)", "1 to 1000") }
    if let lineLength {
      try check(
        lineLength.lowerBound >= 0 && lineLength.upperBound <= 1000, "line-length",
        "\(lineLength.lowerBound)-\(lineLength.upperBound)", "within 0-1000")
    }
    try check(
      acrostic.map { !$0.isEmpty && !$0.contains("\n") } ?? true, "acrostic", "nothing",
      "a character for each line")
    for count in syllables {
      try check((1...100).contains(count), "syllables", "\(count)", "1 to 100 for each line")
    }
    if let rhyme {
      try check(
        !rhyme.isEmpty
          && rhyme.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0 == "-" },
        "rhyme", rhyme.isEmpty ? "nothing" : rhyme, "a letter or - for each line, such as AABB")
    }
    for word in contained { try check(!word.isEmpty, "contain", "nothing", "a word") }
    try check(ending.map { !$0.isEmpty } ?? true, "ends-with", "nothing", "a text")
    if let match {
      do { _ = try Pattern(match, ignoresCase: ignoresCase) } catch { throw .pattern(error) }
    }
  }

  func rules(over alphabet: FormAlphabet) throws(FormError) -> [any FormRule] {
    try validate()
    do {
      var rules: [any FormRule] = []
      if let match {
        let pattern = try Pattern(match, ignoresCase: ignoresCase)
        rules.append(try TableRule(name: "match", pattern, over: alphabet))
      }
      for (name, expression) in expressions {
        let pattern = try Pattern(expression, source: "of \(name)")
        rules.append(try TableRule(name: name, pattern, over: alphabet))
      }
      if !syllables.isEmpty { rules.append(try SyllableRule.rule(syllables, over: alphabet)) }
      if let rhyme { rules.append(RhymeRule.rule(rhyme, over: alphabet)) }
      return rules
    } catch let error as PatternError {
      throw .pattern(error)
    } catch let error as FormError {
      throw error
    } catch {
      preconditionFailure("a rule throws nothing else: \(error)")
    }
  }

  /// The rules that are regular expressions.
  private var expressions: [(name: String, Expression)] {
    let scalar = Expression.one(.dot)
    let anyLine = Expression.repeated(scalar, least: 0, most: nil)
    let newline = Expression.one(ScalarClass("\n"))
    func separated(_ lines: [Expression]) -> Expression {
      .sequence(
        lines.enumerated().flatMap { $0.offset == 0 ? [$0.element] : [newline, $0.element] })
    }
    var all: [(String, Expression)] = []
    if let lines { all.append(("lines", separated(Array(repeating: anyLine, count: lines)))) }
    if let lineLength {
      let line = Expression.repeated(
        scalar, least: lineLength.lowerBound, most: lineLength.upperBound)
      all.append(
        (
          "line-length",
          .sequence([line, .repeated(.sequence([newline, line]), least: 0, most: nil)])
        ))
    }
    if let acrostic {
      let lines = acrostic.unicodeScalars.map { first in
        Expression.sequence([.one(ScalarClass(first, ignoresCase: true)), anyLine])
      }
      all.append(("acrostic", separated(lines)))
    }
    // Only the rule of endings itself has no table; with this a contradiction of lines is proved.
    if let rhyme {
      let count = rhyme.unicodeScalars.count
      all.append(("rhyme", separated(Array(repeating: anyLine, count: count))))
    }
    let outsideWord = Expression.one(ScalarClass([.outside(.wordScalars)]))
    for word in contained {
      all.append(
        (
          "contain",
          .sequence([
            .repeated(.sequence([.anything, outsideWord]), least: 0, most: 1), .literal(word),
            .repeated(.sequence([outsideWord, .anything]), least: 0, most: 1),
          ])
        ))
    }
    if let ending {
      all.append(("ends-with", .sequence([.anything, .literal(ending)])))
    }
    return all
  }
}

extension TableRule {
  convenience init(
    name: String, _ pattern: Pattern, over alphabet: FormAlphabet
  ) throws {
    var automaton = pattern.automaton()
    let dead = automaton.dead
    // Numbered anew, in the order of the alphabet: 0 is that of its first letter.
    var numbers: [Int: Int] = [:]
    let kinds = alphabet.scalars.map { scalar in
      let kind = automaton.kind(of: scalar)
      let number = numbers[kind] ?? numbers.count
      numbers[kind] = number
      return number
    }
    // To learn which states accept takes the automaton after its last step.
    var accepting: [PatternAutomaton.State: Bool] = [
      automaton.start: automaton.isAccepting(automaton.start)
    ]
    try self.init(
      name: name, start: automaton.start, kinds: kinds,
      step: { state, letter in
        let next = try automaton.step(state, alphabet.scalars[letter])
        guard next != dead else { return nil }
        accepting[next] = automaton.isAccepting(next)
        return next
      },
      accepts: { accepting[$0] ?? false })
  }
}
