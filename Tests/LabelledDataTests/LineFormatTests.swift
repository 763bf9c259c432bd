import FileTesting
import Foundation
import LabelledData
import Testing

@Suite("JSON Lines, fastText, folders and lines") struct LineFormatTests {
  @Test(arguments: [
    (#"{"label":"pos","text":"good"}"#, "1:1 pos=good"),
    (
      #" { "text" : "a\n\"b\" \ud83d\ude42\u00e9" , "x":[{"label":1}], "label":" pos " } "#,
      "1:1 pos=a⏎\"b\" 🙂é"
    ),
    ("\n\r\n \t\n{\"label\":\"a\",\"text\":\"b\"}\r\n\n", "1:4 a=b"),
    ("\u{FEFF}{\"label\":\"a\",\"text\":\"b\"}", "1:1 a=b"),
    // Numbers are spelt as they stand.
    (#"{"label":1,"text":"a"}"#, "1:1 1=a"),
    (#"{"label":1.0,"text":"a"}"#, "1:1 1.0=a"),
    (#"{"text":"\":label\"","y":{"label":2},"l\u0061bel": -1.50E+3 }"#, "1:1 -1.50E+3=\":label\""),
  ])
  func jsonLines(content: String, expected: String) throws {
    #expect(try reading(content, as: "a.jsonl") == [expected])
    #expect(try reading(content, as: "a", format: .jsonLines) == [expected])
  }

  @Test(arguments: [
    (
      "{\"label\":\"a\",\"text\":\"b\"}\n{\"label\"}\n",
      "row 2 (line 2): it is no JSON object; write one object a line"
    ),
    ("[1]", "row 1 (line 1): it is no JSON object; write one object a line"),
    (
      "{\"label\":\"a\",\"text\":\"b\"} {}",
      "row 1 (line 1): it is no JSON object; write one object a line"
    ),
    (
      "{\"label\":\"a\",\"text\":\"\\ud800\"}",
      "row 1 (line 1): the text under the key \"text\" is no valid string; make it one"
    ),
    (
      "{\"label\":\"a\",\n\"text\":\"b\"}",
      "row 1 (line 1): it is no JSON object; write one object a line"
    ),
    (
      #"{"b":1,"a":"x"}"#,
      "row 1 (line 1): there is no key \"text\" among \"a\", \"b\"; name the texts' with text-column"
    ),
    (
      #"{"text":"x"}"#,
      "row 1 (line 1): there is no key \"label\" among \"text\"; name the labels' with label-column"
    ),
    (
      "{}",
      "row 1 (line 1): there is no key \"text\" among none; name the texts' with text-column"
    ),
    (
      #"{"text":1,"label":"a"}"#,
      "row 1 (line 1): the text under the key \"text\" is no valid string; make it one"
    ),
    (
      #"{"text":null,"label":"a"}"#,
      "row 1 (line 1): the text under the key \"text\" is no valid string; make it one"
    ),
    (
      #"{"text":"x","label":true}"#,
      "row 1 (line 1): the label under the key \"label\" is neither a string nor a number; make it a string"
    ),
    (
      #"{"text":"x","label":null}"#,
      "row 1 (line 1): the label under the key \"label\" is neither a string nor a number; make it a string"
    ),
    (
      #"{"text":"x","label":["a"]}"#,
      "row 1 (line 1): the label under the key \"label\" is neither a string nor a number; make it a string"
    ),
    (
      #"{"text":" ","label":"a"}"#,
      "row 1 (line 1): the text is empty; give it a text or remove the row"
    ),
    (
      #"{"text":"x","label":" "}"#,
      "row 1 (line 1): the label is empty; give it a label or remove the row"
    ),
    (
      "{\"x\":" + String(repeating: "[", count: 100_000),
      "row 1 (line 1): its JSON is nested more than 64 deep; make it flat"
    ),
  ])
  func jsonLinesErrors(content: String, expected: String) throws {
    #expect(try reading(content, as: "a.jsonl").last == "error: a.jsonl " + expected)
  }

  @Test func jsonLinesKeys() throws {
    let content = #"{"a":"x","b":"y","mood":"up"}"#
    #expect(
      try reading(
        content, as: "a.ndjson", columns: LabelledColumns(label: "mood", texts: ["b", "a"]))
        == ["1:1 up=y x"])
    #expect(
      try reading(
        "{\"text\":\"x\"}\n{\"text\":\"y\",\"label\":null}\n{\"text\":\"z\",\"label\":3}",
        as: "a.jsonl", requiresLabels: false) == ["1:1 -=x", "2:2 -=y", "3:3 3=z"])
  }

  @Test(arguments: [
    ("__label__pos good film\n__label__neg\tbad\n", ["1:1 pos=good film", "2:2 neg=bad"]),
    ("\u{FEFF}__label__pos  a_b \r\n", ["1:1 pos=a_b "]),
    (
      "__label__a x\ny\n",
      [
        "1:1 a=x",
        "error: a.txt row 2 (line 2): it does not begin with __label__; put one before the text",
      ]
    ),
    (
      "__label__a x\n\n \n__label__b y\n\n",
      ["1:1 a=x", "2:4 b=y"]
    ),
    (
      "__label__a __label__b x\n", ["error: a.txt row 1 (line 1): it has several labels; leave one"]
    ),
    (
      "__label__a,__label__b x\n",
      ["error: a.txt row 1 (line 1): it has several labels; leave one"]
    ),
    ("__label__a__label__b x\n", ["error: a.txt row 1 (line 1): it has several labels; leave one"]),
    ("__label__a, x\n", ["1:1 a,=x"]),
    (
      "__label__a x __label__b\n", ["error: a.txt row 1 (line 1): it has several labels; leave one"]
    ),
    (
      "__label__a x\nx __label__b\n",
      ["1:1 a=x", "error: a.txt row 2 (line 2): its label is not at the beginning; put it there"]
    ),
    (
      "__label__ x\n",
      ["error: a.txt row 1 (line 1): the label is empty; give it a label or remove the row"]
    ),
    (
      "__label__a\n",
      ["error: a.txt row 1 (line 1): the text is empty; give it a text or remove the row"]
    ),
  ])
  func fastText(content: String, expected: [String]) throws {
    #expect(try reading(content, as: "a.txt") == expected)
    // The first line tells the format where the extension does not.
    #expect(
      try reading(content, as: "a.train") == expected.map { $0.replacing("a.txt", with: "a.train") }
    )
  }

  @Test func fastTextWithoutLabels() throws {
    #expect(
      try reading("good film\n__label__x bad\n", as: "a", format: .fastText, requiresLabels: false)
        == ["1:1 -=good film", "2:2 x=bad"])
  }

