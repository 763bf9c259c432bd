import Foundation
import Testing

@Suite("charlstm classify explain")
struct ClassifierExplanationTests {
  private let charlstm: CommandLineSession
  private static let explain = "classify explain run/best.safetensors --output page.html"

  private struct PageData: Decodable {
    struct Text: Decodable {
      struct Class: Decodable {
        let label: String
        let probability: Double
        let evidence: [Double]
      }

      let pieces: [String]
      let classes: [Class]
      let other_classes: Int
    }

    let model: String
    let texts: [Text]
  }

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.trainClassifier()
  }

  private func data() throws -> PageData {
    let page = try charlstm.text(of: "page.html")
    let start = try #require(page.range(of: "id=\"data\">")).upperBound
    let end = try #require(page.range(of: "</script>", range: start..<page.endIndex)).lowerBound
    return try JSONDecoder().decode(PageData.self, from: Data(page[start..<end].utf8))
  }

  @Test func textsOfTheCommandLine() throws {
    let outcome = try charlstm(Self.explain, "zz y", "aa ab")
    #expect(outcome == .init(code: 0, output: "", error: "page.html explains 2 texts.\n"))
    let data = try data()
    #expect(data.model == "best.safetensors")
    #expect(data.texts.map { $0.classes.map(\.label) } == [["high", "low"], ["low", "high"]])
    #expect(data.texts.map { $0.pieces.joined() } == ["zz y", "aa ab"])
    for text in data.texts {
      #expect(abs(text.classes.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
      // Of two classes, what speaks for one speaks against the other.
      for (one, other) in zip(text.classes[0].evidence, text.classes[1].evidence) {
        #expect(abs(one + other) < 1e-3)
      }
      #expect(text.other_classes == 0)
    }
    let page = try charlstm.text(of: "page.html")
    #expect(page.contains("<title>Explained by best.safetensors</title>"))
    for part in ["src=", "href=", "@import", "url("] { #expect(!page.contains(part)) }
  }

  @Test func linesOfStandardInput() throws {
    let lines = (0..<101).map { $0 == 1 ? String(repeating: "ab", count: 600) : "zz y" }
    let outcome = try charlstm(Self.explain, input: lines.joined(separator: "\n\n") + "\n")
    #expect(
      outcome
        == .init(
          code: 0, output: "",
          error: """
            page.html explains 100 texts, the first of them; a page has room for no more.
            1 text is longer than the 1,024 characters that are read of a text.

            """))
    let texts = try data().texts
    #expect(texts.count == 100 && texts[1].pieces.count <= 256)
    #expect(texts[1].pieces.joined() == String(repeating: "ab", count: 512) + "…")
    #expect(try charlstm.bytes(of: "page.html").count < 200_000)
  }

  @Test func unknownCharactersAreNamed() throws {
    let outcome = try charlstm(Self.explain, "zz日y")
    #expect(
      outcome.error == """
        The classifier does not know these characters, which are left out: 日
        page.html explains 1 text.

        """)
    #expect(try data().texts[0].pieces == ["z", "z", "…", "y"])
  }

  @Test func noFileIsReplaced() throws {
    try charlstm.put("mine", at: "page.html")
    let outcome = try charlstm(Self.explain, "zz y")
    #expect(outcome.code == 73 && outcome.output == "")
    #expect(outcome.error.contains("page.html") && outcome.error.contains("--overwrite"))
    #expect(try charlstm.text(of: "page.html") == "mine")
    #expect(try charlstm(Self.explain + " --overwrite", "zz y").code == 0)
    #expect(try data().texts.count == 1)
  }

  @Test func failuresWriteNothing() throws {
    try charlstm.putFixture("tiny.safetensors")
    let before = try charlstm.names()
    #expect(
      try charlstm("classify explain tiny.safetensors a --output page.html")
        == .init(
          code: 65, output: "",
          error: "Error: tiny.safetensors is a language model, which knows no labels; charlstm "
            + "classify train DATA --initialize-from makes a classifier of it\n"))
    #expect(
      try charlstm(Self.explain, "a", "")
        == .init(code: 64, output: "", error: "Error: a text is empty\n"))
    for input in ["", "\n \n"] {
      let outcome = try charlstm(Self.explain, input: input)
      #expect(
        outcome
          == .init(
            code: 65, output: "",
            error: "Error: standard input: there are no texts in it; add some\n"))
    }
    #expect(try charlstm("classify explain run/best.safetensors a").code == 64)
    #expect(try charlstm.names() == before)
  }
}
