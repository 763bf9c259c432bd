import FileTesting
import Testing

@Suite struct PlaceTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// The text as it was stays on its branch, and the new one begins as it does.
  @Test(arguments: ["-30", "-20", "-3", #""or""#, #""be""#, #""o""#])
  func anotherCharacterIsGoneOnWith(place: String) throws {
    let talk = try Talk(model)
    try talk.say("To be", "or not")
    let text = try talk.say("/write")
    let shown = try talk.say("/next \(place)", "/pick 2")
    #expect(shown.contains("\n1) ") && shown.contains("on main-2: "))
    let new = try talk.say("/write")
    #expect(new != text && new.hasPrefix("main-2> /write\nTo "))
    #expect(try talk.say("/switch main", "/write").hasSuffix(text))
  }

  @Test func mistakes() throws {
    let talk = try Talk(model, length: 5)
    #expect(
      try talk.say("/next -1", "/cells").contains(
        "Error: there is no text yet; type a prompt first"))
    try talk.say("To be")
    #expect(
      try talk.say("/next -4000", #"/next "zzz""#, "/pick 1", "/next -3", "/pick 11")
        .split(separator: "\n").filter { $0.hasPrefix("Error") } == [
          "Error: the text has only 10 characters, and the place must be after one",
          #"Error: the text has no "zzz""#,
          "Error: there is nothing to pick; /options writes texts to choose from",
          "Error: /pick takes a number from 1 to 10, got 11",
        ])
    #expect(
      try talk.say("/cells 3.1").contains("Error: there is no cell 3.1: the layers are 1 to 2"))
  }

  @Test func cellsStandBelowTheText() throws {
    let talk = try Talk(model)
    try talk.say("To be")
    let lines = try talk.say("/cells 3").split(separator: "\n")
    #expect(lines.count == 5 && Set(lines.dropFirst().map(\.count)).count == 1)
    #expect(lines[1].hasPrefix("         To be"))
  }

  /// One cell over all of the text: a block for each character.
  @Test func oneCellStandsBelowTheText() throws {
    let talk = try Talk(model)
    try talk.say("To be")
    let text = try talk.say("/cells 2.3")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let shown = try #require(lines.firstIndex { $0.hasPrefix("To be") })
    #expect(lines[shown + 1].count == lines[shown].count)
    #expect(lines[shown + 1].allSatisfy { "▁▂▃▄▅▆▇█".contains($0) })
  }
}
