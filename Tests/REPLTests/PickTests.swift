import FileTesting
import Testing

/// Choosing among texts, going back by several steps, and words on a narrow terminal.
@Suite struct PickTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// What was picked is what would have been written at that temperature with that seed, and can be
  /// gone on from as exactly.
  @Test func aVariantTakesTheTextsPlace() throws {
    let picked = try Talk(model)
    let said = try picked.say("To be", "/temperatures 0.5,1.3", "/pick 1", "/more 10", "/write")
    #expect(said.contains("> /pick 1\ntemperature 0.5\n1 exchange, 29 characters: To be"))
    let written = try Talk(model)
    let expected = try written.say("/set temperature 0.5", "To be", "/more 10", "/write")
    #expect(
      said.split(separator: "> /write\n").last == expected.split(separator: "> /write\n").last)
    #expect(try picked.say("/set temperature") == "> /set temperature\ntemperature 0.5\n")
    #expect(
      try picked.say("/undo 2") == "> /undo 2\nat the beginning of the text\n")
  }

  @Test func aVariantOfAPromptThatWasGiven() throws {
    let talk = try Talk(model, length: 6)
    let said = try talk.say("/temperatures 1,0 To be", "/pick 2", "/write")
    let other = try Talk(model, length: 6)
    let expected = try other.say("/set temperature 0", "To be", "/write")
    #expect(
      said.split(separator: "> /write\n").last == expected.split(separator: "> /write\n").last)
  }

  @Test func whatCannotBePicked() throws {
    let talk = try Talk(model, length: 6)
    #expect(
      try talk.say("/pick 1") == """
        > /pick 1
        Error: there is nothing to pick; /options writes texts to choose from

        """)
    _ = try talk.say("/temperatures 0.5,1 To be")
    #expect(
      try talk.say("/pick", "/pick 0", "/pick 3", "/pick x") == """
        > /pick
        Error: /pick needs the number of what to go on with
        > /pick 0
        Error: /pick takes a whole number of 1 or more, got 0
        > /pick 3
        Error: /pick takes a number from 1 to 2, got 3
        > /pick x
        Error: /pick takes a whole number of 1 or more, got x

        """)
    _ = try talk.say("A new day")
    #expect(
      try talk.say("/pick 1") == """
        > /pick 1
        Error: the text is another one since /temperatures; try it again

        """)
    // Back where it was, it can be picked; another model has other states.
    #expect(try talk.say("/undo", "/pick 1").contains("1 exchange, 11 characters: To be"))
    _ = try talk.say("/reset", "/temperatures 0.5,1 To be", "/load \(model)")
    #expect(try talk.say("/pick 1").contains("there is nothing to pick"))
  }

  @Test func severalStepsBackAndForward() throws {
    let talk = try Talk(model, length: 2)
    _ = try talk.say("A", "B", "C")
    #expect(
      try talk.say(
        "/undo 4", "/undo 2", "/redo 3", "/redo 2", "/redo 1", "/undo 3", "/undo", "/undo three",
        "/undo 0"
      ).replacing(/characters: .*/, with: "characters") == """
        > /undo 4
        Error: there are only 3 exchanges to undo
        > /undo 2
        1 exchange, 3 characters
        > /redo 3
        Error: there are only 2 exchanges to redo
        > /redo 2
        3 exchanges, 11 characters
        > /redo 1
        Error: there is nothing to redo
        > /undo 3
        at the beginning of the text
        > /undo
        Error: there is nothing to undo
        > /undo three
        Error: /undo takes a whole number of 1 or more, got three
        > /undo 0
        Error: /undo takes a whole number of 1 or more, got 0

        """)
  }

  /// The program's own words are broken at blanks, and stand below each other.
  @Test func wordsOnANarrowTerminal() throws {
    let talk = try Talk(model, length: 6, width: 50)
    let said = try talk.say("/help set", "/set")
    for line in said.split(separator: "\n") where line.hasPrefix(" ") || line.hasPrefix("top") {
      #expect(line.count <= 50, "\(line)")
    }
    #expect(
      said.contains(
        """
          top-p               choose among the fewest
                              characters that together are
                              this probable, or off

        """))
    #expect(
      said.contains(
        """
        top-k               off       \u{20}
        """) || said.contains("top-k               off         choose among the K\n"))
    // A path is whole, wherever it ends.
    let path = folder.file("a-name-that-is-much-longer-than-the-terminal-is-wide")
    #expect(try talk.say("/save \(path)").contains("saved as\n\(path)\n"))
  }
}
