import Foundation
import Testing

/// What is to come up more often or less, and what is not to be copied.
@Suite("--bias and --avoid-copying")
struct BiasOptionTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private func sample(_ options: [String]) throws -> CommandLineSession.Outcome {
    let line = "sample tiny.safetensors --precision float32 --seed 7 --length 60 --prompt KING:"
    return try charlstm.start(line.split(separator: " ").map(String.init) + options)
      .finish(within: 60)
  }

  @Test func aTextIsMoreOrLessLikely() throws {
    let less = try sample(["--bias", "e=-3"])
    let output = "KING:\ngids!\nHome lock up doncuof that adakt.\nAnd\nthif olf I madn?\n"
    #expect(less == .init(code: 0, output: output, error: ""))
    let more = try sample(["--bias", "the=2.5"])
    #expect(
      more.output == "KING:\nrolt, so pant say,\nAnd wim then ame waboun\nthe heche and th\n")
    // Escapes, and an equals sign in the text.
    let lines = try sample(["--bias", #"\n=30"#, "--bias", "==30"])
    let drawn = lines.output.dropFirst(5).dropLast()
    #expect(drawn == String(repeating: "\n", count: 60))
    // As JSON, two for the same text as their sum.
    let json = try sample(["--bias", "e=-3", "--bias", "e=1", "--bias", "the=2", "--json-lines"])
    #expect(json.output.contains(#""bias":{"e":-2,"the":2}"#))
  }

  @Test(arguments: [
    (["--bias", "king"], "--bias needs a text, = and a number, such as king=2, got king"),
    (["--bias", "king=two"], "--bias needs a text, = and a number, such as king=2, got king=two"),
    (["--bias", "=2"], "a bias needs a text of at least one character"),
    (
      ["--bias", "e=-1e4"],
      #"the bias of "e" must be from -1000 to 1000 nats, got -10000.0; a ban keeps a text out for good"#
    ),
    (
      ["--avoid-copying", "notes.txt"],
      "--avoid-copying needs text files or folders and then a number of characters, such as novel.txt 40"
    ),
    (
      ["--avoid-copying", "notes.txt", "0"],
      "--avoid-copying needs text files or folders and then a number of characters, such as novel.txt 40"
    ),
  ])
  func mistakesAreNamed(_ options: [String], _ message: String) throws {
    let outcome = try sample(options)
    #expect(outcome == .init(code: 64, output: "", error: "Error: \(message)\n"))
  }

  /// Held against `novelty`, which counts by other means.
  @Test func noPassageIsCopied() throws {
    let free = try sample(["--omit-prompt", "--count", "20", "--output-directory", "free"])
    #expect(free.code == 0)
    let avoiding = try sample([
      "--omit-prompt", "--count", "20", "--output-directory", "apart",
      "--avoid-copying", "free", "5",
    ])
    #expect(avoiding.code == 0 && avoiding.error.hasSuffix(" copied passages avoided\n"))
    let copied = try charlstm("novelty apart --corpus free --n 4 5 --json")
    #expect(copied.output.contains(#""copied":0,"count":1140,"n":5,"share":0"#), "\(copied)")
    let json = try sample(["--avoid-copying", "free", "5", "--json-lines"])
    #expect(
      json.output.contains(#""avoid_copying":5,"#) && json.output.contains(#""copies_avoided":"#))
    // One character in a row is every character.
    let nothing = try sample(["--avoid-copying", "free", "1", "--temperature", "0"])
    #expect(nothing.code == 0 || nothing.error.contains("leave nothing to write"))
    let missing = try sample(["--avoid-copying", "nowhere", "5"])
    #expect(
      missing == .init(code: 66, output: "", error: "Error: no such file or folder: nowhere\n"))
  }

  @Test func aPatternIsBanned() throws {
    let vowels = try sample(["--ban", "/[aeiou]{2}/"])
    #expect(
      vowels
        == .init(
          code: 0,
          output: """
            KING:
            ge who mane naw bontle then Pellon e wit?

            Got and splaly d

            """, error: "4 bans avoided\n"))
    let json = try sample(["--ban", "/[aeiou]{2}/", "--ban", "th", "--json-lines"])
    #expect(json.output.contains(#""ban":["th","/[aeiou]{2}/"]"#), "\(json)")
    #expect(
      try sample(["--ban", "/a*/"])
        == .init(
          code: 64, output: "",
          error: """
            Error: the banned pattern a* matches the empty text, which is everywhere; let it need at \
            least one character

            """))
    #expect(try sample(["--ban", "/(a/"]).code == 64)
  }
}
