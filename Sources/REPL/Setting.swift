import Generation
import Recurrent
import TerminalText
import Text

/// One of the settings that `/set` knows.
struct Setting: Sendable {
  let name: String
  /// What it does and what it may be.
  let summary: String
  /// Values to complete with.
  var values: [String] = []
  let value: @Sendable (Interpreter) -> String
  /// - Throws: what is wrong with the text; then nothing has changed.
  let set: @Sendable (Interpreter, _ text: String) throws -> Void

  static let all = SamplingOptions.rules.map(sampling) + others

  private static let others: [Setting] = [
    Setting(
      name: "length", summary: "the most characters to write at a time",
      values: ["100", "500", "2000"],
      value: { "\($0.session.settings.writing.length)" },
      set: { interpreter, text in
        let length = try count(text, of: "length")
        try change(interpreter) { $0.writing.length = length }
      }),
    Setting(
      name: "stop",
      summary: #"strings that end the text, such as "\n\n", separated by spaces, or off"#,
      values: ["off", #""\n\n""#],
      value: { interpreter in
        let stops = interpreter.session.settings.writing.stops
        return stops.isEmpty ? "off" : stops.map(escaped).joined(separator: " ")
      },
      set: { interpreter, text in
        let stops = text == "off" ? [] : try unescapedWords(text)
        try change(interpreter) { $0.writing.stops = stops }
      }),
    Setting(
      name: "ban-ignoring-case",
      summary: "whether upper and lower case are the same in what /ban names: on or off",
      values: ["on", "off"],
      value: { $0.session.settings.writing.bans.ignoresCase ? "on" : "off" },
      set: { interpreter, text in
        guard text == "on" || text == "off" else {
          throw wrong(text, for: "ban-ignoring-case", "on or off")
        }
        try change(interpreter) { $0.writing.bans.ignoresCase = text == "on" }
      }),
    Setting(
      name: "seed",
      summary: "the next text's; each text after it has the next higher one. A number or random",
      values: ["random"],
      value: { "\($0.session.draft.seed)" },
      set: { interpreter, text in
        guard let seed = text == "random" ? .random(in: 0...UInt64(UInt32.max)) : UInt64(text)
        else { throw wrong(text, for: "seed", "a whole number of 0 or more, or random") }
        interpreter.session.draft.seed = seed
        interpreter.choice?.seed = nil
      }),
    Setting(
      name: "speed", summary: "characters a second, as if typed, or off for the model's own speed",
      values: ["off", "30", "60", "200"],
      value: { $0.session.settings.speed.map(\.shortest) ?? "off" },
      set: { interpreter, text in
        let speed = text == "off" ? nil : try decimal(text, of: "speed")
        try change(interpreter) { $0.speed = speed }
      }),
    Setting(
      name: "precision",
      summary:
        "of matrix products: auto (int8 where this CPU gains by it), float32, bfloat16, int16, int8",
      values: PrecisionChoice.allCases.map(\.rawValue),
      value: { $0.session.settings.precision.rawValue },
      set: { interpreter, text in
        guard let precision = PrecisionChoice(rawValue: text) else {
          throw wrong(text, for: "precision", "auto, float32, bfloat16, int16 or int8")
        }
        try change(interpreter) { $0.precision = precision }
        try interpreter.use(precision)
      }),
  ]

  static func named(_ name: String) throws(ReplError) -> Setting {
    guard let setting = all.first(where: { $0.name == name }) else {
      throw .usage(
        "there is no setting \(excerpt(name, limit: 40)); "
          + (nearest(name, among: all.map(\.name)).map { "did you mean \($0)?" }
            ?? "/set lists them"))
    }
    return setting
  }
}

extension Setting {
  private static func sampling(_ rule: SamplingRule) -> Setting {
    Setting(
      name: rule.name, summary: rule.summary + (rule.canBeOff ? ", or off" : ""),
      values: rule.canBeOff ? ["off"] : rule.examples,
      value: { rule.value($0.session.settings.writing.sampling)?.shortest ?? "off" },
      set: { interpreter, text in
        try change(interpreter) { settings in
          let isOff = rule.canBeOff && text == "off"
          guard rule.set(&settings.writing.sampling, to: isOff ? nil : text) else {
            throw wrong(text, for: rule.name, rule.kind)
          }
        }
      })
  }

  /// Puts changed settings in force once they have been checked.
  private static func change(
    _ interpreter: Interpreter, _ edit: (inout Settings) throws -> Void
  ) throws {
    var settings = interpreter.session.settings
    try edit(&settings)
    try settings.validate()
    interpreter.session.settings = settings
  }

  private static func decimal(_ text: String, of name: String) throws(ReplError) -> Double {
    guard let number = Double(text) else { throw wrong(text, for: name, "a number") }
    return number
  }

  private static func count(_ text: String, of name: String) throws(ReplError) -> Int {
    guard let number = Int(text) else { throw wrong(text, for: name, "a whole number") }
    return number
  }

  private static func wrong(_ text: String, for name: String, _ wanted: String) -> ReplError {
    .usage("\(name) must be \(wanted), got \(excerpt(text, limit: 40))")
  }
}
