/// All that is to be said of one option of `SamplingOptions`, said once: the check of its range and
/// its error, the command line's help, the REPL's setting and the record of a text derive from it.
///
/// For set-up only: `Sampler` reads the properties themselves.
package struct SamplingRule: Sendable {
  /// As the command line spells it, without dashes.
  package let name: String
  package let path: PartialKeyPath<SamplingOptions> & Sendable
  package let range: SamplingRange
  /// What it does: a sentence, but for its first letter and full stop.
  package let help: String
  /// The same in a list, where a shorter sentence does.
  package let summary: String
  /// Whether it may be nil.
  package let canBeOff: Bool
  /// Values to complete with.
  package let examples: [String]
  /// What a text must be to be a value: "a number".
  package let kind: String
  /// nil where it is off.
  package let value: @Sendable (SamplingOptions) -> (any SamplingValue)?
  private let setter: @Sendable (inout SamplingOptions, String?) -> Bool

  /// An option that always has a value.
  init<Value: SamplingValue>(
    _ name: String, _ path: WritableKeyPath<SamplingOptions, Value> & Sendable,
    _ range: SamplingRange, help: String, summary: String? = nil, examples: [String] = []
  ) {
    self.name = name
    self.path = path
    self.range = range
    self.help = help
    self.summary = summary ?? help
    self.examples = examples
    canBeOff = false
    kind = Value.kind
    value = { $0[keyPath: path] }
    setter = { options, text in
      guard let value = text.flatMap({ Value($0) }) else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  /// An option that is off where it is nil.
  init<Value: SamplingValue>(
    _ name: String, _ path: WritableKeyPath<SamplingOptions, Value?> & Sendable,
    _ range: SamplingRange, help: String
  ) {
    self.name = name
    self.path = path
    self.range = range
    self.help = help
    summary = help
    examples = []
    canBeOff = true
    kind = Value.kind
    value = { $0[keyPath: path] }
    setter = { options, text in
      let value = text.flatMap { Value($0) }
      guard value != nil || text == nil else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  /// Sets the option to what `text` says, in its range or not; nil turns it off. Returns `false`,
  /// with nothing changed, where it says no value of this kind.
  package func set(_ options: inout SamplingOptions, to text: String?) -> Bool {
    setter(&options, text)
  }

  func check(_ options: SamplingOptions) throws(SamplingOptionsError) {
    guard let value = value(options), !range.contains(value.number) else { return }
    throw SamplingOptionsError(
      name: name, value: value.shortest, range: range.description(refusing: value.number))
  }
}
