import LabelledData
import Testing

/// CSV as offices write it.
@Suite("Separators") struct SeparatorTests {
  private static let semicolons = "a.csv: fields are separated by \";\", as its header shows"

  @Test(arguments: [
    ("label;text\npos;good, 1,5 stars\n", [semicolons, "1:2 pos=good, 1,5 stars"]),
    ("\u{FEFF}\"label\";\"text\"\r\npos;\"a;b\"\r\n", [semicolons, "1:2 pos=a;b"]),
    ("id;text;label;price\n1;x;up;1,5\n2;y;down;2,5\n", [semicolons, "1:2 up=x", "2:3 down=y"]),
    (
      "label\ttext\npos\ta;b,c\n",
      ["a.csv: fields are separated by a tab, as its header shows", "1:2 pos=a;b,c"]
    ),
    (
      "label|text\npos|a;b,c\n",
      ["a.csv: fields are separated by \"|\", as its header shows", "1:2 pos=a;b,c"]
    ),
    // A comma stays one, whatever is in the rows.
    ("label,text\npos;1,5;x\nneg;2,5;y\n", ["1:2 pos;1=5;x", "2:3 neg;2=5;y"]),
    (
      "sep=;\nlabel;text\npos;1,5\n",
      ["a.csv: fields are separated by \";\", as its first line says", "1:3 pos=1,5"]
    ),
    (
      "\u{FEFF}\"SEP=;\"\r\nlabel;text\r\nx;\"a\nb\"\r\n\npos;1,5\r\n",
      [
        "a.csv: fields are separated by \";\", as its first line says", "1:3 x=a⏎b", "2:6 pos=1,5",
      ]
    ),
    (
      "sep=\t\nlabel\ttext\npos\tx\n",
      ["a.csv: fields are separated by a tab, as its first line says", "1:3 pos=x"]
    ),
    ("sep=,\nlabel,text\npos,x\n", ["1:3 pos=x"]),
    (
      "sep=;",
      [
        "error: a.csv: there are no texts in it; add some"
      ]
    ),
    // The names of columns tell, those that are wanted; where they do not, nothing is guessed.
    (
      "mood;review\npos;x\n",
      [
        "error: a.csv: there is no column \"text\" among \"mood\", \"review\"; name the texts' with text-column, or give no-header if these are no names"
      ]
    ),
    (
      "mood;price, EUR;review\npos;1,5;x\n",
      [
        "error: a.csv: what separates fields cannot be told from the header: \",\" gives 2 fields a row, \";\" gives 3 fields a row; name it with separator"
      ]
    ),
    (
      "label;text\npos;a;b\n",
      [
        semicolons,
        "error: a.csv row 1 (line 2): it has 3 fields, the header 2; put fields with separators or line feeds in double quotes",
      ]
    ),
  ])
  func byHeader(content: String, expected: [String]) throws {
    #expect(try reading(content, as: "a.csv") == expected)
  }

