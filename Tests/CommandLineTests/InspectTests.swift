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
