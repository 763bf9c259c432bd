import FileTesting
import Generation
import Testing

/// The best of several texts, each of a seed of its own.
@Suite struct BestOfTranscriptTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// What a seed writes after "To be", and its nats a character.
  private func written(_ seed: Int, length: Int = 24) throws -> (text: String, nats: String) {
    let talk = try Talk(model, seed: UInt64(seed), length: length)
    let said = try talk.say("To be")
    let nats = said.split(separator: " · ").last?.prefix { $0 != " " } ?? ""
    return (try talk.say("/write").replacing("> /write\n", with: ""), String(nats))
  }

  @Test func theBestSeedIsTakenAndTold() throws {
    let all = try (1...6).map { try written($0) }
    let best = try #require(all.indices.min { Double(all[$0].nats)! < Double(all[$1].nats)! })
    let worst = try #require(all.indices.max { Double(all[$0].nats)! < Double(all[$1].nats)! })
    #expect(best != worst && all[best].nats != all[worst].nats)
    for (line, index, name) in [
      ("/best-of 6", best, "-nats"), ("/best-of 6 by  nats * 2", worst, "nats * 2"),
    ] {
      let talk = try Talk(model, width: 100)
      #expect(try talk.say(line) == "> \(line)\nbest of 6 by \(name)\n")
      let said = try talk.say("To be")
      #expect(
        said.hasSuffix(
          "\n24 characters · seed \(index + 1) · \(all[index].nats) nats a character · "
            + "best of 6 by \(name)\n"), "\(said)")
      #expect(try talk.say("/write") == "> /write\n" + all[index].text)
      // The state is that of its seed, and the next text has the seeds after all of these.
      let plain = try Talk(model, seed: UInt64(index + 1), width: 100)
      try plain.say("To be", "/set seed 40")
      #expect(try talk.say("/set seed") == "> /set seed\nseed 7\n")
      let after = ["/best-of off", "/set seed 40", "/more 9", "/next 3"]
      #expect(
        try talk.say(lines: after).split(separator: "\n").suffix(5)
          == plain.say(lines: after).split(separator: "\n").suffix(5))
    }
  }

  @Test func waysBackAreExact() throws {
    let talk = try Talk(model, length: 12)
    try talk.say("/best-of 3", "To be")
    let first = try talk.say("/write")
    try talk.say("/retry")
    let second = try talk.say("/write")
    #expect(first != second)
    #expect(try talk.say("/set seed") == "> /set seed\nseed 7\n")
    try talk.say("/undo")
    #expect(try talk.say("/set seed") == "> /set seed\nseed 1\n")
    try talk.say("To be")
    #expect(try talk.say("/write") == first)
    try talk.say("/more 5")
    let path = folder.file("session")
    try talk.say("/save \(path)")
    let other = try Talk(model, seed: 9)
    try other.say("/open \(path)")
    let after = ["/best-of", "/show", "/more 8", "/write"]
    let said = try talk.say(lines: after)
    #expect(try other.say(lines: after) == said)
    #expect(said.hasPrefix("> /best-of\nbest of 3 by -nats\n"))
    #expect(said.contains("best-of             3 by -nats\n"))
  }

  @Test func mistakes() throws {
    let talk = try Talk(model, length: 5)
    let said = try talk.say(
      "/best-of", "/best-of 0", "/best-of many", "/best-of 3 nats", "/best-of 3 by",
      "/best-of 3 by nats +", "/best-of 3 by toward", "/best-of 10001", "/best-of",
      "/form lines 1", "/best-of 2", "To be", "/best-of off")
    #expect(
      said.split(separator: "\n").filter { !$0.hasPrefix(">") } == [
        "the first text is taken",
        "Error: best-of must be 1 to 10000 texts, got 0",
        "Error: /best-of needs a number of texts, and with by an expression, got many",
        "Error: /best-of needs a number of texts, and with by an expression, got 3 nats",
        "Error: /best-of needs a number of texts, and with by an expression, got 3 by",
        "Error: \"nats +\", character 7: something is missing at the end",
        "Error: toward is what a classifier says, which only sample --toward asks; leave it out of "
          + "toward",
        "Error: best-of must be 1 to 10000 texts, got 10001",
        "the first text is taken",
        "lines 1",
        "best of 2 by -nats",
        "Error: /best-of does not go with a form; take it back with /best-of off",
        "the first text is taken",
      ])
  }

  @Test func controlCChangesNothing() throws {
    let talk = try Talk(model, interruptAfter: 12)
    let tree = try Talk(model)
    #expect(try talk.say("/best-of 4", "To be").hasSuffix("> To be\ninterrupted\n"))
    #expect(try talk.say("/tree", "/set seed") == tree.say("/tree", "/set seed"))
  }
}
