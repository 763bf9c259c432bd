import FileTesting
import Testing

@Suite struct BanTranscriptTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  @Test func phrasesAreBannedAndLetGo() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/ban", "/ban the cat", #"/ban " a\n""#, "/ban the cat", "/set ban-ignoring-case on",
        "/ban all", "/unban the cat", #"/unban "all""#, "/ban", "/unban all", "/ban") == """
          > /ban
          nothing is banned
          > /ban the cat
          "the cat"
          > /ban " a\\n"
          "the cat" " a\\n"
          > /ban the cat
          "the cat" " a\\n"
          > /set ban-ignoring-case on
          ban-ignoring-case on
          > /ban all
          "the cat" " a\\n" "all", ignoring case
          > /unban the cat
          " a\\n" "all", ignoring case
          > /unban "all"
          " a\\n", ignoring case
          > /ban
          " a\\n", ignoring case
          > /unban all
          nothing is banned
          > /ban
          nothing is banned

          """)
  }

  @Test func whatIsWrongChangesNothing() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/ban ab", #"/ban """#, #"/ban "a" "b""#, #"/ban "a"#, #"/ban \x"#, "/unban b", "/unban",
        "/set ban-ignoring-case maybe", "/ban") == """
          > /ban ab
          "ab"
          > /ban ""
          Error: ban 2 is empty; a ban needs at least one character
          > /ban "a" "b"
          Error: a phrase in quotes is all there is on the line
          > /ban "a
          Error: a quote has no end
          > /ban \\x
          Error: after a backslash there must be n, t, r, u{…}, " or another backslash
          > /unban b
          Error: "b" is not banned; /ban lists what is
          > /unban
          Error: /unban needs a phrase, or all
          > /set ban-ignoring-case maybe
          Error: ban-ignoring-case must be on or off, got maybe
          > /ban
          "ab"

          """)
  }

  /// Letters that the free text has.
  @Test func whatIsBannedIsNotWrittenAndThatIsSaid() throws {
    let free = try Talk(model)
    try free.say("To be")
    let text = try free.say("/write")
    let letters = text.dropFirst("> /write\nTo be".count).filter(\.isLetter)
    let ban = try #require(letters.first.map { String($0) })

    let talk = try Talk(model, width: 100)
    let said = try talk.say("/ban \(ban)", "To be")
    #expect(said.contains(try Regex(#"nats a character · \d+ bans? avoided\n$"#)))
    let written = try talk.say("/write").dropFirst("> /write\nTo be".count)
    #expect(!written.contains(ban))
    #expect(try talk.say("/show").contains("\nban                 \"\(ban)\"\n"))

    // Without it the next text of the same seed is the free one.
    try talk.say("/undo", "/unban all", "To be")
    #expect(try talk.say("/write") == text)
  }

  /// Where a text ends with the beginning of a phrase, `/more` does not complete it.
  @Test func aPhraseMayBeginInWhatStandsThere() throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      let free = try Talk(model, seed: seed, length: 1)
      try free.say("To be", "/more 1")
      let pair = String(try free.say("/write").dropFirst("> /write\nTo be".count).dropLast())
      guard pair.count == 2, !pair.contains(where: \.isWhitespace) else { continue }
      let talk = try Talk(model, seed: seed, length: 1, width: 100)
      try talk.say("To be")
      let said = try talk.say(#"/ban \#(pair.replacing("\\", with: "\\\\"))"#, "/more 1")
      #expect(said.contains("1 ban avoided"), "\(said)")
      #expect(try !talk.say("/write").contains("To be" + pair))
    }
  }

  @Test func waysBackAreExactAndSessionsKeepBans() throws {
    let lines = ["/ban e", "/ban th", "/set ban-ignoring-case on", "To be", "or not"]
    let talk = try Talk(model)
    try talk.say(lines: lines)
    let there = try talk.say("/write")
    try talk.say(lines: ["/undo", "/undo", "/redo", "/redo"])
    #expect(try talk.say("/write") == there)
    try talk.say(lines: ["/undo", "/undo", "To be", "or not"])
    #expect(try talk.say("/write") == there)

    let path = folder.file("session")
    try talk.say("/save \(path)")
    let other = try Talk(model)
    try other.say("/open \(path)")
    #expect(try other.say("/ban") == "> /ban\n\"e\" \"th\", ignoring case\n")
    let goingOn = ["/more 40", "/retry", "/temperatures 0.5,1", "/pick 1"]
    #expect(try other.say(lines: goingOn) == talk.say(lines: goingOn))
  }
}
