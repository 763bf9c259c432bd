import Foundation
import Testing

@Suite("--best-of")
struct BestOfTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private struct Text: Decodable {
    var index: Int
    var text: String
    var nats_per_character: Double
    var score: Double?
    var toward: Double?
    var best_of: Int?
    var best_by: String?
  }

  private func sample(_ options: [String]) throws -> CommandLineSession.Outcome {
    let line = "sample tiny.safetensors --precision float32 --seed 7 --length 60 --prompt KING:"
    return try charlstm.start(line.split(separator: " ").map(String.init) + options)
      .finish(within: 60)
  }

  private func texts(_ options: [String]) throws -> [Text] {
    let outcome = try sample(options + ["--json-lines"])
    #expect(outcome.code == 0 && outcome.error == "")
    return try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Text.self, from: Data($0.utf8))
    }
  }

  /// Text i is the best of those that `--count` writes from i · N on.
  @Test func itIsTheBestOfWhatWouldBeWritten() throws {
    let all = try texts(["--count", "12"])
    let best = try texts(["--count", "3", "--best-of", "4", "--batch-size", "5"])
    #expect(best.map(\.index) == [0, 1, 2])
    for (index, text) in best.enumerated() {
      let least = try #require(
        all[4 * index..<4 * index + 4].min { $0.nats_per_character < $1.nats_per_character })
      #expect(text.text == least.text && text.score == -least.nats_per_character)
      #expect(text.best_of == 4 && text.best_by == "-nats" && text.toward == nil)
    }
    #expect(
      try texts(["--count", "3", "--best-of", "4", "--best-by", "-nats"]).map(\.text)
        == best.map(\.text))
    // The other way round, and streamed to a terminal's place as a text.
    let most = try sample(["--best-of", "4", "--best-by", "nats"])
    let surprising = try #require(
      all[..<4].max { $0.nats_per_character < $1.nats_per_character })
    #expect(most == .init(code: 0, output: surprising.text + "\n", error: ""))
  }

  @Test func aClassifierChooses() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let languages = root.path + "/checkpoints/languages.safetensors"
    let best = try texts(["--best-of", "6", "--toward", languages, "de"])
    let all = try texts(["--count", "6", "--best-of", "1", "--toward", languages, "de"])
    #expect(best[0].toward == all.compactMap(\.toward).max())
    #expect(best[0].best_by == "toward" && best[0].score == best[0].toward)
    #expect(Set(all.compactMap(\.toward)).count == 6)
  }

  @Test(arguments: [
    (["--best-by", "nats"], "--best-by chooses among texts; give --best-of, how many"),
    (["--toward", "a", "b"], "--toward chooses among texts; give --best-of, how many"),
    (
      ["--best-of", "2", "--toward", "a"],
      "--toward needs a classifier's file and one of its classes"
    ),
    (["--best-of", "0"], "--best-of must be 1 to 10000, got 0"),
    (
      ["--best-of", "2", "--best-by", "1 + toward"],
      "--best-by toward needs --toward, a classifier and one of its classes"
    ),
    (
      ["--best-of", "2", "--best-by", "nats +"],
      #""nats +", character 7: something is missing at the end"#
    ),
  ])
  func mistakesAreNamed(_ options: [String], _ message: String) throws {
    let outcome = try sample(options)
    #expect(outcome == .init(code: 64, output: "", error: "Error: \(message)\n"))
  }
}
