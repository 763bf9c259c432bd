/// What one option is called, what it may be, and how a model file tells it: checks, their errors and
/// summaries derive from a table of these.
package struct OptionRule<Options>: Sendable {
  /// As on the command line, without the hyphens before it.
  let name: String
  /// What it may be, in words.
  let range: String
  /// Its value; nil where it has none.
  let value: @Sendable (Options) -> String?
  let holds: @Sendable (Options) -> Bool
  /// Whether a model file tells it among its options: not when to report and save, nor what it tells
  /// elsewhere.
  let isSummarized: Bool

  package init<Value>(
    _ name: String, _ path: any KeyPath<Options, Value> & Sendable, _ range: String,
    isSummarized: Bool = true, _ holds: @escaping @Sendable (Value) -> Bool
  ) {
    self.name = name
    self.range = range
    self.isSummarized = isSummarized
    value = { text(of: $0[keyPath: path]) }
    self.holds = { holds($0[keyPath: path]) }
  }

  /// An option that may be left open.
  package init<Value>(
    _ name: String, optional path: any KeyPath<Options, Value?> & Sendable, _ range: String,
    isSummarized: Bool = true, _ holds: @escaping @Sendable (Value) -> Bool
  ) {
    self.name = name
    self.range = range
    self.isSummarized = isSummarized
    value = { $0[keyPath: path].map { text(of: $0) } }
    self.holds = { $0[keyPath: path].map(holds) ?? true }
  }

  /// An option of one part of others.
  package func of<Whole>(_ path: any KeyPath<Whole, Options> & Sendable) -> OptionRule<Whole> {
    OptionRule<Whole>(
      name: name, range: range, value: { value($0[keyPath: path]) },
      holds: { holds($0[keyPath: path]) }, isSummarized: isSummarized)
  }

  private init(
    name: String, range: String, value: @escaping @Sendable (Options) -> String?,
    holds: @escaping @Sendable (Options) -> Bool, isSummarized: Bool
  ) {
    self.name = name
    self.range = range
    self.value = value
    self.holds = holds
    self.isSummarized = isSummarized
  }
}

private func text(of value: some Any) -> String {
  (value as? any RawRepresentable<String>)?.rawValue ?? "\(value)"
}

extension Sequence {
  /// - Throws: `TrainingError.optionOutOfRange` for the first rule that does not hold.
  package func check<Options>(_ options: Options) throws(TrainingError)
  where Element == OptionRule<Options> {
    for rule in self where !rule.holds(options) {
      throw .optionOutOfRange(
        name: rule.name, value: rule.value(options) ?? "none", range: rule.range)
    }
  }

  /// What a model file tells of the options: by their names on the command line.
  package func summary<Options>(of options: Options) -> [String: String]
  where Element == OptionRule<Options> {
    reduce(into: [:]) { summary, rule in
      if rule.isSummarized { summary[rule.name] = rule.value(options) }
    }
  }
}
