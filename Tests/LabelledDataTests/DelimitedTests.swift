import FileTesting
import Foundation
import LabelledData
import Testing

@Suite("CSV and TSV") struct DelimitedTests {
  @Test(arguments: [
    ("label,text\npos,good\nneg,bad\n", ["1:2 pos=good", "2:3 neg=bad"]),
    ("text,id,label\r\ngood,1,pos\r\nbad,2,neg", ["1:2 pos=good", "2:3 neg=bad"]),
    ("\u{FEFF}label,text\npos,good\n", ["1:2 pos=good"]),
    ("\u{FEFF}\"label\",\"text\"\npos,good\n", ["1:2 pos=good"]),
    (" label , text \n pos\u{A0},  good \n", ["1:2 pos=  good "]),
    // RFC 4180, 2.5 to 2.7
    ("\"label\",\"text\"\r\n\"pos\",\"a \"\"b\"\", c\"\r\n", ["1:2 pos=a \"b\", c"]),
    (
      "label,text\npos,\"two\nlines\"\nneg,\"x\r\ny\"\r\nz,last\n",
      ["1:2 pos=two⏎lines", "2:4 neg=x␍⏎y", "3:6 z=last"]
    ),
    ("label,text\npos,\"\"\"\"\n", ["1:2 pos=\""]),
    ("label,text\npos,\"a\"\"\"", ["1:2 pos=a\""]),
    ("label,text\npos,\"a\"\r", ["1:2 pos=a"]),
    ("label,text\npos,a\r", ["1:2 pos=a"]),
    // The line ends of the Macintosh of old.
    ("label,text\rpos,\"a\rb\"\r\rneg,c\r", ["1:2 pos=a⏎b", "2:5 neg=c"]),
    // Quotes within a field, and a carriage return within a line, are characters.
    ("label,text\npos,5\" disk\nneg,a\rb\n", ["1:2 pos=5\" disk", "2:3 neg=a␍b"]),
    ("label,text\n\"pos\",é\u{301}本語🙂\n", ["1:2 pos=é\u{301}本語🙂"]),
    // Blank lines are no rows.
    ("label,text\n\npos,good\r\n\r\n\nneg,bad\n\n", ["1:3 pos=good", "2:6 neg=bad"]),
  ])
  func records(content: String, expected: [String]) throws {
    #expect(try reading(content, as: "a.csv") == expected)
    let tabs = content.replacing(", c", with: "\t c")
      .unicodeScalars.map { $0 == "," ? "\t" : String($0) }.joined()
    #expect(
      try reading(tabs, as: "a.tsv")
        == expected.map { $0.replacing(", c", with: "\t c") })
    #expect(try reading(tabs, as: "a.TAB").count == expected.count)
    #expect(try reading(content, as: "a.data", format: .csv) == expected)
  }

  @Test(arguments: [
    (
      "label,text\npos,\nneg,x\n",
      "a.csv row 1 (line 2): the text is empty; give it a text or remove the row"
    ),
    (
      "label,text\npos,\" \u{3000}\n\"\n",
      "a.csv row 1 (line 2): the text is empty; give it a text or remove the row"
    ),
    (
      "label,text\n\u{A0} ,x\n",
      "a.csv row 1 (line 2): the label is empty; give it a label or remove the row"
    ),
    (
      "label,text\npos,a,b\n",
      "a.csv row 1 (line 2): it has 3 fields, the header 2; put fields with separators or line feeds in double quotes"
    ),
    (
      "label,text\n\n\"x\ny\"\n",
      "a.csv row 1 (line 3): it has 1 field, the header 2; put fields with separators or line feeds in double quotes"
    ),
    (
      "label,text\npos,\"abc\"def\n",
      "a.csv row 1 (line 2): there is text after a closing double quote at line 2; double the quotes within a field"
    ),
    (
      "label,text\npos,\"a\nbc\"\rd\n",
      "a.csv row 1 (line 2): there is text after a closing double quote at line 3; double the quotes within a field"
    ),
    (
      "label,text\n\"a\nb\",\"c\nd\n",
      "a.csv row 1 (line 2): the double quote opened at line 3 is not closed; close it, or double it and put the field in quotes"
    ),
    (
      "label,\"text\n",
      "a.csv header (line 1): the double quote opened at line 1 is not closed; close it, or double it and put the field in quotes"
    ),
    ("", "a.csv: there are no texts in it; add some"),
    ("\u{FEFF}", "a.csv: there are no texts in it; add some"),
    (
      "label,text", "a.csv: there are no texts after the header; add some, or a header if it is one"
    ),
    (
      "label,text\n\n",
      "a.csv: there are no texts after the header; add some, or a header if it is one"
    ),
    (
      "id,review,\"mood\nx\"\n1,2,3\n",
      "a.csv: there is no column \"text\" among \"id\", \"review\", \"mood⏎x\"; name the texts' with text-column, or give no-header if these are no names"
    ),
    (
      "id,text\n1,2\n",
      "a.csv: there is no column \"label\" among \"id\", \"text\"; name the labels' with label-column, or give no-header if these are no names"
    ),
    (
      "label,text,label\n1,2,3\n",
      "a.csv: there are several columns \"label\"; give each its own name"
    ),
    (
      "label,text\npos,a\u{0}b\n",
      "a.csv line 2: binary or not UTF-8 at byte 16; convert it to UTF-8"
    ),
  ])
  func errors(content: String, expected: String) throws {
    #expect(try reading(content, as: "a.csv").last == "error: " + expected)
  }

  @Test func columnsNamedByPerson() throws {
    let content = "id,title,body,mood\n7,Title,Body,up\n8,T,,down\n"
    #expect(
      try reading(
        content, as: "a.csv", columns: LabelledColumns(label: "mood", texts: ["body", "title"]))
        == ["1:2 up=Body Title", "2:3 down= T"])
    #expect(
      try reading(
        content, as: "a.csv", columns: LabelledColumns(texts: ["body"]),
        requiresLabels: false)
        == [
          "1:2 -=Body",
          "error: a.csv row 2 (line 3): the text is empty; give it a text or remove the row",
        ])
    #expect(
      try reading(
        content, as: "a.csv", columns: LabelledColumns(label: "x", texts: ["body"]),
        requiresLabels: false)
        == [
          "error: a.csv: there is no column \"x\" among \"id\", \"title\", \"body\", \"mood\"; name the labels' with label-column, or give no-header if these are no names"
        ])
  }

  @Test func labelsNotRequired() throws {
    #expect(
      try reading("text,label\na,x\nb,\n", as: "a.csv", requiresLabels: false)
        == ["1:2 x=a", "2:3 -=b"])
    // With one column, too, a blank line is no row; an empty field is one.
    #expect(
      try reading("text\na\n\nb\n\"\"\n", as: "a.csv", requiresLabels: false)
        == [
          "1:2 -=a", "2:4 -=b",
          "error: a.csv row 3 (line 5): the text is empty; give it a text or remove the row",
        ])
  }

  @Test func notUTF8() throws {
    let head = Array("label,text\npos,good\nneg,".utf8)
    for (bytes, offset) in [
      ([0xFF], 0), ([0xC3], 0), ([0x61, 0xE2, 0x82], 1), ([0xE0, 0x80, 0x80], 0),
      ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xC3, 0x0A], 0),
    ] as [([UInt8], Int)] {
      #expect(
        try reading(head + bytes, as: "a.csv")
          == [
            "1:2 pos=good",
            "error: a.csv line 3: binary or not UTF-8 at byte \(24 + offset); convert it to UTF-8",
          ])
    }
    #expect(
      try reading([0xFF, 0xFE, 0x6C, 0x00], as: "a.csv")
        == [
          "error: a.csv is UTF-16, not UTF-8; convert it: iconv -f UTF-16 -t UTF-8 a.csv > a.csv.utf-8.txt"
        ])
  }

  @Test func manyColumnsAreListedInPart() throws {
    let header = (1...12).map { "c\($0)" }.joined(separator: ",")
    #expect(
      try reading(header + "\n", as: "a.csv")[0].contains("\"c10\" and 2 more; name the texts'"))
  }

  /// Everything that matters to the grammar, at random: however it is cut into reads, the result is
  /// the same, and rows that are written come back.
  @Test func randomRows() throws {
    var generator = SeededGenerator(state: 1)
    let pieces = ["a", "\"", ",", "\n", "\r", "\r\n", " ", "é", "本", "🙂", "\t"]
    for _ in 0..<60 {
      var content = "label,text\n"
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        content += pieces.randomElement(using: &generator) ?? ""
      }
      #expect(try reading(content, as: "a.csv") != ["not the same in small reads"], "\(content)")

      let text = (0..<8).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined() + "."
      let row = "label,text\nx,\"\(text.replacing("\"", with: "\"\""))\"\n"
      let expected = text.unicodeScalars
        .map { $0 == "\n" ? "⏎" : $0 == "\r" ? "␍" : String($0) }.joined()
      #expect(try reading(row, as: "a.csv") == ["1:2 x=" + expected])
    }
  }

  @Test func quoteWithoutEndIsBounded() throws {
    let folder = try TemporaryFolder()
    var content = Data("label,text\nx,\"".utf8)
    content.append(Data(repeating: 0x61, count: 65 << 20))
    content.append(Data("\"\n".utf8))
    let path = try folder.write(content, to: "a.csv")
    #expect(
      reading(path).map(folder.relative)
        == [
          "error: a.csv row 1 (line 2): the double quote opened at line 2 is not closed; close it, or double it and put the field in quotes"
        ])
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same texts in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
