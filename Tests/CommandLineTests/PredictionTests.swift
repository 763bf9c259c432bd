import Foundation
import Testing

/// Every record of the input has its answer, in its place and in time.
@Suite("charlstm classify predict, of many texts")
struct PredictionTests {
  private let charlstm: CommandLineSession
  private static let predict = "classify predict run/best.safetensors --input"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.trainClassifier()
  }

  private func put(_ bytes: [UInt8], at name: String) throws {
    try Data(bytes).write(to: charlstm.folder.appending(path: name))
  }

  /// The labels of an output as text, with `-` for none.
  private func labels(_ output: String) -> [String] {
    output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { $0.isEmpty ? "-" : String($0.prefix { $0 != "\t" }) }
  }

  @Test func whatCannotBeReadHasAnEmptyResultInItsPlace() throws {
    try put(
      Array("zz y\n\naa ab\n \t\ncaf".utf8) + [0xE9] + Array("\nzz\u{0}y\nzz y\n".utf8),
      at: "texts.txt")
    let outcome = try charlstm("\(Self.predict) texts.txt")
    #expect(outcome.code == 65)
    #expect(labels(outcome.output) == ["high", "-", "low", "-", "-", "-", "high"])
    let blank = "the line is blank; give it a text or remove it"
    let bad = "convert it to UTF-8"
    #expect(
      outcome.error == """
        Error: texts.txt row 2 (line 2): \(blank)
        Error: texts.txt row 4 (line 4): \(blank)
        Error: texts.txt row 5 (line 5): it is binary or not UTF-8 at byte 18; \(bad)
        Error: texts.txt row 6 (line 6): it is binary or not UTF-8 at byte 22; \(bad)
        Error: 4 texts have no result; each is named above

        """)
    // Strict: what came before is not lost.
    let strict = try charlstm("\(Self.predict) texts.txt --strict")
    #expect(strict.code == 65 && labels(strict.output) == ["high"])
    #expect(strict.error == "Error: texts.txt row 2 (line 2): \(blank)\n")
  }

  /// None of their bytes are answered for, in any format, from a file or a pipe.
  @Test(
    arguments: [
      ("UTF-16", [0xFF, 0xFE], String.Encoding.utf16LittleEndian),
      ("UTF-16", [0xFE, 0xFF], .utf16BigEndian), ("UTF-32", [0, 0, 0xFE, 0xFF], .utf32BigEndian),
      ("UTF-16LE", [], .utf16LittleEndian), ("UTF-16BE", [], .utf16BigEndian),
      ("UTF-32LE", [], .utf32LittleEndian), ("UTF-32BE", [], .utf32BigEndian),
    ] as [(String, [UInt8], String.Encoding)])
  func otherEncodings(name: String, mark: [UInt8], encoding: String.Encoding) throws {
    for (format, text) in [
      // Њ has a byte that looks like a line feed.
      ("lines", "Њ a\nzz y\naa ab\n"), ("csv", "text,label\nzz y,high\naa ab,low\n"),
      ("json-lines", "{\"text\":\"zz y\",\"label\":\"high\"}\n"),
      ("fasttext", "__label__high zz y\n"),
    ] {
      try put(mark + Array(try #require(text.data(using: encoding))), at: "texts.in")
      let command = "iconv -f \(name) -t UTF-8"
      let ofFile =
        "Error: texts.in is \(name), not UTF-8; convert it: \(command) texts.in > texts.in.utf-8.txt\n"
      let ofPipe = "Error: standard input is \(name), not UTF-8; pipe it through \(command)\n"
      for (line, message) in [
        ("\(Self.predict) texts.in --format \(format)", ofFile),
        ("\(Self.predict) - --format \(format) < texts.in", ofPipe),
        ("\(Self.predict) - --format \(format) < <(cat texts.in)", ofPipe),
        ("classify evaluate run/best.safetensors texts.in --format \(format)", ofFile),
        ("classify train texts.in --output other --format \(format)", ofFile),
      ] where format != "lines" || line.contains("predict") {
        let outcome = try charlstm.start(
          ["-c", "exec \"$CHARLSTM\" \(line)"], program: URL(filePath: "/bin/bash")
        ).finish(within: 60)
        #expect(outcome == .init(code: 65, output: "", error: message), "\(line)")
      }
    }
  }

  @Test func rowsOfTables() throws {
    try charlstm.put(
      """
      id,text
      1,zz y
      2,zz y,z
      3
      4,"zz y" z
      5,

      6,"aa
      ab"
      7,zz y
      8,"zz y
      """, at: "rows.csv")
    let outcome = try charlstm("\(Self.predict) rows.csv --output-format csv")
    #expect(outcome.code == 65)
    let rows = outcome.output.split(separator: "\n")
    #expect(rows[0] == "label,probability of high,probability of low")
    let labels = rows.dropFirst().map { row -> Substring in
      row == ",," ? "-" : row.prefix { $0 != "," }
    }
    #expect(labels == ["high", "-", "-", "-", "-", "-", "low", "high", "-"])
    let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("Error") }
      .map { $0.prefix(37) }
    #expect(
      errors == [
        "Error: rows.csv row 2 (line 3): it ha", "Error: rows.csv row 3 (line 4): it ha",
        "Error: rows.csv row 4 (line 5): there", "Error: rows.csv row 5 (line 6): the t",
        "Error: rows.csv row 6 (line 7): the l", "Error: rows.csv row 9 (line 11): the ",
        "Error: 6 texts have no result; each i",
      ])
  }

  @Test func objectsKeepTheirIDs() throws {
    let outcome = try charlstm(
      "\(Self.predict) - --format json-lines --output-format json-lines",
      input: #"""
        {"id":12345678901234567890,"text":"zz y"}
        {"text":"aa ab","id":"a \"}, b"}
        {"id":{"a":[1,"]"]} , "text":7}
        no object

        {"i\u0064":null,"text":"zz y"}
        {"text":"zz y"}

        """#)
    #expect(outcome.code == 65)
    let found = outcome.output.split(separator: "\n").map { line in
      String(line.replacing(#/,"probability":[0-9.e-]+/#, with: ""))
    }
    let blank = "the line is blank; give it a text or remove it"
    let none = "it is no JSON object; write one object a line"
    let number = #"the text under the key \"text\" is no valid string; make it one"#
    let place = #""error":"standard input row "#
    let expected: [String] = [
      #"{"id":12345678901234567890,"classes":[{"label":"high"}],"label":"high","row":1}"#,
      #"{"id":"a \"}, b","classes":[{"label":"low"}],"label":"low","row":2}"#,
      #"{"id":{"a":[1,"]"]},\#(place)3 (line 3): \#(number)","row":3}"#,
      #"{\#(place)4 (line 4): \#(none)","row":4}"#,
      #"{\#(place)5 (line 5): \#(blank)","row":5}"#,
      #"{"id":null,"classes":[{"label":"high"}],"label":"high","row":6}"#,
      #"{"classes":[{"label":"high"}],"label":"high","row":7}"#,
    ]
    #expect(found == expected)
  }

  @Test func manyTextsAndOneBadOne() throws {
    let good = Array(String(repeating: "zz y\naa ab\n", count: 1200).utf8)
    try put(good + [0xFF, 0x0A] + good, at: "many.txt")
    let outcome = try charlstm("\(Self.predict) many.txt")
    let both = Array(repeating: ["high", "low"], count: 1200).flatMap { $0 }
    #expect(outcome.code == 65)
    #expect(labels(outcome.output) == both + ["-"] + both)
  }

  @Test func blankLinesAreNoTrainingTexts() throws {
    try charlstm.put("__label__low aa ab\n\n \n__label__high zz y\n\n", at: "lines.txt")
    try charlstm.put("label,text\n\nlow,aa ab\n  \nhigh,zz y\n\n", at: "rows.csv")
    try charlstm.put(
      "\n{\"label\":\"low\",\"text\":\"aa ab\"}\n \n{\"label\":\"high\",\"text\":\"zz y\"}\n\n",
      at: "objects.jsonl")
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "folder"), withIntermediateDirectories: false)
    try charlstm.put("\naa ab\n \n", at: "folder/low.txt")
    try charlstm.put("zz y\n\n", at: "folder/high.txt")
    for data in ["lines.txt", "rows.csv", "objects.jsonl", "folder"] {
      let outcome = try charlstm(
        "classify evaluate run/best.safetensors \(data) --json --precision float32")
      #expect(outcome.code == 0 && outcome.error == "")
      #expect(outcome.output.contains("\"texts\":2"))
    }
  }

  /// A program that talks: it writes a line and waits for the answer before it writes the next.
  @Test(arguments: ["lines", "json-lines", "csv", "fasttext"])
  func aLineInALineOut(format: String) throws {
    let lines =
      switch format {
      case "json-lines":
        [#"{"text":"zz y","id":1}"#, #"{"text":"aa ab","id":2}"#, "{}", #"{"text":"zz y"}"#]
      case "csv": ["zz y,", "aa ab,", "", "zz y,"]
      default: ["zz y", "aa ab", "", "zz y"]
      }
    let script = """
      mkfifo in out
      "$CHARLSTM" \(Self.predict) - --format \(format) <in >out 2>/dev/null &
      exec 3>in 4<out
      \(format == "csv" ? "echo text,more >&3" : "")
      for line in "$@"; do
        printf '%s\\n' "$line" >&3
        read -r answer <&4 || exit 1
        echo "[${answer%%\t*}]"
      done
      exec 3>&-
      wait $!
      """.replacing("\t", with: "$(printf '\\t')")
    let outcome = try charlstm.start(
      ["-c", script, "sh"] + lines, program: URL(filePath: "/bin/sh")
    ).finish(within: 60)
    #expect(outcome == .init(code: 65, output: "[high]\n[low]\n[]\n[high]\n", error: ""))
  }

  /// What has come whole is answered, though the next line has begun.
  @Test func halfALineDoesNotHoldUpAnother() throws {
    let script = """
      mkfifo in out
      "$CHARLSTM" \(Self.predict) - <in >out &
      exec 3>in 4<out
      printf 'zz y\\naa' >&3; read -r first rest <&4; echo "$first"
      printf ' ab' >&3; exec 3>&-; read -r second rest <&4; echo "$second"
      wait $!
      """
    let outcome = try charlstm.start(["-c", script], program: URL(filePath: "/bin/sh"))
      .finish(within: 60)
    #expect(outcome == .init(code: 0, output: "high\nlow\n", error: ""))
  }

  @Test func aFilesNameIsNotItsContent() throws {
    let outcome = try charlstm("classify predict run/best.safetensors texts.csv")
    #expect(outcome.code == 0)
    #expect(
      outcome.error.hasPrefix(
        "texts.csv is also the name of a file; --input texts.csv classifies what is in it.\n"))
  }
}
