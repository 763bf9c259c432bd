import FileTesting
import Testing

/// Several ways to go on, one of which is chosen.
@Suite struct OptionsTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// Of the untrained model; what it writes is noise.
  @Test func optionsStandBesideEachOther() throws {
    let talk = try Talk(model, length: 10, width: 70)
    try talk.say("To be")
    let options = try talk.say("/options 3")
    let lines = options.split(separator: "\n")
    #expect(lines[0] == "> /options 3")
    #expect(lines[1].hasPrefix("1) seed 2: ") && lines[1].contains("│ 2) seed 3: "))
    #expect(lines[1].contains("│ 3) seed 4: "))
    #expect(lines.last == "a number, or /pick N, goes on with one of them")
    // Where there is no room, they stand below each other.
    let narrow = try Talk(model, length: 10, width: 30)
    try narrow.say("To be")
    let below = try narrow.say("/options 3").split(separator: "\n").filter { $0.hasPrefix("── ") }
    #expect(below.map { $0.prefix(13) } == ["── 1) seed 2:", "── 2) seed 3:", "── 3) seed 4:"])
    #expect(try talk.say("2").contains("2 exchanges, 25 characters: To be"))
  }

  /// What was chosen is what its seed would have written, with the same state, and undone as exactly.
  @Test(arguments: [1, 2, 3])
  func whatIsChosenIsWhatItsSeedWouldHaveWritten(number: Int) throws {
    let chosen = try Talk(model)
    try chosen.say("/set repetition-penalty 1.4", "To be", "/options 3", "\(number)")
    let written = try Talk(model)
    try written.say(
      "/set repetition-penalty 1.4", "To be", "/more", "/set seed \(1 + number)", "/retry")
    let after = ["/write", "/set seed", "/next 3", "/more 9", "/write"]
    #expect(try chosen.say(lines: after) == written.say(lines: after))
    // Before it the seed is the one it was, too.
    let undo = ["/undo 2", "/set seed", "/more", "/write"]
    let plain = try Talk(model)
    try plain.say("/set repetition-penalty 1.4", "To be", "/more", "/more")
    #expect(
      try chosen.say(lines: undo).split(separator: "\n").suffix(2)
        == plain.say(lines: undo).split(separator: "\n").suffix(2))
  }

  @Test func aPromptALengthAndOthers() throws {
    let talk = try Talk(model)
    let first = try talk.say("/options 2 8 To be")
    #expect(first.contains("after \"To be\", 2 options\n1) seed 1: "))
    let second = try talk.say("/options 2 8 To be")
    #expect(second.contains("1) seed 3: ") && second.contains("2) seed 4: "))
    // A seed that was set is the one that is meant.
    #expect(try talk.say("/set seed 1", "/options 2 8 To be").contains("1) seed 1: "))
    #expect(try talk.say("/pick 2", "/write").hasPrefix("> /pick 2\n1 exchange, 13 characters"))
    let written = try Talk(model, length: 8)
    try written.say("/set seed 2", "To be")
    #expect(try written.say("/write") == talk.say("/write"))
  }

  /// A prompt takes none of them, and a number is one where there is nothing to choose.
  @Test func anythingElseTakesNone() throws {
    let letters = try Talk(model, length: 5)
    try letters.say("To be", "/options 2", "or not")
    let plain = try Talk(model, length: 5)
    try plain.say("To be", "or not")
    #expect(try letters.say("/write") == plain.say("/write"))
    #expect(
      try letters.say("2", "/pick 2", "/options 2", "3").split(separator: "\n")
        .filter { $0.contains("rror") || $0.contains("not know") } == [
          "The model does not know these characters, which are left out: 2",
          "Error: the model knows no character of this",
          "Error: the text is another one since /options; try it again",
          "The model does not know these characters, which are left out: 3",
          "Error: the model knows no character of this",
        ])
  }

  @Test func mistakes() throws {
    let talk = try Talk(model, length: 5)
    #expect(
      try talk.say("/options 0", "/options 17", "/options x", "/options 2 0", "/options 2 5 é")
        .split(separator: "\n").filter { $0.hasPrefix("Error") } == [
          "Error: /options takes a whole number from 1 to 16 first, got 0",
          "Error: /options takes a whole number from 1 to 16 first, got 17",
          "Error: /options takes a whole number from 1 to 16 first, got x",
          "Error: the length of options must be 1 or more, got 0",
          "Error: the model knows no character of this",
        ])
  }

  @Test func controlCWhileOptionsAreWrittenChangesNothing() throws {
    let talk = try Talk(model, interruptAfter: 40)
    try talk.say("To be")
    let tree = try Talk(model)
    try tree.say("To be")
    #expect(try talk.say("/options 4") == "> /options 4\ninterrupted\n")
    #expect(try talk.say("/tree") == tree.say("/tree"))
  }
}
