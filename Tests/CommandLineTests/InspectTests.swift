import Foundation
import Testing

@Suite("charlstm inspect")
struct InspectTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(
      String(repeating: "The king is dead.\nLong live the king!\n\n", count: 80), at: "text.txt")
  }

  @Test func table() throws {
    let outcome = try charlstm("inspect tiny.safetensors text.txt --threads 2")
    #expect(outcome.code == 0 && outcome.error == "")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "3,072 of 3,120 characters, in 12 pieces; 32 cells, 16 features")
    #expect(lines[1].contains(" of 512 pairs are beyond chance; of shifted features "))
    let end = try #require(lines.last { !$0.isEmpty })
    #expect(end.hasPrefix("gradient by the character so many before: 1: "))
  }

  @Test func page() throws {
    let outcome = try charlstm(
      "inspect tiny.safetensors text.txt --output inside.html --at 40 --threads 2")
    #expect(outcome.code == 0)
    let page = try charlstm.bytes(of: "inside.html")
    let size = String(format: "%.1f", Double(page.count) / 1_000_000)
    #expect(
      outcome.error == "inside.html has \(size) MB: 768 characters from 40 on with all states and "
        + "gates, 12 further places of 192 characters with the hidden states, a byte a value.\n")
    #expect(outcome.output.hasPrefix("3,072 of 3,120 characters"))
    let text = String(decoding: page, as: UTF8.self)
    #expect(text.hasPrefix("<!doctype html>") && text.hasSuffix("</html>\n"))
    #expect(text.contains("<title>Inside tiny.safetensors</title>"))
    #expect(text.contains(#""offset":40"#))
    // A part of a picture may name another.
    let addresses = text.replacing("url(#", with: "")
    for part in ["src=", "href=", "@import", "url("] { #expect(!addresses.contains(part)) }
  }

  @Test func noFileIsReplaced() throws {
    try charlstm.put("mine", at: "inside.html")
    let line = "inspect tiny.safetensors text.txt --output inside.html"
    let outcome = try charlstm(line)
    #expect(outcome.code == 73 && outcome.output == "")
    #expect(outcome.error.contains("inside.html") && outcome.error.contains("--overwrite"))
    #expect(try charlstm.text(of: "inside.html") == "mine")
    #expect(try charlstm(line + " --overwrite").code == 0)
    #expect(try charlstm.bytes(of: "inside.html").count > 100_000)
    #expect(try charlstm.names() == ["inside.html", "text.txt", "tiny.safetensors"])
  }

  @Test func unknownCharactersAreNamed() throws {
    try charlstm.put(String(repeating: "The king is dead. ☃\n", count: 100), at: "snow.txt")
    let outcome = try charlstm("inspect tiny.safetensors snow.txt")
    #expect(outcome.code == 0)
    #expect(
      outcome.error
        == "The model does not know 100 characters of the text, which are left out.\n")
  }

  @Test func json() throws {
    let outcome = try charlstm(
      "inspect tiny.safetensors text.txt --json --feature king=king --feature e=(?i)e")
    #expect(outcome.code == 0 && outcome.error == "")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(object["pairs"] as? Int == 18 * 32)
    #expect((object["features"] as? [String])?.suffix(2) == ["king", "e"])
    #expect((object["gradient_norms"] as? [Double])?.count == 64)
    #expect(object["found"] is [[String: Any]])
    let ablation = try #require(object["ablation"] as? [String: Any])
    #expect(ablation["characters"] as? Int == 768 && (ablation["nats"] as? Double ?? 0) > 0)
    for curve in try #require(ablation["cells"] as? [[String: Any]]) {
      #expect((curve["increase"] as? [Double])?.count == 5)
      #expect((curve["standard_error"] as? [Double])?.count == 5)
    }
  }

  @Test(
    arguments: [
      (
        "inspect tiny.safetensors short.txt", 65,
        "the text has 18 known characters; at least 1536 are needed to tell what cells do"
      ),
      (
        "inspect tiny.safetensors text.txt --feature king", 64,
        #"--feature takes name=regex, got "king""#
      ),
      (
        "inspect tiny.safetensors text.txt --feature a=(", 64,
        "the feature “a” has no valid regular expression: ("
      ),
      (
        "inspect tiny.safetensors text.txt --feature newline=x", 64,
        "there are two features named “newline”"
      ),
      ("inspect tiny.safetensors text.txt --top 0", 64, "--top must be at least 1, got 0"),
      (
        "inspect tiny.safetensors text.txt --at 3120", 64,
        "--at must be 0 to 3119, a character of the text, got 3120"
      ),
      (
        "inspect tiny.safetensors text.txt --output page.html --at=-1", 64,
        "--at must be 0 to 3119, a character of the text, got -1"
      ),
    ])
  func failures(line: String, code: Int, message: String) throws {
    try charlstm.put("The king is dead.\n", at: "short.txt")
    let outcome = try charlstm(line)
    #expect(outcome.code == Int32(code))
    #expect(outcome.output == "")
    #expect(
      outcome.error.hasPrefix("Error: \(message)\n") || outcome.error == "charlstm: \(message)\n")
  }
}
