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
            OVERVIEW: Show what a model file holds, or what this machine is used for.

            USAGE: charlstm info [<model>] [--cpu] [--devices] [--json]

            ARGUMENTS:
              <model>                 A model file.

            OPTIONS:
              --cpu                   What this CPU can do, and what --precision auto takes
                                      for each use.
              --devices               What --device may name on this machine, or why no GPU
                                      is used.
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
            nothing comes before, is not scored. Several files are joined as those were
            that the model was trained on.

              charlstm evaluate run/best.safetensors other.txt
              charlstm evaluate run/best.safetensors other.txt --windows 256
              charlstm evaluate run/best.safetensors other.txt --per-character > a.tsv

            USAGE: charlstm evaluate [<options>] <model> <texts> ...

            ARGUMENTS:
              <model>                 A model file.
              <texts>                 Text files, folders of them, or - for standard input;
                                      together one text.

            WINDOWS:
              --windows <windows>     Score windows of this many characters at random
                                      places, each from a zero state, instead of the whole
                                      text. nanoGPT validates so, with 256.
              --window-count <window-count>
                                      Windows to score. (default: 1000)
              --seed <seed>           Chooses the windows' places. (default: 1)

            DYNAMIC EVALUATION:
              --dynamic-evaluation    Also score the text with the model adapting to it as
                                      it reads (Krause et al. 2018); both passes in single
                                      precision.
              --dynamic-rate <dynamic-rate>
                                      How far a step of adaptation goes. (default: 0.0007)
              --dynamic-decay <dynamic-decay>
                                      How much a step goes back to the model's own weights,
                                      0 to 1. (default: 0.003)
              --dynamic-segment <dynamic-segment>
                                      Characters between steps, 1 to 4096. (default: 50)

            CELLS:
              --clamp <cell=value>    Hold the output of a cell at a value from -1 to 1:
                                      2.137=1 is cell 137 of layer 2. Layers count from 1,
                                      cells from 0; may be given several times.

            MACHINE:
              --precision <precision> Operands of matrix products: auto (to write int8, to
                                      train and evaluate bfloat16, or to train int16, each
                                      where this CPU gains by it, else float32), float32,
                                      bfloat16, int16, or to write and evaluate int8.
                                      (values: auto, float32, bfloat16, int16, int8;
                                      default: auto)
              --device <device>       cpu, cuda (an NVIDIA GPU) or auto. (default: cpu)
              --threads <threads>     Threads, each with its own share of the lanes, or of
                                      the products of a single lane. (default: one for each
                                      processor, for a single lane as many as turn out to
                                      be fastest)

            OPTIONS:
              --per-character         Each character with its surprisal, as tab-separated
                                      values, or with --json an object each.
              --json                  The result as a JSON object.
              --lanes <lanes>         Cut the text into this many parts that are read side
                                      by side, which is faster; each is warmed up on the
                                      512 characters before it. (default: 1)
              --version               Show the version.
              -h, --help              Show help information.


            """, error: ""))
  }

  @Test func novelty() throws {
    #expect(
      try charlstm("novelty --help")
        == .init(
          code: 0,
          output: """
            OVERVIEW: Say how much of a sample is copied from a corpus.

            Which share of the sample's n-grams of characters stand in the corpus, and the
            longest passage that does. No model is needed. Each file of the sample is a
            text of its own.

              charlstm novelty sample.txt --corpus novel.txt letters/

            USAGE: charlstm novelty <samples> ... --corpus <corpus> ... [--n <n> ...] \
            [--document-separator <document-separator>] [--json]

            ARGUMENTS:
              <samples>               Text files, folders of them, or - for standard input.

            OPTIONS:
              --corpus <corpus>       What the model was trained on: text files, folders of
                                      them, or -.
              --n <n>                 The lengths of n-grams to count, in characters.
                                      (default: 5, 10, 15, 20, 30, 40, 50)
              --document-separator <document-separator>
                                      What is put between two files; \\n, \\t and \\u{…} stand
                                      for characters, '' is nothing. (default: a line feed
                                      after files that do not end with one)
              --json                  The result as a JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """, error: ""))
  }

  @Test func report() throws {
    #expect(
      try charlstm("report --help")
        == .init(
          code: 0,
          output: """
            OVERVIEW: Show how training went: a page with curves, a plot on the terminal,
            or a table.

            The page is one file that a browser opens from the disk. It has a verdict in
            words, curves of losses, learning rate and gradient norm, and what the run was;
            of several runs also a comparison. Where the run's data are still there, its
            best model reads those to validate on once more, for how far its probabilities
            can be believed and what surprises it, and writes a sample to be held against
            the text. A run that is still going on can be looked at too.

              charlstm report run --output report.html
              charlstm report run other-run --output comparison.html
              charlstm report run --terminal
              charlstm report run --csv > metrics.csv

            USAGE: charlstm report <runs> ... [--output <output>] [--overwrite] [--terminal] [--csv] [--device <device>] [--threads <threads>]

            ARGUMENTS:
              <runs>                  Run folders.

            MACHINE:
              --device <device>       cpu, cuda (an NVIDIA GPU) or auto. (default: cpu)
              --threads <threads>     Threads, each with its own share of the lanes, or of
                                      the products of a single lane. (default: one for each
                                      processor, for a single lane as many as turn out to
                                      be fastest)

            OPTIONS:
              -o, --output <output>   The page, an HTML file.
              --overwrite             Replace a file that is there already.
              --terminal              The losses as a plot of characters, and what came of
                                      the run.
              --csv                   The metrics as CSV, a column for each key and a row
                                      for each line.
              --version               Show the version.
              -h, --help              Show help information.


            """, error: ""))
  }

  @Test(
    arguments: [
      ("trian x.txt", "there is neither a command nor a model file trian; did you mean train?"),
      (
        "evalute m t", "there is neither a command nor a model file evalute; did you mean evaluate?"
      ),
      ("generate", "there is neither a command nor a model file generate; did you mean sample?"),
      (
        "predict x",
        "there is neither a command nor a model file predict; did you mean classify predict?"
      ),
      (
        "convert",
        "there is neither a command nor a model file convert; charlstm --help lists the commands"
      ),
      ("classify pred x", "there is no command classify pred; did you mean classify predict?"),
      ("classify use x", "there is no command classify use; charlstm classify --help lists them"),
    ])
  func mistypedCommandsAreNamed(_ line: String, _ message: String) throws {
    #expect(try charlstm(line) == .init(code: 64, output: "", error: "Error: \(message)\n"))
  }

  @Test func unknownOptionsOfInfoAreNamed() throws {
    let outcome = try charlstm("info --cpuu")
    #expect(outcome.code == 64)
    #expect(outcome.error.hasPrefix("Error: Unknown option '--cpuu'. Did you mean '--cpu'?\n"))
  }

  /// A word that is the name of a file is a model.
  @Test func modelsMayHaveAnyName() throws {
    try charlstm.put("", at: "trian")
    #expect(try charlstm("trian").error.contains("did you mean") == false)
  }

  @Test(arguments: ["train", "classify train"])
  func shortHelpBeginsWithWhatMostNeed(_ command: String) throws {
    let short = try charlstm("\(command) --help")
    let all = try charlstm("\(command) --help-all")
    #expect(short.code == 0 && all.code == 0 && all.error == "")
    #expect(short.output.contains("  charlstm \(command) "))
    #expect(short.output.contains("--preset"))
    for rare in ["--weight-drop", "--clip-norm", "--save-minutes"] {
      #expect(!short.output.contains(rare) && all.output.contains(rare))
    }
    #expect(try charlstm("--generate-completion-script bash").output.contains("--weight-drop"))
    let described = try charlstm("--experimental-dump-help").output
    #expect(described.contains("weight-drop"))
  }

  @Test func theRunFolderComesFirst() throws {
    let lines = try charlstm("train --help").output.split(separator: "\n")
    #expect(lines.count <= 64)
    let options = lines.drop { $0 != "RUN:" }
    #expect(
      Array(options.prefix(2)) == [
        "RUN:", "  -o, --output <output>   The run folder; it has to be named.",
      ])
  }

  /// Every option of every command says what it is for.
  @Test(
    arguments: [
      "train", "sample", "evaluate", "inspect", "novelty", "report", "export web", "info",
      "benchmark",
    ])
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