  @Test func otherFiles() throws {
    #expect(
      try reading("label,text\npos,x\n", as: "a.tsv")
        == ["a.tsv: fields are separated by \",\", as its header shows", "1:2 pos=x"])
    #expect(
      try reading(
        "mood;say, all\npos;x\n", as: "a.csv",
        columns: LabelledColumns(label: "mood", texts: ["say, all"])) == [
          Self.semicolons, "1:2 pos=x",
        ])
    #expect(
      try reading("id;text\n1;x, y\n", as: "a.csv", requiresLabels: false)
        == [Self.semicolons, "1:2 -=x, y"])
    #expect(
      try reading("text\n1,5 is it\n", as: "a.csv", requiresLabels: false)
        == [
          "error: a.csv row 1 (line 2): it has 2 fields, the header 1; put fields with separators or line feeds in double quotes, or name another separator with separator"
        ])
  }

  @Test(arguments: [
    ("pos,good\nneg,bad\n", ["1:1 pos=good", "2:2 neg=bad"]),
    (
      "pos;1,5\nneg;bad\n",
      [
        "a.csv: fields are separated by \";\", as its first rows show", "1:1 pos=1,5",
        "2:2 neg=bad",
      ]
    ),
    (
      "\npos\t\"a\nb\"\n\nneg\tbad",
      [
        "a.csv: fields are separated by a tab, as its first rows show", "1:2 pos=a⏎b",
        "2:5 neg=bad",
      ]
    ),
    (
      "sep=;\npos;1,5\n",
      ["a.csv: fields are separated by \";\", as its first line says", "1:2 pos=1,5"]
    ),
    (
      "pos;1,5\nneg;2,5\n",
      [
        "error: a.csv: what separates fields cannot be told from the first 2 rows: \",\" gives 2 fields a row, \";\" gives 2 fields a row; name it with separator"
      ]
    ),
    (
      "pos,a\nneg,b, c\n",
      [
        "error: a.csv: what separates fields cannot be told from the first 2 rows: \",\" gives 2 to 3 fields a row; name it with separator"
      ]
    ),
    (
      "1,pos,x\n2,neg,y\n",
      [
        "error: a.csv: there is no column \"text\" among \"1\", \"2\", \"3\"; name the texts' with text-column"
      ]
    ),
    ("", ["error: a.csv: there are no texts in it; add some"]),
    ("\n\n", ["error: a.csv: there are no texts in it; add some"]),
    (
      "\u{0}pos,x\n",
      ["error: a.csv line 1: binary or not UTF-8 at byte 0; convert it to UTF-8"]
    ),
    (
      "\"pos\"x,y\n",
      [
        "error: a.csv row 1 (line 1): there is text after a closing double quote at line 1; double the quotes within a field"
      ]
    ),
  ])
  func withoutHeader(content: String, expected: [String]) throws {
    #expect(
      try reading(content, as: "a.csv", dialect: DelimitedDialect(hasHeader: false)) == expected)
  }

  @Test func numberedColumns() throws {
    let dialect = DelimitedDialect(hasHeader: false)
    #expect(
      try reading(
        "1,pos,x,y\n2,neg,z,u\n", as: "a.csv",
        columns: LabelledColumns(label: "2", texts: ["4", "3"]), dialect: dialect)
        == ["1:1 pos=y x", "2:2 neg=u z"])
    #expect(
      try reading("x,pos\n", as: "a.csv", columns: LabelledColumns(label: "2"), dialect: dialect)
        == ["1:1 pos=x"])
    #expect(
      try reading("x,pos\n", as: "a.csv", columns: LabelledColumns(texts: ["1"]), dialect: dialect)
        == ["1:1 pos=x"])
    #expect(
      try reading("x\ny\n", as: "a.csv", dialect: dialect, requiresLabels: false)
        == ["1:1 -=x", "2:2 -=y"])
    #expect(
      try reading("a,x\nb,y,z\n", as: "a.csv", dialect: Self.comma(hasHeader: false))
        == [
          "1:1 a=x",
          "error: a.csv row 2 (line 2): it has 3 fields, the first row 2; put fields with separators or line feeds in double quotes",
        ])
  }

  private static func comma(hasHeader: Bool) -> DelimitedDialect {
    DelimitedDialect(separator: FieldSeparator(","), hasHeader: hasHeader)
  }

  @Test func named() throws {
    func read(_ content: String, _ separator: String, as name: String = "a.csv") throws -> [String]
    {
      try reading(
        content, as: name, dialect: DelimitedDialect(separator: FieldSeparator(separator)))
    }
    #expect(try read("label;text\npos;1,5\n", ";") == ["1:2 pos=1,5"])
    #expect(try read("label\ttext\npos\t1,5\n", "tab") == ["1:2 pos=1,5"])
    #expect(try read("label~text\npos~1,5\n", "~", as: "a.data") == ["1:2 pos=1,5"])
    // What is named counts more than what a line says.
    #expect(try read("sep=;\nlabel,text\npos;1,5\n", ",") == ["1:3 pos;1=5"])
    #expect(
      try read("{}\n", ";", as: "a.jsonl") == [
        "error: a.jsonl is of format json-lines, not CSV or TSV; leave out separator and no-header, or give format csv"
      ])
    #expect(FieldSeparator("\\t") == FieldSeparator("\t"))
    for name in ["", "\"", "\n", "ab", "é", "\u{0}"] { #expect(FieldSeparator(name) == nil) }
  }
}
