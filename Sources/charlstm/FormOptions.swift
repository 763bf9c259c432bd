import ArgumentParser
import Form
import Generation

/// What a text must be, and how one is looked for.
struct FormOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A regular expression that the whole text matches.", valueName: "regex"),
    transform: utf8Text)
  var match: String?

  @Flag(help: "Upper and lower case are the same in --match.")
  var matchIgnoringCase = false

  @Option(help: "How many lines there are.")
  var lines: Int?

  @Option(help: ArgumentHelp("Characters of each line, such as 20-40.", valueName: "range"))
  var lineLength: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The first characters of the lines, in either case.", valueName: "letters"),
    transform: utf8Text)
  var acrostic: String?

  @Option(
    help: ArgumentHelp(
      "Syllables of each line, such as 5-7-5, counted by groups of vowels.", valueName: "counts"))
  var syllables: String?

  @Option(
    help: ArgumentHelp(
      "A letter for each line, the same where endings are spelt alike, - for none.",
      valueName: "scheme"))
  var rhyme: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A word that is in the text; may be given several times.", valueName: "word"),
    transform: utf8Text)
  var contain: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What the text ends with.", valueName: "text"), transform: utf8Text)
  var endsWith: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A text that what is written leads into, and that is added to it.", valueName: "text"),
    transform: utf8Text)
  var infill: String?

  @Option(help: "Texts side by side from which one is drawn, for the options above. (default: 64)")
  var particles: Int?

  @Option(
    help: ArgumentHelp(
      "Write the most probable text, as a beam of this width finds it, in a form or without one.",
      valueName: "width"))
  var beam: Int?

  /// - Returns: nil where none of these options was given.
  /// - Throws: a `Failure` of usage, `FormError`.
  func request(length: Int, temperature: Double) throws -> FormRequest? {
    var form = Form()
    form.match = match
    form.ignoresCase = matchIgnoringCase
    form.lines = lines
    form.lineLength = try lineLength.map { text in
      guard let range = Form.lineLength(spelled: text) else {
        throw Failure.usage(
          "--line-length must be a number or a range such as 20-40, got \(text)")
      }
      return range
    }
    form.acrostic = try acrostic.map { try typed($0, for: "--acrostic") }
    if let syllables {
      guard let counts = Form.syllables(spelled: syllables) else {
        throw Failure.usage(
          "--syllables must be numbers with - between them, such as 5-7-5, got \(syllables)")
      }
      form.syllables = counts
    }
    form.rhyme = rhyme
    form.contained = try contain.map { try typed($0, for: "--contain") }
    form.ending = try endsWith.map { try typed($0, for: "--ends-with") }
    let following = try infill.map { try typed($0, for: "--infill") }
    guard match != nil || !matchIgnoringCase else {
      throw Failure.usage("--match-ignoring-case needs --match")
    }
    for (name, value) in [("--particles", particles), ("--beam", beam)] {
      if let value, !(1...FormWriter.mostParticles).contains(value) {
        throw Failure.usage("\(name) must be 1 to \(FormWriter.mostParticles), got \(value)")
      }
    }
    guard particles == nil || beam == nil else {
      throw Failure.usage("give --particles or --beam, not both")
    }
    guard !form.isEmpty || following != nil || beam != nil else {
      guard particles == nil else {
        throw Failure.usage("--particles needs a form, such as --match or --lines")
      }
      return nil
    }
    let request = FormRequest(
      form, length: length, following: following, temperature: temperature)
    try request.validate()
    return request
  }

  /// Texts side by side.
  var width: Int { beam ?? particles ?? FormWriter.usualParticles }
}
