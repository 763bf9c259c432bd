import Foundation
import Testing

@Suite("--clamp")
struct ClampTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  /// The head's weight from cell 2.197 of the model that is shipped to the line feed is the largest
  /// that symbol has, 0.73, and that from cell 2.156 is −0.74: lines get shorter as the first cell
  /// rises and longer as the second does.
  @Test func aHeldCellChangesTheTextAsItsWeightPredicts() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    func lineFeeds(_ clamp: String) throws -> Int {
      let outcome = try charlstm.start(
        [
          "sample", root.path + "/checkpoints/default.safetensors", "--seed", "1", "--count", "16",
          "--length", "300",
          "--clamp", clamp,
        ]
      ).finish(within: 120)
      #expect(outcome.code == 0 && outcome.error == "")
      return outcome.output.utf8.count { $0 == UInt8(ascii: "\n") }
    }
    let risen = try lineFeeds("2.197=1")
    #expect(try Double(risen) > 1.15 * Double(lineFeeds("2.197=-1")))
    #expect(try Double(risen) > 1.15 * Double(lineFeeds("2.156=1")))
  }

  @Test func whatIsHeldIsTold() throws {
    let options = "sample tiny.safetensors --seed 7 --length 40 --json-lines"
    let free = try charlstm(options)
    let held = try charlstm(options + " --clamp 1.3=1.0 --clamp 1.0=-0.50")
    #expect(held.output.contains(#""clamp":["1.3=1","1.0=-0.5"]"#) && held.error == "")
    #expect(!free.output.contains("clamp"))

    try charlstm.put("The king is dead.\n", at: "text.txt")
    let evaluate = "evaluate tiny.safetensors text.txt --precision float32 --clamp 1.3=1"
    #expect(try charlstm(evaluate).output.contains("\nheld cells          1.3=1\n"))
    #expect(try charlstm(evaluate + " --json").output.contains(#""clamp":["1.3=1"]"#))
    #expect(
      try charlstm(evaluate + " --windows 4 --json").output.contains(#""clamp":["1.3=1"]"#))
    let repl = try charlstm(
      "repl tiny.safetensors --length 5 --clamp 1.3=1", input: "/show\n/clamp 1.3 off\n/show\n")
    #expect(repl.output.split(separator: "\n").count { $0.hasPrefix("clamp ") } == 1)
  }

  @Test(
    arguments: [
      ("--clamp 1", #"a clamp is layer.cell=value, such as 2.137=1, got "1""#),
      ("--clamp 1.2=2", "a cell is held at a value from -1 to 1, got 1.2=2"),
      ("--clamp 7.0=1", "there is no cell 7.0: the layers are 1 to 1"),
      ("--clamp 1.999=1", "there is no cell 1.999: the cells of a layer are 0 to 31"),
      ("--clamp 1.2=1 --clamp 1.2=0", "cell 1.2 cannot be held at two values"),
    ])
  func mistakes(options: String, message: String) throws {
    #expect(
      try charlstm("sample tiny.safetensors --length 5 " + options)
        == .init(code: 64, output: "", error: "Error: \(message)\n"))
    try charlstm.put("The king is dead.\n", at: "text.txt")
    #expect(
      try charlstm("evaluate tiny.safetensors text.txt " + options)
        == .init(code: 64, output: "", error: "Error: \(message)\n"))
  }

  @Test func adaptationWouldLetCellsGo() throws {
    try charlstm.put("The king is dead.\n", at: "text.txt")
    #expect(
      try charlstm("evaluate tiny.safetensors text.txt --dynamic-evaluation --clamp 1.2=1")
        == .init(
          code: 64, output: "",
          error: "Error: --dynamic-evaluation changes all weights: leave out --clamp\n"))
  }
}
