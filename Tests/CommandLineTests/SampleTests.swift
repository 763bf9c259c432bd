import Foundation
import Testing

@Suite("charlstm sample")
struct SampleTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  /// What comes on standard output, where nothing goes wrong.
  private func sample(_ options: String, _ more: String..., input: String = "") throws -> String {
    let arguments = ["sample", "tiny.safetensors"] + options.split(separator: " ").map(String.init)
    let outcome = try charlstm.start(arguments + more, input: input).finish(within: 60)
    #expect(outcome.code == 0 && outcome.error == "")
    return outcome.output
  }

  private func json(_ line: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let text = try sample("--seed 7 --length 200")
    #expect(text.unicodeScalars.count == 201, "and a line feed")
    #expect(try sample("--seed 7 --length 200") == text)
    #expect(try sample("--seed 7 --length 200 --threads 1") == text)
    #expect(try sample("--seed 8 --length 200") != text)
    #expect(try sample("--length 50") != sample("--length 50"), "without a seed, another each time")
  }

  @Test func severalTextsStandApart() throws {
    let texts = try sample("--seed 7 --length 40 --count 3")
    let headings = texts.split(separator: "\n").filter { $0.hasPrefix("==> ") }
    #expect(headings == ["==> 0 <==", "==> 1 <==", "==> 2 <=="])
    // The first is the one that is written alone, whatever is written beside it.
    let alone = try sample("--seed 7 --length 40")
    #expect(texts.hasPrefix("==> 0 <==\n" + alone + "==> 1 <==\n"))
    for options in ["--batch-size 1", "--batch-size 2 --threads 2", "--threads 1"] {
      #expect(try sample("--seed 7 --length 40 --count 3 " + options) == texts)
    }
    #expect(try sample("--seed 7 --length 40 --count 5").hasPrefix(texts))
  }

  @Test func files() throws {
    let texts = try sample("--seed 7 --length 40 --count 3")
    #expect(try sample("--seed 7 --length 40 --count 3 --output texts.txt") == "")
    #expect(try charlstm.text(of: "texts.txt") == texts)
    #expect(try sample("--seed 7 --length 40 --output one.txt") == "")
    #expect(try charlstm.text(of: "one.txt") == sample("--seed 7 --length 40"))

    #expect(try sample("--seed 7 --length 40 --count 11 --output-directory many") == "")
    let names = (0..<11).map { $0 < 10 ? "0\($0).txt" : "\($0).txt" }
    #expect(try charlstm.names(in: "many") == names)
    let together = try names.prefix(3).enumerated().map { index, name in
      "==> \(index) <==\n" + (try charlstm.text(of: "many/\(name)"))
    }
    #expect(together.joined() == texts)
    #expect(try sample("--seed 7 --length 40 --output-directory single") == "")
    #expect(try charlstm.names(in: "single") == ["0.txt"])
    #expect(try charlstm.text(of: "single/0.txt") == charlstm.text(of: "one.txt"))
  }

  @Test func jsonLines() throws {
    let lines = try sample(
      "--seed 7 --length 40 --count 2 --json-lines --top-k 9 --temperature 0.9 --prompt KING"
    ).split(separator: "\n")
    #expect(lines.count == 2)
    for (index, line) in lines.enumerated() {
      let record = try json(line)
      #expect(
        Set(record.keys) == [
          "index", "text", "prompt", "seed", "characters", "nats_per_character", "temperature",
          "top_k", "repetition_penalty", "repetition_window", "length",
        ])
      #expect(record["index"] as? Int == index)
      #expect(record["seed"] as? Int == 7)
      #expect(record["prompt"] as? String == "KING")
      #expect(record["characters"] as? Int == 40)
      let text = try #require(record["text"] as? String)
      #expect(text.hasPrefix("KING") && text.unicodeScalars.count == 44)
    }
    let plain = try sample("--seed 7 --length 40 --top-k 9 --temperature 0.9 --prompt KING")
    #expect(try json(lines[0])["text"] as? String == String(plain.dropLast()))

    #expect(try sample("--seed 7 --length 9 --json-lines --output-directory records") == "")
    #expect(try charlstm.names(in: "records") == ["0.json"])
    #expect(try json(charlstm.text(of: "records/0.json"))["index"] as? Int == 0)
  }

  @Test func prompts() throws {
    let king = try sample("--seed 7 --length 30 --prompt", "KING: I")
    #expect(king.hasPrefix("KING: I") && king.unicodeScalars.count == 38)
    try charlstm.put("KING: I", at: "prompt.txt")
    #expect(try sample("--seed 7 --length 30 --prompt-file prompt.txt") == king)
    #expect(try sample("--seed 7 --length 30 --prompt-file -", input: "KING: I") == king)
    #expect(
      try sample("--seed 7 --length 30 --omit-prompt --prompt-file prompt.txt")
        == String(king.dropFirst(7)))
    #expect(try sample("--seed 7 --length 0 --prompt-file prompt.txt") == "KING: I\n")

    try charlstm.put("KING: I\n\nthe ", at: "prompts.txt")
    let lines = try sample("--seed 7 --length 30 --json-lines --count 2 --prompts-file prompts.txt")
      .split(separator: "\n").map { try json($0) }
    #expect(
      lines.map { $0["prompt"] as? String } == ["KING: I", "KING: I", "", "", "the ", "the "])
    #expect(lines.map { $0["index"] as? Int } == [0, 1, 2, 3, 4, 5])
    #expect(lines[0]["text"] as? String == String(king.dropLast()))
  }

  /// A program that talks: it writes a prompt and waits for the text before it writes the next.
  @Test(arguments: [false, true])
  func promptsAreAnsweredAsTheyCome(asJSON: Bool) throws {
    let prompts = "KING: I\n\nthe\r\nwhat"
    try charlstm.put(prompts, at: "prompts.txt")
    let options = "--seed 7 --length 30 --count 2" + (asJSON ? " --json-lines" : "")
    let together = try sample("\(options) --prompts-file prompts.txt")
    #expect(try sample("\(options) --prompts-file -", input: prompts) == together)
    let script = """
      mkfifo in out
      "$CHARLSTM" sample tiny.safetensors \(options) --prompts-file - <in >out &
      exec 3>in 4<out
      for prompt in 'KING: I' '' the; do
        printf '%s\\n' "$prompt" >&3
        for text in 1 2; do
          \(asJSON ? "" : "IFS= read -r heading <&4; printf '%s\\n' \"$heading\"")
          IFS= read -r text <&4; printf '%s\\n' "$text"
        done
      done
      printf what >&3
      exec 3>&-
      cat <&4
      wait $!
      """
    let talk = try charlstm.start(["-c", script], program: URL(filePath: "/bin/sh"))
      .finish(within: 60)
    #expect(talk == .init(code: 0, output: together, error: ""))
  }

  @Test func unknownCharactersAreNamed() throws {
    let outcome = try charlstm(
      "sample tiny.safetensors --seed 7 --length 20 --prompt", "K\u{301}ÉI\tNéG語")
    #expect(outcome.code == 0)
    #expect(
      outcome.error
        == "The model does not know these characters, which are left out: "
        + "\u{25CC}\u{301} É U+0009 é 語\n")
    // The text goes on from what the model knows of the prompt.
    let known = try sample("--seed 7 --length 20 --omit-prompt --prompt KING")
    #expect(outcome.output == "K\u{301}ÉI\tNéG語" + known)
  }

  @Test func unknownCharactersAreNamedOnce() throws {
    try charlstm.put("KING é\nthe éé\nor\n", at: "prompts.txt")
    let outcome = try charlstm(
      "sample tiny.safetensors --length 5 --prompts-file prompts.txt --json-lines")
    #expect(outcome.code == 0)
    #expect(
      outcome.error
        == "The model does not know these characters, which are left out: é (3)\n")
  }

  @Test(arguments: ["é", "語語", "\u{1}", "\\u{e9}"])
  func nothingKnownToGoOnFrom(prompt: String) throws {
    let outcome = try charlstm("sample tiny.safetensors --length 5 --prompt", prompt)
    #expect(outcome.code == 65 && outcome.output == "")
    #expect(outcome.error.hasSuffix("Error: the model knows no character of this\n"))
    try charlstm.put("KING\né\nor\n", at: "prompts.txt")
    let many = try charlstm("sample tiny.safetensors --length 5 --prompts-file prompts.txt")
    #expect(many.code == 65 && many.output == "")
    #expect(many.error.hasSuffix("Error: the model knows no character of prompt 2\n"))
    let piped = try charlstm(
      "sample tiny.safetensors --length 5 --seed 1 --json-lines --prompts-file -",
      input: "KING\né\nor\n")
    #expect(piped.code == 65 && piped.output.split(separator: "\n").count == 3)
    #expect(
      piped.error == """
        Error: the model knows no character of prompt 2
        The model does not know these characters, which are left out: é
        Error: 1 of 3 prompts had nothing to go on from; each is named above

        """)
  }

  /// As in the REPL's `/set stop`.
  @Test func charactersThatCannotBeTyped() throws {
    for (typed, meant) in [
      ("KING:\\n", "KING:\n"), ("\\u{4B}ING", "KING"), ("a\\\"b", "a\"b"), ("K\\u{49}NG", "KING"),
    ] {
      #expect(
        try charlstm("sample tiny.safetensors --seed 7 --length 30 --prompt", typed)
          == charlstm("sample tiny.safetensors --seed 7 --length 30 --prompt", meant))
    }
    let text = try sample("--seed 7 --length 200")
    let line = try #require(text.split(separator: "\n", omittingEmptySubsequences: false).first)
    #expect(try sample("--seed 7 --length 200 --stop \\n") == line + "\n")
    let session = try charlstm(
      "repl tiny.safetensors --stop \\n --stop \\u{5e}", input: "/set stop\n")
    #expect(session.output == "stop \"\\n\" \"^\"\n")
    for (option, value) in [
      ("--prompt", "a\\q"), ("--stop", "\\"), ("--prompt", "\\u{110000}"), ("--stop", "\\u41"),
    ] {
      #expect(
        try charlstm("sample tiny.safetensors \(option)", value)
          == .init(
            code: 64, output: "",
            error: "Error: \(option): after a backslash there must be n, t, r, u{…}, \" or another "
              + "backslash\n"))
    }
  }

  @Test func stops() throws {
    let text = try sample("--seed 7 --length 200")
    let end = try #require(text.range(of: "the"))
    #expect(
      try sample("--seed 7 --length 200 --stop the --stop", "no such string")
        == text[..<end.lowerBound] + "\n")
  }

  /// As a dialogue does, and as options do.
  @Test func textsMayBeginWithADash() throws {
    for prompt in ["- So", "--So", "-n", "--stop"] {
      let text = try sample("--seed 7 --length 30 --prompt", prompt)
      #expect(text.hasPrefix(prompt) && text.count == prompt.count + 31)
      let session = try charlstm(
        "repl tiny.safetensors --seed 7 --length 30 --execute", prompt, "--execute", "/write")
      #expect(session.code == 0 && session.output.contains(text), "\(session)")
    }
    let text = try sample("--seed 7 --length 200")
    #expect(try sample("--seed 7 --length 200 --stop", "-e", "--stop", "--") == text)
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let shell = try charlstm.start(
      ["-c", "\"$CHARLSTM\" sample tiny.safetensors --length 10000000 --seed 1 | head -c 100"],
      program: URL(filePath: "/bin/sh"))
    let outcome = try shell.finish(within: 30)
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(outcome.output.utf8.count == 100)
  }

  @Test func aFullDiskIsSaid() throws {
    let shell = try charlstm.start(
      ["-c", "\"$CHARLSTM\" sample tiny.safetensors --length 10 --seed 1 > /dev/full"],
      program: URL(filePath: "/bin/sh"))
    #expect(
      try shell.finish(within: 30)
        == .init(
          code: 74, output: "",
          error: "Error: cannot write to standard output: No space left on device\n"))
  }
}
