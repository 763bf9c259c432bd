import Foundation
import Testing

@Suite("--ban")
struct BanOptionTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private static let king = ["--prompt", "KING: I"]

  private func sample(
    _ options: String, _ more: [String] = king
  ) throws -> CommandLineSession.Outcome {
    let line = "sample tiny.safetensors --precision float32 --seed 7 --length 60 " + options
    return try charlstm.start(line.split(separator: " ").map(String.init) + more)
      .finish(within: 60)
  }

  @Test func whatIsBannedIsNotWritten() throws {
    #expect(
      try sample("")
        == .init(
          code: 0,
          output: """
            KING: I wcaud:
            The lock the neet?

            Sursif:
            Golans By nake is and sp

            """, error: ""))
    #expect(
      try sample("--ban e")
        == .init(
          code: 0,
          output: """
            KING: I wcaud:
            That'm Not comy'd thou it um ot Dund has Vuldarp a w

            """, error: "6 bans avoided\n"))
    #expect(
      try sample("--ban th --ban ing")
        == .init(
          code: 0,
          output: """
            KING: I wcaud:
            The lock a mansil. I sick;
            What's
            Of ole Uam brose a

            """, error: "2 bans avoided\n"))
    #expect(
      try sample("--ban TH --ban-ignoring-case")
        == .init(
          code: 0,
          output: """
            KING: I wcaud:
            I hif I'lbed it,
            And ach un sta wit's hat ambening a

            """, error: "2 bans avoided\n"))
    // What the model does not know cannot come up.
    #expect(
      try sample("--ban ☃ --ban zq!")
        == .init(code: 0, output: sample("").output, error: "0 bans avoided\n"))
    #expect(try sample("--ban-ignoring-case") == sample(""))
  }

  /// "I", a blank and "w": it begins in the prompt.
  @Test func aBanMayBeginInThePrompt() throws {
    let begins = try sample("--ban", ["I w"] + Self.king)
    #expect(begins.error == "1 ban avoided\n" && !begins.output.hasPrefix("KING: I w"))
    let stands = try sample("--ban KING --ban I")
    #expect(stands.output.hasPrefix("KING: I wcaud:\n") && stands.code == 0)
    #expect(!stands.output.dropFirst(7).contains("I"))
  }

  @Test func aTextIsTheSameInAnyCompany() throws {
    let options = "--ban th --ban e,"
    let alone = try sample(options)
    let together = try sample(options + " --count 5 --batch-size 2")
    #expect(together.output.hasPrefix("==> 0 <==\n" + alone.output + "==> 1 <==\n"))
    #expect(together.error.hasSuffix(" bans avoided\n"))
    try charlstm.put("KING: I", at: "prompts.txt")
    let answered = try charlstm.start(
      "sample tiny.safetensors --precision float32 --seed 7 --length 60 --prompts-file -"
        .split(separator: " ").map(String.init) + options.split(separator: " ").map(String.init),
      input: "KING: I"
    ).finish(within: 60)
    #expect(answered.error == alone.error && answered.output.hasSuffix(alone.output))
  }

  @Test func recordsTellOfBans() throws {
    let outcome = try sample("--ban th --ban-ignoring-case --json-lines")
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(record["ban"] as? [String] == ["th"])
    #expect(record["ban_ignoring_case"] as? Bool == true)
    #expect(record["bans_avoided"] as? Int == 2)
    #expect(try !sample("--json-lines").output.contains("ban"))
  }

  @Test func mistakes() throws {
    for command in ["sample", "repl"] {
      #expect(
        try charlstm("\(command) tiny.safetensors --ban a --ban", "")
          == .init(
            code: 64, output: "",
            error: "Error: ban 2 is empty; a ban needs at least one character\n"))
      #expect(
        try charlstm(#"\#(command) tiny.safetensors --ban a\q"#)
          == .init(
            code: 64, output: "",
            error: """
              Error: --ban: after a backslash there must be n, t, r, u{…}, " or another backslash

              """))
    }
    let letters = "\n !\"'(),-.:;?ABCDEFGHIJKLMNOPQRSTUVWYabcdefghijklmnopqrstuvwxyz"
    func bans(_ letters: some StringProtocol) -> [String] {
      letters.unicodeScalars.flatMap {
        ["--ban", String($0).replacing("\"", with: "\\\"")]
      }
    }
    let nothing = """
      Error: the bans leave nothing to write: every character that the model knows would complete \
      one; ban less

      """
    #expect(try sample("", bans(letters)) == .init(code: 64, output: "", error: nothing))
    #expect(try sample("--count 3", bans(letters)) == .init(code: 64, output: "", error: nothing))
    // "a" may be written, but not twice.
    #expect(
      try sample("--ban aa", bans(letters.filter { $0 != "a" }))
        == .init(
          code: 64, output: "",
          error: """
            Error: the bans leave nothing to write after 1 character; ban less, or ask for no more \
            than that

            """))
  }

  @Test func theREPLTakesThem() throws {
    #expect(
      try charlstm(
        "repl tiny.safetensors --ban th --ban-ignoring-case",
        input: "/ban\n/set ban-ignoring-case\n")
        == .init(code: 0, output: "\"th\", ignoring case\nban-ignoring-case on\n", error: ""))
  }
}
