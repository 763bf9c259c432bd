import Testing

@Suite("Help")
struct HelpTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
  }

  @Test func version() throws {
    #expect(try charlstm("--version") == .init(code: 0, output: "0.1.0\n", error: ""))
  }

  @Test func info() throws {
    #expect(
      try charlstm("info --help")
        == .init(
          code: 0,
          output: """
            OVERVIEW: Show what a model file holds.

            USAGE: charlstm info <model> [--json]

            ARGUMENTS:
              <model>                 A model file.

            OPTIONS:
              --json                  As a JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """, error: ""))
  }

  @Test func evaluate() throws {
    #expect(
      try charlstm("evaluate --help")
        == .init(
          code: 0,
          output: """
            OVERVIEW: Say how well a model predicts a text.

            The model reads the whole text as one stream. The first character, which
            nothing comes before, is not scored.

            USAGE: charlstm evaluate <model> <texts> ... [--per-character] [--json] [--lanes \
            <lanes>] [--precision <precision>] [--threads <threads>]

            ARGUMENTS:
              <model>                 A model file.
              <texts>                 Text files, folders of them, or - for standard input;
                                      together one text.

            MACHINE:
              --precision <precision> Operands of matrix products: auto (bfloat16 where
                                      this CPU has it, else float32), float32, bfloat16, or
                                      to write and evaluate int8. (values: auto, float32,
                                      bfloat16, int8; default: auto)
              --threads <threads>     Worker threads, each with its own share of the lanes.
                                      (default: one for each processor; 1 where there is
                                      one lane)

            OPTIONS:
              --per-character         Each character with its surprisal, as tab-separated
                                      values.
              --json                  The result as a JSON object.
              --lanes <lanes>         Cut the text into this many parts that are read side
                                      by side, which is faster; each is warmed up on the
                                      512 characters before it. (default: 1)
              --version               Show the version.
              -h, --help              Show help information.


            """, error: ""))
  }

  /// Every option of every command says what it is for.
  @Test(arguments: ["train", "sample", "evaluate", "info", "benchmark"])
  func everyOptionIsExplained(_ command: String) throws {
    let help = try charlstm("help \(command)")
    #expect(help.code == 0 && help.error == "")
    #expect(help.output.hasPrefix("OVERVIEW: "))
    #expect(try charlstm("\(command) --help") == help)
    let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, next) in zip(lines, lines.dropFirst())
    where line.hasPrefix("  -") || line.hasPrefix("  <") {
      // The explanation stands in the second column, beside the option or beneath it.
      let explained =
        line.dropFirst(26).first.map { $0 != " " && line.dropFirst(25).first == " " } ?? false
        || next.hasPrefix(String(repeating: " ", count: 26))
      #expect(explained, "\(line)")
    }
  }
}
