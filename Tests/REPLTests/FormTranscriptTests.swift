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
}
