import Foundation
import TerminalTesting
import Testing

/// What somebody meets who has not read the help.
@Suite("First contact")
struct NewcomerTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
  }

  // MARK: - Options that there are not

  @Test(
    arguments: [
      ("train --lr 3 x", "--lr", "--learning-rate"),
      ("classify train --lr 3 x -o y", "--lr", "--learning-rate"),
      ("train --learning_rate=3 x", "--learning_rate", "--learning-rate"),
      ("train --bs 3 x", "--bs", "--batch-size"),
      ("train --hiden-size 3 x", "--hiden-size", "--hidden-size"),
      ("train --num-layers 3 x", "--num-layers", "--layers"),
      ("sample m --temp 3", "--temp", "--temperature"),
      ("sample m --max-tokens 3", "--max-tokens", "--length"),
      ("sample m --out x", "--out", "--output"),
      ("--temp 3", "--temp", "--temperature"),
      ("classify predict m --delimiter x", "--delimiter", "--separator"),
      ("evaluate m t --jsn", "--jsn", "--json"),
    ])
  func mistypedOptionsAreGuessed(_ line: String, _ typed: String, _ meant: String) throws {
    let outcome = try charlstm(line)
    #expect(outcome.code == 64 && outcome.output == "")
    #expect(
      outcome.error.split(separator: "\n").first
        == "Error: Unknown option '\(typed)'. Did you mean '\(meant)'?")
    #expect(outcome.error.hasSuffix(" --help' for more information.\n"))
  }

  /// No guess is better than a wild one, and what a command does not have is not offered.
  @Test(arguments: [("train --foo x", "--foo"), ("sample m --lr 3", "--lr")])
  func otherOptionsAreNot(_ line: String, _ typed: String) throws {
    let outcome = try charlstm(line)
    #expect(outcome.code == 64)
    #expect(outcome.error.hasPrefix("Error: Unknown option '\(typed)'\nUsage: charlstm "))
  }

  // MARK: - Help

  @Test(
    arguments: [
      "train", "sample", "evaluate", "novelty", "report", "classify train", "classify predict",
      "classify evaluate", "classify calibrate", "classify errors", "classify explain",
    ])
  func helpHasExamples(_ command: String) throws {
    let help = try charlstm("\(command) --help").output
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    let examples = lines.drop { !$0.hasPrefix("  charlstm ") }.prefix { $0 != "" }
    #expect(!examples.isEmpty)
    // None is broken.
    #expect(examples.allSatisfy { $0.hasPrefix("  charlstm \(command) ") })
  }

  @Test func helpSaysWhatIsTaken() throws {
    /// On one line.
    func help(_ command: String) throws -> String {
      try charlstm("\(command) --help-all").output.split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }
    let training = try help("train")
    for text in [
      "--batch-size <batch-size> Places of the text that are read side by side. (default: 32; of a "
        + "text of 4 million characters 64)",
      "--learning-rate <learning-rate> The highest learning rate. (default: the preset's)",
      "--epochs <epochs> Passes over what is trained on. (default: the preset's)",
      "quick (3 minutes to 10 on two cores, by the kind of processor), standard (twice as long) or "
        + "best (half an hour to several); train says first how long. (default: standard)",
    ] {
      #expect(training.contains(text), "\(text)")
    }
    #expect(try help("classify train").contains("Texts of a step. (default: 32)"))
  }

  // MARK: - What a command is about

  private let small = "--hidden-size 8 --batch-size 4 --sequence-length 16 --sample-every 0"

  /// A file that was not named is read without having been chosen.
  @Test func theFilesOfACorpusAreListed() throws {
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "letters"), withIntermediateDirectories: false)
    let text = String(repeating: "the cat sat on the mat\n", count: 20)
    for name in ["letters/notes.md", "one.txt"] { try charlstm.put(text, at: name) }
    func first(_ corpora: String) throws -> Substring? {
      let outcome = try charlstm(
        "train \(corpora) --output run --overwrite --max-steps 1 \(small)")
      #expect(outcome.code == 0)
      return outcome.error.split(separator: "\n").first
    }
    #expect(try first("letters") == "1 file: letters/notes.md")
    #expect(try first("one.txt letters") == "2 files: one.txt, letters/notes.md")
    #expect(try first("one.txt")?.hasPrefix("414 characters to train on, 46 to") == true)
    for index in 0..<11 { try charlstm.put(text, at: "letters/\(index).txt") }
    #expect(try first("letters")?.hasSuffix("letters/7.txt, letters/8.txt and 2 more") == true)
    let quiet = try charlstm("train letters --output quiet --max-steps 1 --quiet \(small)")
    #expect(quiet == .init(code: 0, output: "", error: ""))
  }

  @Test func numbersAgreeWithTheirNouns() throws {
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put("The kíng is dead.\n", at: "one.txt")
    #expect(
      try charlstm("evaluate tiny.safetensors one.txt").error
        == "The model does not know 1 character of the text, which is left out.\n")
    #expect(
      try charlstm("evaluate tiny.safetensors one.txt").output.contains(
        "not counted         1 unknown character, "))
    #expect(
      try charlstm("evaluate tiny.safetensors one.txt --windows 1 --window-count 2").output
        .contains("windows             2 of 1 character, seed 1\n"))
    #expect(
      try charlstm("repl tiny.safetensors --length 1", input: "A\n/score x\n").output.contains(
        "\n1 character: "))
  }

  // MARK: - On a terminal

  private func terminal(_ arguments: String, columns: Int) throws -> PseudoTerminal {
    try PseudoTerminal(
      spawning: CommandLineSession.executable.path,
      arguments: arguments.replacing("@", with: charlstm.folder.path).split(separator: " ")
        .map(String.init),
      environment: ["TERM": "xterm", "LANG": "C.UTF-8"], columns: columns)
  }

  /// What the program says itself is broken between words.
  @Test(arguments: [40, 64])
  func wordsStayWhole(_ columns: Int) throws {
    try charlstm.put(String(repeating: "the cat sat on the mat\n", count: 40), at: "text.txt")
    let shown = try terminal(
      "train @/text.txt --output @/run --max-steps 2 \(small)", columns: columns
    ).wait(for: "More on how")
    let lines = shown.replacing("\r\u{1B}[K", with: "\n").split(whereSeparator: \.isNewline)
    #expect(lines.count > 6)
    // A path is not broken.
    for line in lines where !line.contains("/run/") { #expect(line.count < columns, "\(line)") }
    let all = lines.joined(separator: " ")
    #expect(all.contains("828 characters to train on, 92 to validate on; a blind guess among"))
    #expect(all.contains("nats"))
    #expect(all.contains("(best so far)"))
  }

  private func shape(_ text: some StringProtocol) -> String {
    String(text).replacing(/[0-9][0-9,.:]*/, with: "#")
  }

  @Test(
    arguments: [
      (
        "sample @/tiny.safetensors --length 3000000 -o @/out.txt",
        "# of # characters written  # left"
      ),
      (
        "evaluate @/tiny.safetensors @/long.txt --windows 512 --window-count 1000000",
        "# of # windows read  # left"
      ),
    ])
  func longWorkSaysTheTimeLeft(_ arguments: String, _ expected: String) throws {
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(String(repeating: "the cat sat on the mat\n", count: 400), at: "long.txt")
    let shown = try terminal(arguments, columns: 80).wait(for: " left")
    #expect(shape(try #require(shown.split(separator: "\r\u{1B}[K").last)) == expected)
  }
}
