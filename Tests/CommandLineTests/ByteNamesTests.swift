import Foundation
import Testing

/// Names of files are bytes, from the argument to the call to the system and back into advice.
@Suite("Names that are no UTF-8")
struct ByteNamesTests {
  private let charlstm: CommandLineSession
  private static let small =
    "--layers 1 --hidden-size 8 --batch-size 4 --sample-every 0 --precision float32"

  /// In the folder are `caf\351.txt`, `d\351` with two texts in it, `m\351.safetensors`, `p\351.txt`
  /// with two prompts and `t\351.csv` with labels; each also with an ASCII name that has `e` there.
  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    let text = String(repeating: "The king is dead, long live the king.\n", count: 40)
    try charlstm.put(text, at: "cafe.txt")
    try charlstm.put("KING\nthe\n", at: "pe.txt")
    let rows = (0..<20).map { $0 % 2 == 0 ? "low,low text \($0)\n" : "high,high text \($0)\n" }
    try charlstm.put("label,text\n" + rows.joined(), at: "te.csv")
    let made = try bash(
      #"""
      mv tiny.safetensors me.safetensors
      mkdir de && cp cafe.txt de/xe.txt && cp cafe.txt $'de/x\350.txt'
      for name in cafe.txt de me.safetensors pe.txt te.csv; do
        cp -r "$name" "${name/e/$'\351'}"
      done
      mv $'d\351/xe.txt' $'d\351/x\351.txt'
      """#)
    try #require(made == .init(code: 0, output: "", error: ""))
  }

  /// Runs lines of a shell, which can give any bytes.
  private func bash(_ lines: String, input: String = "") throws -> CommandLineSession.Outcome {
    try charlstm.start(
      ["-c", "charlstm() { \"$CHARLSTM\" \"$@\"; }\n" + lines],
      program: URL(filePath: "/bin/bash"), input: input
    ).finish(within: 60)
  }

  @Test func differentNamesAreDifferentFolders() throws {
    let train = #"charlstm train $'caf\351.txt' $'d\351' "# + Self.small
    for name in [#"r\351sum\351"#, #"r\350sum\350"#, #"\364\217\273\251"#] {
      let outcome = try bash("\(train) --max-steps 2 --output $'\(name)'")
      #expect(outcome.code == 0 && outcome.output == "")
      let shown = name.replacing(#"\351"#, with: #"\xE9"#).replacing(#"\350"#, with: #"\xE8"#)
        .replacing(#"\364\217\273\251"#, with: #"\xF4\x8F\xBB\xA9"#)
      #expect(
        outcome.error.contains(
          """
          Best model: \(shown)/best.safetensors (3.4374 nats). To write with it:
            charlstm sample $'\(name)/best.safetensors' --length 500

          """))
    }
    #expect(
      try bash(#"ls -b -d r* $'\364'*; ls -A $'r\351sum\351'; ls -A -b $'d\351'"#).output == #"""
        r\350sum\350
        r\351sum\351
        \364\217\273\251
        .lock
        best.safetensors
        last.safetensors
        metrics.csv
        metrics.jsonl
        report.html
        resume.safetensors
        x\350.txt
        x\351.txt

        """#)
    let info = try bash(#"charlstm info $'r\351sum\351/best.safetensors'"#)
    #expect(info.output.contains(#"caf\xE9.txt, d\xE9/x\xE8.txt, d\xE9/x\xE9.txt"# + "\n"))
    let json = try bash(#"charlstm info --json $'r\350sum\350/best.safetensors'"#)
    let object =
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let training = object?["training"] as? [String: Any]
    #expect(
      training?["corpus"] as? [String]
        == ["caf\u{10FEE9}.txt", "d\u{10FEE9}/x\u{10FEE8}.txt", "d\u{10FEE9}/x\u{10FEE9}.txt"])
  }

  /// Ctrl-C, and then what was printed, pasted into a shell.
  @Test(arguments: [
    #"r\351sum\351"#, #"-n\351"#, #"it\'s a \351 "name""#, #"two\nlines\351"#,
    #"\t\\ $HOME \351*"#, #"\364\217\273\251"#, #"\303\251\351"#, #"\302\233\342\200\256"#,
    #" \351 "#,
  ])
  func adviceWorksWhenPasted(name: String) throws {
    let training = try charlstm.start(
      [
        "-c",
        #"mv $'caf\351.txt' ./$'\#(name)' && exec "$CHARLSTM" train ./$'\#(name)' "#
          + #"--output=$'\#(name) run' \#(Self.small) --epochs 100000"#,
      ], program: URL(filePath: "/bin/bash"))
    try training.wait(within: 60) { training.errorSoFar.contains("  step 20") }
    training.interrupt()
    let stopped = try training.finish(within: 60)
    let message = try #require(
      stopped.error.firstMatch(
        of: #/Stopped at step ([\d,]+) and saved\. To go on:\n  charlstm (.*)\n$/#))
    #expect(message.2.unicodeScalars.allSatisfy { $0.isASCII || $0 == "é" })
    let step = try #require(Int(message.1.replacing(",", with: "")))
    #expect(
      try bash("charlstm \(message.2) --max-steps \(step + 1) --quiet --sample-every 0")
        == .init(code: 0, output: "", error: ""))
  }

  @Test(arguments: [
    #"info mE.safetensors"#,
    #"evaluate mE.safetensors cafE.txt dE --json"#,
    #"evaluate mE.safetensors - <cafE.txt"#,
    #"novelty cafE.txt --corpus cafE.txt --n 4"#,
    #"sample mE.safetensors --seed 1 --length 20 --prompt-file pE.txt"#,
    #"sample mE.safetensors --seed 1 --length 20 --prompts-file pE.txt --json-lines"#,
    #"sample mE.safetensors --seed 1 --length 20 --prompts-file pE.txt --output oE.txt; cat oE.txt"#,
    #"sample mE.safetensors --seed 1 --length 20 --count 2 --output-directory oE; cat oE/*"#,
    #"repl mE.safetensors --seed 1 --length 20 --execute '/info' </dev/null"#,
    #"classify train tE.csv --output cE --layers 1 --hidden-size 8 --max-steps 2 --quiet"#
      + #" && charlstm classify predict cE/best.safetensors --input tE.csv"#
      + #" && charlstm classify evaluate cE/best.safetensors tE.csv --confusion kE.csv; cat kE.csv"#,
    #"classify train tE.csv --validation tE.csv -o cE --layers 1 --hidden-size 8 --max-steps 2 -q"#
      + #" && charlstm classify train tE.csv --output cE --resume --max-steps 4 --quiet"#
      + #" && charlstm info cE/best.safetensors | grep validation"#,
    #"train cafE.txt --output nE --initialize-from mE.safetensors --max-steps 2 --quiet"#
      + #" && charlstm train cafE.txt -o nE --initialize-from mE.safetensors --resume --quiet"#,
  ])
  func everyNameCanBeOfAnyBytes(line: String) throws {
    func run(_ letter: String) throws -> CommandLineSession.Outcome {
      try bash("charlstm " + line.replacing("E", with: letter))
    }
    let plain = try run("e")
    #expect(plain.code == 0)
    let other = try run(#"$'\351'"#)
    #expect(other.code == 0 && other.error == plain.error)
    func withoutName(_ text: String) -> String {
      text.replacing(#"\xE9"#, with: "e")
    }
    #expect(withoutName(other.output) == plain.output)
  }

  @Test(arguments: [
    (#"evaluate me.safetensors $'no\351'"#, 66, #"no such file or folder: no\xE9"#),
    (#"train $'no\351' -o run"#, 66, #"no such file or folder: no\xE9"#),
    (#"train $'no\351\n' -o run"#, 66, #"no such file or folder: no\xE9\n"#),
    (
      #"info $'no\351'"#, 66,
      #"cannot open no\xE9: No such file or directory; check the path and its permissions"#
    ),
    (
      #"sample me.safetensors --prompt-file $'no\351'"#, 66,
      #"cannot read the prompt file no\xE9: No such file or directory; check the path"#
    ),
    (
      #"sample me.safetensors --prompts-file $'no\351'"#, 66,
      #"no such file or folder: no\xE9"#
    ),
    (
      #"sample me.safetensors --output $'p\351.txt'"#, 73,
      #"there is a file p\xE9.txt already, which was kept; give another name, or replace it with --overwrite"#
    ),
    (
      #"sample me.safetensors --output $'no\351/o'"#, 73,
      #"cannot create no\xE9/o: No such file or directory; check that its folder exists and can be written to"#
    ),
    (
      #"classify train $'p\351.txt' -o run"#, 65,
      #"p\xE9.txt: plain lines have no labels; use CSV, TSV, JSON Lines, fastText lines or a folder "#
        + "with a file for each class, and name the format with --format if its name does not tell"
    ),
    (
      #"info $'p\351.txt'"#, 65,
      #"not a charlstm model: p\xE9.txt (it does not begin with the length of a header); give a .safetensors file"#
    ),
    (
      #"train cafe.txt --resume --output $'no\351'"#, 66,
      #"cannot open no\xE9/resume.safetensors: No such file or directory; check the path and its "#
        + "permissions"
    ),
  ])
  func errorsNameItReadably(line: String, code: Int32, message: String) throws {
    let outcome = try bash("charlstm " + line)
    #expect(outcome == .init(code: code, output: "", error: "Error: \(message)\n"))
  }

  @Test func remediesWorkWhenPasted() throws {
    let made = try bash(#"printf 'caf\351\n' > $'l\351.txt'"#)
    #expect(made.code == 0)
    for command in [
      #"evaluate me.safetensors $'l\351.txt'"#,
      #"sample me.safetensors --prompt-file $'l\351.txt'"#,
    ] {
      let outcome = try bash("charlstm " + command)
      let remedy = try #require(outcome.error.firstMatch(of: #/iconv [^;\n]*/#)).output
      #expect(
        remedy
          == #"iconv -f WINDOWS-1252 -t UTF-8 $'l\351.txt' > $'l\351.txt.utf-8.txt'"#)
      #expect(try bash("\(remedy); cat l*utf-8.txt; rm l*utf-8.txt").output == "café\n")
    }
  }

  /// What is no name of a file has to be UTF-8.
  @Test(arguments: [
    (#"sample me.safetensors --prompt $'\351'"#, 4, #"\xE9"#),
    (#"sample me.safetensors --prompt=$'a\351'"#, 3, #"--prompt=a\xE9"#),
    (#"sample $'m\351.safetensors' --stop $'\351'"#, 4, #"\xE9"#),
    (#"sample $'m\351.safetensors' --length $'1\351'"#, 4, #"1\xE9"#),
    (#"sample $'m\351.safetensors' $'--\351'"#, 3, #"--\xE9"#),
    (#"sample $'m\351.safetensors' $'\351'"#, 3, #"\xE9"#),
    (#"train cafe.txt --output $'r\350' --cell $'\351'"#, 6, #"\xE9"#),
    (#"classify predict me.safetensors $'\351'"#, 4, #"\xE9"#),
    (#"classify train te.csv -o run --label-column $'\351'"#, 7, #"\xE9"#),
    (#"classify train te.csv -o run --text-column $'\351'"#, 7, #"\xE9"#),
    (#"classify train te.csv -o run --separator $'\351'"#, 7, #"\xE9"#),
    (#"repl me.safetensors --stop $'\351'"#, 4, #"\xE9"#),
  ])
  func otherValuesAreRefused(line: String, index: Int, name: String) throws {
    #expect(
      try bash("charlstm \(line)")
        == .init(
          code: 64, output: "",
          error: "Error: argument \(index) is not UTF-8: '\(name)'; convert it: only the names of "
            + "files may be other bytes\n"))
  }

  @Test func reservedCharactersOfATextStayWhatTheyAre() throws {
    let options = "sample me.safetensors --seed 1 --length 8 --json-lines --prompt"
    let outcome = try charlstm("\(options) KING\u{10FEE9}")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("\"prompt\":\"KING\u{10FEE9}\""))
    #expect(try charlstm("\(options) \u{10FEE9}").code == 65)
  }

  @Test func sessions() throws {
    let lines = #"""
      KING
      /save s\351
      /write w\351
      /write w\350
      the
      /write w\351
      /write! w\351
      /open s\351
      /write
      /open s\350
      /write "a b\351"
      /write \364\217\273\251
      /undo \351
      \351
      /load m\351.safetensors
      /write

      """#
    let outcome = try bash(
      #"printf '\#(lines.replacing("\n", with: #"\n"#))' | "#
        + #"charlstm repl me.safetensors --seed 1 --length 5 --execute $'/write x\351'"#)
    #expect(outcome.code == 73)
    #expect(
      outcome.error == #"""
        Error: there is a file w\xE9 already, which was kept; give another name, or replace it with /write!
        Error: cannot open s\xE8: No such file or directory; check the path and its permissions
        Error: the line is not UTF-8 from byte 6; it was left out
        Error: the line is not UTF-8 from byte 0; it was left out

        """#)
    let first = try charlstm("sample me.safetensors --seed 1 --length 5 --prompt KING").output
    #expect(
      try bash(#"ls -b -d s* w* x* a* $'\364'*; cmp $'w\350' $'a b\351'; cat $'w\350'"#).output
        == #"""
        a\ b\351
        s\351
        w\350
        w\351
        x\351
        \364\217\273\251

        """# + first)
    #expect(try bash(#"cmp $'w\350' $'w\351'"#).code == 1)
  }

  /// Names that come from the environment are bytes, too.
  @Test func environment() throws {
    let info = try charlstm("info me.safetensors").output
    #expect(
      try bash(#"CHARLSTM_MODEL=$'m\351.safetensors' charlstm --execute /info </dev/null"#)
        == .init(code: 0, output: info, error: ""))
    // In a data folder, beside the program's folder, and through a link with a name of such bytes.
    #expect(
      try bash(
        #"mkdir -p $'data\351/charlstm' && cp me.safetensors $'data\351/charlstm/\351.safetensors'; "#
          + #"ln -s $'\351.safetensors' $'data\351/charlstm/default.safetensors'; "#
          + #"ln "$CHARLSTM" lonely 2>/dev/null || cp "$CHARLSTM" lonely; "#
          + #"XDG_DATA_HOME=$PWD/$'data\351' ./lonely --execute /info </dev/null"#)
        == .init(code: 0, output: info, error: ""))
    let score = try charlstm("evaluate me.safetensors cafe.txt").output
    #expect(
      try bash(
        #"mkdir $'tmp\351' && cat cafe.txt | TMPDIR=$'tmp\351' charlstm evaluate me.safetensors -"#)
        == .init(code: 0, output: score, error: ""))
    let gone = try bash(#"cat cafe.txt | TMPDIR=$'no\351' charlstm evaluate me.safetensors -"#)
    #expect(
      gone
        == .init(
          code: 74, output: "",
          error:
            #"Error: cannot keep standard input in a temporary file in no\xE9: No such file or "#
            + "directory; set TMPDIR to a folder with room\n"))
  }

  /// What a killed process left, beside a file that only looks like it.
  @Test func leftovers() throws {
    let train = #"charlstm train cafe.txt -o $'r\351' \#(Self.small) --max-steps 2 --quiet"#
    #expect(try bash(train).code == 0)
    #expect(
      try bash(
        #"touch $'r\351/.charlstm-1.partial' $'r\351/.charlstm-\351.partial' $'r\351/\351.partial'"#
          + "; \(train) --overwrite; ls -A -b $'r\\351' | grep partial"
      ).output == #"\351.partial"# + "\n")
  }
}
