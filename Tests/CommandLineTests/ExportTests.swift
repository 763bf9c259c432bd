import Foundation
import Testing

@Suite("charlstm export")
struct ExportTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  @Test func web() throws {
    let outcome = try charlstm.start([
      "export", "web", "tiny.safetensors", "story.html", "--title", "<The> King", "--prompt",
      #"KING:\n☃"#, "--temperature", "0.7",
    ]).finish(within: 60)
    #expect(outcome.code == 0 && outcome.output == "")
    #expect(
      outcome.error
        == "The model does not know these characters, which are left out: ☃\nstory.html has 0.1 MB.\n"
    )
    let page = String(decoding: try charlstm.bytes(of: "story.html"), as: UTF8.self)
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    #expect(page.contains("<title>&lt;The&gt; King</title>"))
    #expect(page.contains(#""prompt":"KING:\n"#) && page.contains(#""temperature":0.7"#))
    #expect(page.contains("default-src 'none'"))
    for part in ["src=", "href=", "@import", "url(", "http://", "https://"] {
      #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains(part), "\(part)")
    }
    #expect(try charlstm.names() == ["story.html", "tiny.safetensors"])
    // The same model gives the same bytes.
    try charlstm.put("mine", at: "other.html")
    let line = "export web tiny.safetensors other.html"
    #expect(
      try charlstm(line)
        == CommandLineSession.Outcome(
          code: 73, output: "",
          error:
            "Error: there is a file other.html already, which was kept; give another name, or replace it "
            + "with --overwrite\n"))
    #expect(try charlstm.text(of: "other.html") == "mine")
    #expect(try charlstm(line + " --overwrite").code == 0)
    #expect(try charlstm("export web tiny.safetensors third.html").code == 0)
    #expect(try charlstm.bytes(of: "other.html") == charlstm.bytes(of: "third.html"))
    let plain = try charlstm.text(of: "third.html")
    #expect(plain.contains("<title>tiny.safetensors</title>"))
  }

  /// What the article shows of the shipped model.
  @Test func article() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appending(path: "Sources/CharLSTM/CharLSTM.docc/Web.md"), encoding: .utf8)
    let block = try #require(text.firstMatch(of: /```\n\$ charlstm (export web .*)\n(.*\n)```/))
    let pieces = block.1.replacing("checkpoints/", with: root.path + "/checkpoints/")
      .split(separator: "\"", omittingEmptySubsequences: false)
    // Every second piece between quotes is one argument.
    let outcome = try charlstm.start(
      pieces.enumerated().flatMap { index, piece in
        index % 2 == 1 ? [String(piece)] : piece.split(separator: " ").map(String.init)
      }
    ).finish(within: 120)
    #expect(outcome.code == 0 && outcome.output == "")
    #expect(outcome.error == String(block.2))
    let count = try charlstm.bytes(of: "story.html").count
    #expect(count > 4_000_000 && count <= 5_000_000)
  }

  @Test(
    arguments: [
      (
        "export web missing.safetensors page.html", 66,
        "cannot open missing.safetensors: No such file or directory; check the path and its "
          + "permissions"
      ),
      (
        "export web text.txt page.html", 65,
        "not a charlstm model: text.txt (it has only 1 byte); give a .safetensors file"
      ),
      (
        "export web tiny.safetensors page.html --temperature=-1", 64,
        "--temperature must be 0 or more, got -1"
      ),
      (
        "export web tiny.safetensors -", 64,
        "give the name of a file, such as story.html, got -; standard output is /dev/stdout"
      ),
    ])
  func failures(line: String, code: Int, message: String) throws {
    try charlstm.put("a", at: "text.txt")
    let outcome = try charlstm(line)
    #expect(outcome.code == Int32(code) && outcome.output == "")
    #expect(outcome.error == "Error: \(message)\n")
    #expect(try charlstm.names() == ["text.txt", "tiny.safetensors"])
  }

  /// A classifier writes no text, and says so.
  @Test func ofAClassifier() throws {
    try charlstm.put(
      "label,text\n" + String(repeating: "low,aa\nhigh,zz y\n", count: 8), at: "texts.csv")
    #expect(
      try charlstm(
        "classify train texts.csv --output run --layers 1 --hidden-size 8 --epochs 1"
      ).code == 0)
    let outcome = try charlstm("export web run/best.safetensors page.html")
    #expect(outcome.code == 65)
    #expect(
      outcome.error
        == "Error: run/best.safetensors is a classifier, which predicts labels and writes no text; "
        + "give it to charlstm classify predict\n")
  }
}
