import FileTesting
import Testing

@Suite struct FormTranscriptTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  @Test func aFormIsSetShownAndTakenBack() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/form", "/form lines 2", "/form line-length 3-5", "/form contain a", "/form contain b",
        "/form line-length off", "/form contain off", "/form off") == """
          > /form
          no form
          > /form lines 2
          lines 2
          > /form line-length 3-5
          lines 2 · line-length 3-5
          > /form contain a
          lines 2 · line-length 3-5 · contain "a"
          > /form contain b
          lines 2 · line-length 3-5 · contain "a" "b"
          > /form line-length off
          lines 2 · contain "a" "b"
          > /form contain off
          lines 2
          > /form off
          no form

          """)
  }

  @Test func whatIsWrongChangesNothing() throws {
    let talk = try Talk(model)
    let said = try talk.say(
      "/form lines many", "/form colour red", "/form match a(", "/infill", "/form")
    #expect(said.contains("lines needs numbers, got many"))
    #expect(
      said.contains(
        "a form has no \"colour\"; it has match, lines, line-length, acrostic, syllables, rhyme, "
          + "contain, ends-with"))
    #expect(said.contains("the pattern a( at character 2: this ( has no )"))
    #expect(said.contains("/infill needs the text that follows"))
    #expect(said.hasSuffix("> /form\nno form\n"))
  }

  /// A line after which nothing but the text is shown.
  private func text(_ talk: Talk) throws -> String {
    try talk.say("/write").replacing("> /write\n", with: "")
  }

  @Test func aFormGoesThroughAFile() throws {
    let talk = try Talk(model, length: 30)
    let path = folder.file("session")
    try talk.say("/form lines 2", "/form line-length 3-5", "To be", "/save \(path)")
    let other = try Talk(model, seed: 9)
    try other.say("/form contain a", "/open \(path)")
    #expect(try other.say("/form") == "> /form\nlines 2 · line-length 3-5\n")
    let after = [
      "/more 20", "/retry", "/write", "/undo", "/tree", "/form off", "/more 9", "/write",
    ]
    #expect(try other.say(lines: after) == talk.say(lines: after))
    // What was saved without one has none.
    let plain = folder.file("plain")
    try talk.say("/reset", "/save \(plain)")
    try other.say("/form contain a", "/open \(plain)")
    #expect(try other.say("/form") == "> /form\nno form\n")
  }

  @Test func retryKeepsAnInfill() throws {
    let talk = try Talk(model, length: 16)
    try talk.say("To be", "/infill \" the end\"")
    let first = try text(talk)
    #expect(first.hasSuffix(" the end\n"))
    let said = try talk.say("/retry")
    let retried = try text(talk)
    #expect(said.contains("seed 3") && retried.hasSuffix(" the end\n") && retried != first)
    // The seed of any attempt brings it back, and so does what was saved.
    try talk.say("/set seed 2", "/retry")
    #expect(try text(talk) == first)
    let path = folder.file("session")
    try talk.say("/save \(path)")
    let other = try Talk(model, seed: 9, length: 16)
    try other.say("/open \(path)", "/set seed 3", "/retry")
    #expect(try text(other) == retried)
    try talk.say("/undo")
    #expect(try !text(talk).contains("the end"))
  }

  @Test func controlCEndsATextInAForm() throws {
    // Two looks for each line, one for what it reads, then one for each character.
    let talk = try Talk(model, length: 60, interruptAfter: 2 + 2 + 9)
    let said = try talk.say("/form match [a-z]{50}", "To be")
    let written = try text(talk)
    #expect(said.hasSuffix(" · interrupted\n") && !said.contains("effective sample size"))
    #expect(said.contains("\(written.dropFirst(5).dropLast().count) characters"))
    #expect(try Regex("To be[a-z]{3,20}\n").wholeMatch(in: written) != nil, "\(written)")
    // It is gone on with from there.
    try talk.say("/form off", "/more 7")
    #expect(try text(talk).hasPrefix(written.dropLast()))

    let none = try Talk(model, length: 60, interruptAfter: 3)
    #expect(try none.say("/form match [a-z]{50}", "To be").hasSuffix("> To be\ninterrupted\n"))
    let tree = try Talk(model)
    #expect(try none.say("/tree", "/set seed") == tree.say("/tree", "/set seed"))
  }
}
