import Foundation
import Testing

/// Each mistake: one line on standard error that says what and where, the right code, nothing on
/// standard output and nothing written.
@Suite("Failures")
struct FailureTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(String(repeating: "Some text to train on.\n", count: 20), at: "text.txt")
  }

  private func expect(
    _ line: String, _ more: String..., fails code: Int32, saying message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try charlstm.names()
    let arguments = line.split(separator: " ").map(String.init) + more
    let outcome = try charlstm.start(arguments).finish(within: 60)
    #expect(
      outcome == .init(code: code, output: "", error: "Error: \(message)\n"),
      sourceLocation: sourceLocation)
    #expect(try charlstm.names() == before, sourceLocation: sourceLocation)
  }

  @Test func textsThatAreNone() throws {
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "folder/.hidden"), withIntermediateDirectories: true)
    try charlstm.put("", at: "empty.txt")
    try charlstm.put("x", at: "one.txt")
    for command in ["train %@ --output run", "evaluate tiny.safetensors %@"] {
      func line(_ path: String) -> String { command.replacingOccurrences(of: "%@", with: path) }
      try expect(line("none.txt"), fails: 66, saying: "no such file or folder: none.txt")
      try expect(
        line("folder"), fails: 65,
        saying: "no text in folder folder: it holds no regular file whose name does not begin "
          + "with a dot")
      try expect(
        line("empty.txt"), fails: 65, saying: "the text is empty: empty.txt (0 bytes)")
      try expect(
        line("empty.txt empty.txt"), fails: 65,
        saying: "the text is empty: empty.txt, empty.txt (0 bytes)")
    }
    try expect(
      "train one.txt --output run", fails: 65,
      saying: "the training part has 1 character; at least 2 are needed, and a few hundred to "
        + "learn anything")
    try expect(
      "evaluate tiny.safetensors one.txt", fails: 65,
      saying: "the text has 1 known character; at least 2 are needed to predict one")
  }

  @Test func textsThatAreNotUTF8() throws {
    let bytes = Array("Some text.\n".utf8) + [0xC3, 0x28] + Array("more\n".utf8)
    try Data(bytes).write(to: charlstm.folder.appending(path: "latin.txt"))
    let message =
      "latin.txt: invalid UTF-8 at byte 11; convert it, from Latin-1 or Windows-1252 with iconv -f "
      + "WINDOWS-1252 -t UTF-8 latin.txt > latin.txt.utf-8.txt; only for what is no text there is "
      + "--vocabulary bytes"
    try expect("train text.txt latin.txt --output run", fails: 65, saying: message)
    try expect("train latin.txt text.txt --output run", fails: 65, saying: message)
    try expect("evaluate tiny.safetensors latin.txt", fails: 65, saying: message)

    let outcome = try charlstm(
      """
      train latin.txt text.txt --output run --vocabulary bytes --hidden-size 8 --max-steps 2 \
      --quiet
      """)
    #expect(outcome == .init(code: 0, output: "", error: ""))
    #expect(try charlstm("evaluate run/best.safetensors latin.txt").code == 0)
    let sample = try charlstm("sample run/best.safetensors --length 100 --seed 1")
    #expect(sample.code == 0)
    #expect(sample.output.unicodeScalars.count == 101)
  }

  @Test func filesThatAreNoModels() throws {
    let model = try charlstm.bytes(of: "tiny.safetensors")
    try model.prefix(20_000).write(to: charlstm.folder.appending(path: "cut.safetensors"))
    try Data().write(to: charlstm.folder.appending(path: "empty.safetensors"))
    // A sound safetensors file of something else: a header with no tensor in it.
    let header = Array(#"{"__metadata__":{"format":"pt"}}"#.utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
    try Data(length + header).write(to: charlstm.folder.appending(path: "other.safetensors"))
    for command in ["sample", "evaluate", "info", "train text.txt --output run --initialize-from"] {
      func expect(_ name: String, fails code: Int32, saying message: String) throws {
        let texts = command == "evaluate" ? " text.txt" : ""
        try self.expect("\(command) \(name)\(texts)", fails: code, saying: message)
      }
      try expect(
        "none.safetensors", fails: 66,
        saying: "cannot open none.safetensors: No such file or directory; check the path and its "
          + "permissions")
      try expect(
        "cut.safetensors", fails: 65,
        saying: "cut.safetensors is cut short: 20000 bytes of \(model.count); copy or download it "
          + "again")
      try expect(
        "text.txt", fails: 65,
        saying: "not a charlstm model: text.txt (it does not begin with the length of a header); "
          + "give a .safetensors file")
      try expect(
        "other.safetensors", fails: 65,
        saying: "not a charlstm model: other.safetensors (its metadata have no configuration); "
          + "give a .safetensors file")
      try expect(
        "/", fails: 65,
        saying: "cannot read /: it is a folder, a pipe or a device; give a regular file")
    }
    #expect(try charlstm("info empty.safetensors").code == 65)
  }

  @Test func optionsOutOfRange() throws {
    for (options, message) in [
      ("--batch-size 0", "--batch-size must be 1 to 65536, got 0"),
      ("--sequence-length=-5", "--sequence-length must be 1 to 65536, got -5"),
      ("--epochs 0", "--epochs must be 1 to 1000000, got 0"),
      ("--max-steps 0", "--max-steps must be 1 or more, got 0"),
      ("--learning-rate 0", "--learning-rate must be above 0, finite, got 0.0"),
      ("--learning-rate inf", "--learning-rate must be above 0, finite, got inf"),
      ("--dropout-layers 1", "--dropout-layers must be 0 to below 1, got 1.0"),
      ("--validation-fraction 1", "--validation-fraction must be 0 to below 1, got 1.0"),
      ("--min-count 0", "--min-count must be 1 or more, got 0"),
      ("--threads 0", "--threads must be 1 to 1024, got 0"),
      ("--hidden-size 0", "hidden size must be between 1 and 65536, got 0"),
      ("--layers 65", "layers must be between 1 and 64, got 65"),
      ("--precision int8", "--precision must be float32, bfloat16 or int16, got int8"),
      (
        "--initialize-from tiny.safetensors --hidden-size 64",
        "--hidden-size 64 contradicts --initialize-from, whose model has 32"
      ),
    ] {
      try expect("train text.txt --output run \(options)", fails: 64, saying: message)
    }
    for (options, message) in [
      ("--length=-1", "--length must be 0 or more, got -1"),
      ("--count 0", "--count must be 1 to 1000000, got 0"),
      (
        "--count 9223372036854775807", "--count must be 1 to 1000000, got 9223372036854775807"
      ),
      ("--batch-size 0", "--batch-size must be 1 to 65536, got 0"),
      ("--temperature=-0.5", "--temperature must be 0 or more, got -0.5"),
      ("--temperature nan", "--temperature must be 0 or more, got nan"),
      ("--top-k 0", "--top-k must be 1 or more, got 0"),
      ("--top-p 1.5", "--top-p must be more than 0 and at most 1, got 1.5"),
      ("--min-p 2", "--min-p must be from 0 to 1, got 2"),
      ("--typical-p 0", "--typical-p must be more than 0 and at most 1, got 0"),
      ("--repetition-penalty 0", "--repetition-penalty must be more than 0, got 0"),
      ("--repetition-window=-1", "--repetition-window must be 0 or more, got -1"),
      ("--output a --output-directory b", "give --output or --output-directory, not both"),
      ("--prompt a --prompt-file b", "give one of --prompt, --prompt-file, --prompts-file"),
    ] {
      try expect("sample tiny.safetensors \(options)", fails: 64, saying: message)
    }
    try expect(
      "sample tiny.safetensors --stop", "", fails: 64,
      saying: "stop string 1 is empty; a stop string needs at least one character")
    for (options, message) in [
      ("--batch-size 0", "--batch-size must be 1 to 65536, got 0"),
      (
        "--sequence-length 9223372036854775807",
        "--sequence-length must be 1 to 65536, got 9223372036854775807"
      ),
      (
        "--batch-size 65536 --sequence-length 65536",
        "--batch-size times --sequence-length must be at most 16777216, got 4294967296"
      ),
    ] {
      try expect("benchmark --json --layers 1 \(options)", fails: 64, saying: message)
    }
    try expect(
      "evaluate tiny.safetensors text.txt --lanes 0", fails: 64,
      saying: "--lanes must be 1 to 4096, got 0")
    try expect(
      "evaluate tiny.safetensors text.txt --lanes 2 --per-character", fails: 64,
      saying: "--per-character needs the text as one stream: leave out --lanes")
  }

  @Test func evaluatingOtherwise() throws {
    for (options, message) in [
      ("--windows 0", "--windows must be 1 to 1000000, got 0"),
      ("--windows 1000001", "--windows must be 1 to 1000000, got 1000001"),
      ("--windows=-5", "--windows must be 1 to 1000000, got -5"),
      ("--windows 5 --window-count 0", "--window-count must be 1 to 1000000, got 0"),
      ("--windows 5 --window-count 1000001", "--window-count must be 1 to 1000000, got 1000001"),
      ("--window-count 5", "--window-count and --seed go with --windows"),
      ("--seed 5", "--window-count and --seed go with --windows"),
      (
        "--windows 5 --per-character",
        "--windows goes with none of --per-character, --lanes and --dynamic-evaluation"
      ),
      (
        "--windows 5 --lanes 2",
        "--windows goes with none of --per-character, --lanes and --dynamic-evaluation"
      ),
      (
        "--windows 5 --dynamic-evaluation",
        "--windows goes with none of --per-character, --lanes and --dynamic-evaluation"
      ),
      (
        "--dynamic-evaluation --per-character",
        "--dynamic-evaluation goes with none of --per-character, --lanes and --windows"
      ),
      (
        "--dynamic-evaluation --lanes 2",
        "--dynamic-evaluation goes with none of --per-character, --lanes and --windows"
      ),
      (
        "--dynamic-evaluation --precision int8",
        "--dynamic-evaluation is in float32: leave out --precision"
      ),
      (
        "--dynamic-rate 1",
        "--dynamic-rate, --dynamic-decay and --dynamic-segment go with --dynamic-evaluation"
      ),
      (
        "--dynamic-evaluation --dynamic-rate nan",
        "--dynamic-rate must be a finite number of 0 or more, got nan"
      ),
      (
        "--dynamic-evaluation --dynamic-rate=-1",
        "--dynamic-rate must be a finite number of 0 or more, got -1.0"
      ),
      (
        "--dynamic-evaluation --dynamic-decay 2",
        "--dynamic-decay must be from 0 to 1, got 2.0"
      ),
      (
        "--dynamic-evaluation --dynamic-segment 0",
        "--dynamic-segment must be 1 to 4096, got 0"
      ),
    ] {
      try expect("evaluate tiny.safetensors text.txt \(options)", fails: 64, saying: message)
    }
    try expect(
      "evaluate tiny.safetensors text.txt --windows 460", fails: 65,
      saying: "the text has 460 known characters; a window of 460 needs at least 461")
    try expect(
      "evaluate tiny.safetensors text.txt --dynamic-evaluation --dynamic-rate 3e38", fails: 65,
      saying: "dynamic evaluation came to no finite number after character 50 at rate 3e+38; try "
        + "a lower --dynamic-rate")
  }

  @Test func novelty() throws {
    try Data([0x61, 0xFF]).write(to: charlstm.folder.appending(path: "latin.txt"))
    try charlstm.put("", at: "empty.txt")
    for line in ["none.txt --corpus text.txt", "text.txt --corpus none.txt"] {
      try expect(
        "novelty \(line)", fails: 66, saying: "no such file or folder: none.txt")
    }
    for line in ["empty.txt --corpus text.txt", "text.txt --corpus empty.txt"] {
      try expect(
        "novelty \(line)", fails: 65, saying: "the text is empty: empty.txt (0 bytes)")
    }
    for line in ["latin.txt --corpus text.txt", "text.txt --corpus latin.txt"] {
      try expect(
        "novelty \(line)", fails: 65,
        saying: "latin.txt: invalid UTF-8 at byte 1; convert it to UTF-8, for instance with iconv")
    }
    try expect(
      "novelty text.txt --corpus text.txt --n 5 0", fails: 64,
      saying: "--n must be 1 or more, got 0")
    try expect(
      "novelty - --corpus -", fails: 64,
      saying: "standard input can be read once: give - once only")
    try expect(
      "novelty text.txt", fails: 64,
      saying: """
        Missing expected argument '--corpus <corpus> ...'
        Help:  --corpus <corpus>  What the model was trained on: text files, folders of them, or -.
        Usage: charlstm novelty <samples> ... --corpus <corpus> ... [--n <n> ...] \
        [--document-separator <document-separator>] [--json]
          See 'charlstm novelty --help' for more information.
        """)
  }

  @Test func whatIsMissing() throws {
    try expect(
      "train text.txt", fails: 64, saying: "missing --output: the folder to write the run into")
    try expect(
      "train --output run", fails: 64,
      saying: "no corpus: name text files, folders, or - for standard input")
    try expect(
      "train text.txt --output run --resume", fails: 66,
      saying: "cannot open run/resume.safetensors: No such file or directory; check the path and "
        + "its permissions")
    try expect(
      "sample", fails: 64,
      saying: """
        Missing expected argument '<model>'
        Help:  <model>  A model file.
        Usage: charlstm sample [<options>] <model>
          See 'charlstm sample --help' for more information.
        """)
    try expect(
      "train text.txt --output run --cell transformer", fails: 64,
      saying: """
        The value 'transformer' is invalid for '--cell <cell>'. Please provide one of 'lstm', \
        'gru' or 'rnn'.
        Help:  --cell <cell>  The recurrent cell. (default: lstm)
        Usage: charlstm train [<options>] [<corpora> ...]
          See 'charlstm train --help' for more information.
        """)
  }

  @Test func prompts() throws {
    try charlstm.put("", at: "empty.txt")
    try Data([0x61, 0xFF]).write(to: charlstm.folder.appending(path: "latin.txt"))
    try expect(
      "sample tiny.safetensors --prompts-file empty.txt", fails: 65,
      saying: "no prompt in empty.txt")
    try expect(
      "sample tiny.safetensors --prompt-file latin.txt", fails: 65,
      saying: "the prompt file latin.txt is not UTF-8; convert it, from Latin-1 or Windows-1252 "
        + "with iconv -f WINDOWS-1252 -t UTF-8 latin.txt > latin.txt.utf-8.txt")
    try expect(
      "sample tiny.safetensors --prompt-file none.txt", fails: 66,
      saying: "cannot read the prompt file none.txt: No such file or directory; check the path")
    try expect(
      "sample tiny.safetensors --prompt-file .", fails: 66,
      saying: "cannot read the prompt file .: Is a directory; check the path")
  }

  @Test func placesThatCannotBeWritten() throws {
    let remedy = "check that its folder exists and can be written to"
    try expect(
      "train text.txt --output none/run", fails: 73,
      saying: "cannot create none/run: No such file or directory; \(remedy)")
    try expect(
      "train text.txt --output text.txt", fails: 73,
      saying: "cannot create text.txt: Not a directory; \(remedy)")
    try expect(
      "sample tiny.safetensors --length 5 --output none/text.txt", fails: 73,
      saying: "cannot create none/text.txt: No such file or directory; \(remedy)")
    try expect(
      "sample tiny.safetensors --length 5 --output-directory none/texts", fails: 73,
      saying: "cannot create none/texts: No such file or directory; \(remedy)")
    try expect(
      "sample tiny.safetensors --length 5 --output-directory text.txt", fails: 73,
      saying: "cannot create text.txt/0.txt: Not a directory; \(remedy)")
  }
}
