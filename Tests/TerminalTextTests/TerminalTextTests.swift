import TerminalText
import Testing

@Suite("Text for a terminal")
struct TerminalTextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("語", 2), ("😀", 2), ("a\u{200D}b", 2),
  ])
  func columnsAreThoseOfTheTerminal(text: String, width: Int) {
    #expect(columns(of: text) == width)
    #expect(columns(of: text.padded(to: 5)) == 5)
  }

  @Test func nothingIsCutByPadding() {
    #expect("語語語".padded(to: 5) == "語語語")
  }

  @Test func linesBreakAtBlanksWhereThereAreSome() {
    #expect(wrapped("to be or not", width: 6) == ["to be", "or not"])
    #expect(wrapped("tobeornot", width: 4) == ["tobe", "orno", "t"])
    #expect(wrapped("語語語", width: 5) == ["語語", "語"])
    #expect(wrapped("a\n\nb", width: 9) == ["a", "", "b"])
    // Wider than a line, and still a line of its own.
    #expect(wrapped("語", width: 1) == ["語"])
  }

  @Test func pathsAreNotBroken() {
    func lines(_ text: String) -> [String] { wrapped(text, width: 6, splitsWords: false) }
    #expect(lines("saved as /a/long/path") == ["saved", "as", "/a/long/path"])
    #expect(lines("/a/long/path is it") == ["/a/long/path", "is it"])
    #expect(lines("/a/long/path\n") == ["/a/long/path", ""])
  }

  @Test func numbersHaveNouns() {
    #expect(counted(0, "lane") == "0 lanes")
    #expect(counted(1, "lane") == "1 lane")
    #expect(counted(1200, "class", plural: "classes") == "1,200 classes")
  }

  @Test func clippedTextFits() {
    #expect(clipped("abcdef", to: 6) == "abcdef")
    #expect(clipped("語語語", to: 4) == "語…")
    #expect(clipped("a\nb", to: 9) == "a⏎b")
  }

  @Test func textsStandBesideEachOtherWhereThereIsRoom() {
    let texts = [(heading: "one", text: "to be"), (heading: "two", text: "or\nnot")]
    #expect(
      sideBySide(texts, width: 35)
        == [
          "one              │ two", "to be            │ or", "                 │ not",
        ])
    #expect(sideBySide(texts, width: 34) == ["── one", "to be", "── two", "or", "not"])
  }

  @Test func excerptsAreOneLine() {
    #expect(excerpt("to\nbe\tor", limit: 8) == "to⏎be or")
    #expect(excerpt("to be or not", limit: 5) == "to be…")
    #expect(excerpt("to be or not", limit: 6, fromEnd: true) == "…or not")
    #expect(excerpt("a\u{1B}[2J", limit: 9) == "a␛[2J")
  }

  @Test func namesDoNothingToATerminal() {
    #expect(printable("a\nb\u{1B}\u{202E}é") == #"a\nb\u{1B}\u{202E}é"#)
    #expect(quoted(String(repeating: "x", count: 81)) == "'\(String(repeating: "x", count: 80))…'")
    #expect(escaped("a\"\\\n\u{7F}") == #""a\"\\\n␡""#)
    #expect(picture(of: "\n") + picture(of: "\t") + picture(of: "a") == "⏎␉a")
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func digitsStandInThrees(number: Int, text: String) {
    #expect(number.grouped == text)
  }

  @Test func valuesStandBelowEachOther() {
    #expect(
      factSheet([("a", "1"), ("語", "2")]) == """
        a                     1
        語                    2
        """)
  }
}
