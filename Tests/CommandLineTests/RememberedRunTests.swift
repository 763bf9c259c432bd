import Foundation
import Testing

/// What a run that is resumed needs not be told again, and what a model to begin with determines.
@Suite("What runs and models say themselves")
struct RememberedRunTests {
  private let charlstm: CommandLineSession
  private static let small =
    "--output run --layers 1 --hidden-size 8 --batch-size 4 --quiet"
  private static let done = CommandLineSession.Outcome(code: 0, output: "", error: "")

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(
      String(repeating: "The king is dead, long live the king.\n", count: 40), at: "-the king.txt")
    try charlstm.put(String(repeating: "The queen.", count: 20), at: "queen.txt")
  }

  private func train(_ texts: [String], _ options: String, input: String = "") throws
    -> CommandLineSession.Outcome
  {
    try charlstm.start(
      ["train"] + options.split(separator: " ").map(String.init) + texts, input: input
    ).finish(within: 60)
  }

  @Test func aRunKnowsItsText() throws {
    let texts = ["./-the king.txt", "queen.txt"]
    #expect(try train(texts, "\(Self.small) --max-steps 4") == Self.done)
    let whole = try charlstm.bytes(of: "run/best.safetensors")
    #expect(try train(texts, "\(Self.small) --max-steps 2 --overwrite") == Self.done)
    #expect(try train([], "--output run --resume --max-steps 4 --quiet") == Self.done)
    #expect(try charlstm.bytes(of: "run/best.safetensors") == whole)
    let ended = try train([], "--output run --resume --sample-every 0")
    #expect(
      ended.error.hasSuffix(
        "To train on:\n  charlstm train --output run --resume --max-steps 8\n"))

    // Another text under the same name.
    try charlstm.put("The queen is dead.", at: "queen.txt")
    let changed = try train([], "--output run --resume --max-steps 5")
    #expect(changed.code == 65)
    #expect(changed.error.hasPrefix("Error: cannot resume run/resume.safetensors: the corpus has "))
    try FileManager.default.removeItem(at: charlstm.folder.appending(path: "queen.txt"))
    #expect(
      try train([], "--output run --resume --max-steps 5")
        == .init(
          code: 66, output: "",
          error: "Error: the run's text is not there any more: queen.txt; name it where it is now\n"
        ))
    // Named where it is now, it is where it is looked for from then on.
    try charlstm.put(String(repeating: "The queen.", count: 20), at: "moved.txt")
    #expect(
      try train(
        ["./-the king.txt", "moved.txt"], "--output run --resume --max-steps 5 --quiet")
        == Self.done)
    #expect(try train([], "--output run --resume --max-steps 6 --quiet") == Self.done)
  }

  @Test func aTextThroughAPipeIsToBeGivenAgain() throws {
    let text = String(repeating: "The king is dead.\n", count: 40)
    #expect(try train(["-"], "\(Self.small) --max-steps 2", input: text) == Self.done)
    #expect(
      try train([], "--output run --resume --max-steps 3", input: text)
        == .init(
          code: 64, output: "",
          error: "Error: the run's text came through standard input: give it again, with -\n"))
    #expect(
      try train(["-"], "--output run --resume --max-steps 3 --quiet", input: text) == Self.done)
    #expect(try train([], "--output new", input: text).error.hasPrefix("Error: no corpus: "))
  }

  @Test func samplesComeAsOftenAsBefore() throws {
    let texts = ["queen.txt"]
    let small = Self.small.replacing(" --quiet", with: "")
    func samples(_ outcome: CommandLineSession.Outcome) -> Bool {
      outcome.code == 0 && outcome.error.contains("\n  | ")
    }
    #expect(try samples(train(texts, "\(small) --max-steps 20 --sample-every 20")))
    #expect(try samples(train([], "--output run --resume --max-steps 40")))
    #expect(try !samples(train([], "--output run --resume --max-steps 60 --sample-every 0")))
    #expect(try !samples(train([], "--output run --resume --max-steps 80")))
    #expect(try !samples(train(texts, "\(small) --max-steps 40 --overwrite")))
  }

  /// An option that the model to begin with has answered is refused, not ignored.
  @Test(
    arguments: [
      (
        "--vocabulary bytes",
        "--vocabulary bytes contradicts --initialize-from, whose model has scalars"
      ),
      (
        "--min-count 2",
        "--min-count contradicts --initialize-from, whose model's vocabulary is taken as it is"
      ),
      ("--layers 3", "--layers 3 contradicts --initialize-from, whose model has 1"),
      ("--cell gru", "--cell gru contradicts --initialize-from, whose model has lstm"),
    ])
  func theModelToBeginWithDecides(options: String, message: String) throws {
    let begin = "--output new --initialize-from tiny.safetensors --max-steps 1"
    #expect(
      try train(["./-the king.txt"], "\(begin) \(options)")
        == .init(code: 64, output: "", error: "Error: \(message)\n"))
    #expect(try !charlstm.names().contains("new"))
  }

  @Test func whatIsTakenFromTheModelIsSaid() throws {
    let begin = "--output new --initialize-from tiny.safetensors --max-steps 1 --sample-every 0"
    let taken = try train(["./-the king.txt"], "\(begin) --vocabulary scalars --layers 1")
    #expect(taken.code == 0)
    #expect(
      taken.error.contains(
        #/Beginning with tiny\.safetensors: its weights, shape and vocabulary of \d+ symbols\.\n/#))
    // The run has its vocabulary, which a resume may name.
    let resume = "--output new --resume --max-steps 2 --quiet"
    #expect(try train([], "\(resume) --vocabulary scalars") == Self.done)
    #expect(try train([], "\(resume) --vocabulary bytes").code == 64)
    #expect(try train(["./-the king.txt"], "\(begin) --overwrite --quiet") == Self.done)

    try charlstm.put("text,label\nking ü,a\nqueen,b\nking,a\nqueen,b\n", at: "texts.csv")
    let classified = try charlstm(
      "classify train texts.csv --output classes --initialize-from tiny.safetensors --max-steps 1")
    #expect(classified.code == 0)
    #expect(
      classified.error.contains(
        "Beginning with tiny.safetensors: its layers, and what it knows of 8 of 9 symbols.\n"))
  }

  @Test func charactersAsJSON() throws {
    try charlstm.put("a\n\"é", at: "text.txt")
    let table = try charlstm("evaluate tiny.safetensors text.txt --per-character").output
      .split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
    let outcome = try charlstm("evaluate tiny.safetensors text.txt --per-character --json")
    #expect(outcome.code == 0)
    let records = try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(records.count == table.count && !records.isEmpty)
    for (record, row) in zip(records, table) {
      let nats = try #require(record["nats"] as? Double)
      let bits = try #require(record["bits"] as? Double)
      #expect(String(format: "%.6f", nats) == row[1])
      #expect(abs(bits - nats / log(2)) < 1e-9)
      #expect((record["character"] as? String)?.unicodeScalars.count == 1)
    }
    #expect(records.first?["character"] as? String == "\n")

    #expect(
      try train(["queen.txt"], "\(Self.small) --vocabulary bytes --max-steps 1") == Self.done)
    let bytes = try charlstm("evaluate run/best.safetensors text.txt --per-character --json")
    let values = try bytes.output.split(separator: "\n").map {
      try (JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["byte"] as? Int
    }
    #expect(values == [10, 34, 0xC3, 0xA9])
    #expect(
      try charlstm("evaluate run/best.safetensors text.txt --json").output.contains(
        "nats_per_character"))
  }
}