  @Test func plainLines() throws {
    #expect(
      try reading("a,\"b\r\n c \r\nlast", as: "a.txt", requiresLabels: false)
        == ["1:1 -=a,\"b", "2:2 -= c ", "3:3 -=last"])
    #expect(
      try reading("\na\n \n\u{A0}\nb\n\n", as: "a", requiresLabels: false)
        == ["1:2 -=a", "2:5 -=b"])
    #expect(
      try reading("\n\n", as: "a", requiresLabels: false)
        == ["error: a: there are no texts in it; add some"])
    #expect(
      try reading("a", as: "a.txt")
        == [
          "error: a.txt: plain lines have no labels; use CSV, TSV, JSON Lines, fastText lines or a folder with a file for each class, and name the format with format if its name does not tell"
        ])
    #expect(
      try reading("[]", as: "a.json", requiresLabels: false)
        == [
          "error: a.json: the format cannot be told from the name; use .csv, .tsv, .jsonl or .txt, or name it with format csv|tsv|json-lines|fasttext|folder|lines"
        ])
    #expect(
      try reading("[]", as: "a.json", format: .lines, requiresLabels: false) == ["1:1 -=[]"])
    #expect(
      try reading("", as: "a.txt", requiresLabels: false) == [
        "error: a.txt: there are no texts in it; add some"
      ])
    #expect(
      try reading([0x61, 0x0A, 0x5F, 0x5F, 0xFF], as: "a.txt", requiresLabels: false)
        == ["1:1 -=a", "error: a.txt line 2: binary or not UTF-8 at byte 4; convert it to UTF-8"])
    #expect(
      try reading([0x5F, 0x5F, 0xFF], as: "a.txt", requiresLabels: false)
        == ["error: a.txt line 1: binary or not UTF-8 at byte 2; convert it to UTF-8"])
  }

  /// Names of files are bytes; as text they stay apart.
  @Test func classesWhoseNamesAreNotUTF8() throws {
    let folder = try TemporaryFolder()
    try folder.write("good", to: "films/b.txt")
    for (name, text) in [
      ([0x63, 0x61, 0x66, 0xE9], "un"), ([0x63, 0x61, 0x66, 0xE8], "deux"), ([0xFF], "trois"),
      ([0xE6, 0x97, 0x41], "quatre"),
    ] as [([UInt8], String)] {
      let path = Array((folder.path + "/films/").utf8) + name + Array(".txt".utf8) + [0]
      let descriptor = open(path.map(CChar.init(bitPattern:)), O_WRONLY | O_CREAT, 0o600)
      #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
      #expect(close(descriptor) == 0)
    }
    #expect(
      reading(folder.path + "/films")
        == [
          "1:1 b=good", "1:1 caf\\xE8=deux", "1:1 caf\\xE9=un", "1:1 \\xE6\\x97A=quatre",
          "1:1 \\xFF=trois",
        ])
    try folder.write("x", to: "films/nested/x")
    #expect(
      reading(folder.path + "/films").map(folder.relative)
        == [
          "error: films/nested is no file: a folder of classes holds a file for each class, a text a line"
        ])
  }

  @Test func folderOfClasses() throws {
    let folder = try TemporaryFolder()
    try folder.write("great\nfine\n", to: "films/pos.txt")
    try folder.write("\u{FEFF}bad", to: "films/neg.v2.txt")
    try folder.write("so so\n", to: "films/neutral")
    try folder.write("x", to: "films/.hidden")
    for path in [folder.path + "/films", folder.path + "/films/"] {
      for readSize in [1, 1 << 20] {
        #expect(
          reading(path, readSize: readSize)
            == ["1:1 neg.v2=bad", "1:1 neutral=so so", "1:1 pos=great", "2:2 pos=fine"])
      }
    }
    #expect(reading(folder.path + "/films", format: .folder).count == 4)
    try folder.write("", to: "films/odd.txt")
    #expect(
      reading(folder.path + "/films").map(folder.relative).suffix(2)
        == ["1:1 neutral=so so", "error: films/odd.txt: there are no texts in it; add some"])
  }

  @Test func wrongPaths() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("label,text\n", to: "a.csv")
    try folder.write("x", to: "nested/pos/1.txt")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/none", withIntermediateDirectories: false)
    func error(_ path: String, _ format: LabelledFormat? = nil) -> String {
      reading(path, format: format).map(folder.relative).joined()
    }
    #expect(error(folder.path + "/b.csv") == "error: no such file or folder: b.csv")
    #expect(
      error(file, .folder)
        == "error: a.csv is not a folder with a file for each class; name one, or another format")
    #expect(
      error(folder.path + "/none", .csv)
        == "error: none is a folder, not a file of format csv; name a file, or leave out format for a folder with a file for each class"
    )
    #expect(
      error(folder.path + "/none")
        == "error: no classes in folder none: put a file for each class in it, a text a line")
    #expect(
      error(folder.path + "/nested")
        == "error: nested/pos is no file: a folder of classes holds a file for each class, a text a line"
    )
  }

  @Test func largeLineIsBounded() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Data(repeating: 0x61, count: 65 << 20), to: "a.txt")
    #expect(
      reading(path, requiresLabels: false).map(folder.relative)
        == [
          "error: a.txt row 1 (line 1): it has more than 64 MB; look for a double quote that is not closed, or shorten it"
        ])
  }
}
