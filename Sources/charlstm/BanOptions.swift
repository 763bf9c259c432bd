import ArgumentParser
import Generation

/// Phrases that are not to be written.
struct BanOptions: ParsableArguments {
  @Option(
    name: .customLong("ban"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      A phrase that is never written: where it would be complete, the text goes back to where it \
      began and is drawn again without that character; /…/ is a regular expression. May be given \
      several times.
      """, valueName: "phrase"),
    transform: utf8Text)
  var bans: [String] = []

  @Flag(name: .customLong("ban-ignoring-case"), help: "Upper and lower case of bans are the same.")
  var ignoresCase = false

  /// - Throws: a `Failure` of usage, `BansError`.
  func resolved() throws -> Bans {
    var resolved = Bans(ignoresCase: ignoresCase)
    for ban in bans { try resolved.add(ban) { try typed($0, for: "--ban") } }
    try resolved.validate()
    return resolved
  }
}
