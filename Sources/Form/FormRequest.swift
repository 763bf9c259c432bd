import Text

/// What is to be written in a form.
public struct FormRequest: Sendable {
  public var form: Form
  /// The most characters.
  public var length: Int
  /// What must follow; nil for nothing. The text written leads into it: texts count by the probability that
  /// the model gives to it after them, and may end anywhere that the form allows.
  public var following: String?
  /// The model's distribution is that of its logits divided by this, above 0.
  public var temperature: Double

  public init(
    _ form: Form, length: Int, following: String? = nil, temperature: Double = 1
  ) {
    self.form = form
    self.length = length
    self.following = following
    self.temperature = temperature
  }

  /// Checks what can be checked without a model.
  ///
  /// - Throws: `FormError`.
  public func validate() throws(FormError) {
    guard length >= 0 else {
      throw .invalid(name: "length", value: "\(length)", range: "0 or more")
    }
    guard temperature > 0, temperature.isFinite else {
      throw .invalid(
        name: "temperature", value: temperature.shortest, range: "more than 0 with a form")
    }
    if following == "" { throw .invalid(name: "infill", value: "nothing", range: "a text") }
    try form.validate()
  }

  /// The names of what is asked for.
  package var ruleNames: [String] { form.ruleNames + (following == nil ? [] : ["infill"]) }
}
