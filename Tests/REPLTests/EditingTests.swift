import FileTesting
import Testing

/// The text changed by hand, and prompts of several lines.
@Suite struct EditingTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// The state after an edit is the one after the same text read from the beginning.
  @Test(arguments: [
    ("To be", "To see"), ("or not", "or perhaps"), ("question", "query\nor answer"), ("To ", ""),
  ])
  func whatWasChangedIsReadAgain(old: String, new: String) throws {
    let talk = try Talk(model, edit: { $0.replacing(old, with: new) })
    try talk.say("To be", "or not", "question")
    let before = try talk.say("/write")
    let said = try talk.say("/edit all")
    #expect(said.contains("read again from character "))
    let after = try talk.say("/write").replacing("> /write\n", with: "")
    #expect(after == before.replacing("> /write\n", with: "").replacing(old, with: new))

    // A text whose first letter is another is read from the beginning.
    let whole = try Talk(model, edit: { _ in String(after.dropLast()) })
    try whole.say("x", "/edit all", "/set seed 50")
    try talk.say("/set seed 50")
    let goingOn = ["/next 5", "/more", "/write"]
    #expect(try whole.say(lines: goingOn) == talk.say(lines: goingOn))
    // Undo takes the edit back exactly, redo puts it there again.
    let again = try talk.say("/write")
    try talk.say("/undo 2")
    #expect(try talk.say("/write") == before)
    try talk.say("/redo 2")
    #expect(try talk.say("/write") == again)
    try talk.say("/undo 2")
    let untouched = try Talk(model)
    try untouched.say("To be", "or not", "question")
    #expect(try untouched.say("/more", "/write") == talk.say("/more", "/write"))
  }

  @Test func fromTheNearestKeptState() throws {
    let talk = try Talk(model, length: 4, edit: { $0.replacing("not", with: "so") })
    try talk.say("To be", "or not", "question")
    #expect(
      try talk.say("/edit all", "/tree").replacing(#/: .*/#, with: ": text") == """
        > /edit all
        read again from character 10 on
        2 exchanges, 32 characters: text
        > /tree
        0+ the beginning
        1+ seed 1: text
        ├ 2  seed 2: text
        │ 3  seed 3: text
        4* edited from 3: text

        """)
  }

  @Test func whatCannotBeEdited() throws {
    var texts = ["", "é", "To be"]
    var given: [String] = []
    let talk = try Talk(
      model, length: 5,
      edit: { text in
        given.append(text)
        return texts.isEmpty ? text : texts.removeFirst()
      })
    #expect(try talk.say("/edit all").contains("there is no text yet"))
    try talk.say("To be")
    #expect(try talk.say("/edit all").contains("nothing is left of the text; /reset"))
    #expect(try talk.say("/edit all").contains("the model knows no character of this"))
    #expect(
      try talk.say("/edit all", "/retry", "/edit all", "/edit some").contains(
        """
        > /retry
        Error: what was edited is not written again; /more goes on from it
        > /edit all
        the text is as it was
        > /edit some
        Error: /edit takes no argument but all

        """))
    // The editor gets whole lines.
    #expect(given.allSatisfy { $0.hasSuffix("\n") })
    #expect(try Talk(model).say("/edit all").contains("Error: /edit needs a terminal"))
  }

  @Test func charactersThatTheModelDoesNotKnowAreLeftOut() throws {
    let talk = try Talk(model, length: 3, edit: { $0 + "über" })
    try talk.say("To be")
    #expect(try talk.say("/edit all").contains("which are left out: ü"))
    #expect(try talk.say("/write").hasSuffix("\nber\n"))
  }

  @Test func controlCWhileAnEditIsReadChangesNothing() throws {
    let long = String(repeating: "to be or not ", count: 200)
    let talk = try Talk(model, length: 3, interruptAfter: 9, edit: { _ in long })
    try talk.say("To be")
    let text = try talk.say("/write")
    #expect(try talk.say("/edit all").contains("interrupted"))
    #expect(try talk.say("/write") == text)
  }

  @Test func aCharacterIsTakenByItselfAtAnyPlace() throws {
    let talk = try Talk(model, length: 12)
    try talk.say("To be")
    let shown = try talk.say("/alternatives 4").split(separator: "\n")
    #expect(shown[1].hasPrefix("1) ") && shown[4].hasPrefix("4) "))
    let second = try #require(shown[2].dropFirst(3).first)
    let before = try talk.say("/write").dropLast()
    try talk.say("/pick \(second)")
    #expect(try talk.say("/write").hasPrefix(before + "\(second)"))
    // Here nothing is lost, and it needs no branch.
    #expect(try talk.say("/branches").contains("* main  3 exchanges"))
    let number = try Talk(model, length: 12)
    try number.say("To be", "/next 4", "2")
    #expect(try number.say("/write", "/more") == talk.say("/write", "/more"))
    #expect(
      try talk.say("/alternatives -3", "/pick ~").contains(
        "Error: ~ is not among the characters shown"))
  }

  @Test(arguments: [
    ["\"\"\"", "To be,", "/undo", "", "or not\\", "\"\"\""],
    ["\"\"\"To be,", "/undo", "", "or not\\\"\"\""],
    ["\"\"\"\nTo be,\n/undo\n\nor not\\\n\"\"\""],
  ])
  func aBlockIsOnePrompt(lines: [String]) throws {
    let letters = "\n !',-.:;?/\\\"TObeunotdr"
    let folder = try TemporaryFolder()
    let model = try folder.writeModel(
      vocabulary: .init(scalars: Array(letters.unicodeScalars).sorted(), byteFallback: false))
    let talk = try Talk(model, length: 3)
    let said = try talk.say(lines: lines)
    #expect(said.hasPrefix("> \"\"\""))
    #expect(
      try talk.say("/write").hasPrefix("> /write\nTo be,\n/undo\n\nor not\\"))
    #expect(try talk.say("/undo", "/undo").contains("there is nothing to undo"))
    #expect(talk.remembered.first == "\"\"\"To be,\n/undo\n\nor not\\\"\"\"")
    let pipe = try Talk(model, length: 3, isInteractive: false)
    #expect(try pipe.say(lines: lines).hasPrefix("To be,\n/undo\n\nor not\\"))
  }

  @Test func aBlockWithoutAnEndIsNone() throws {
    let talk = try Talk(model, length: 3)
    #expect(
      try talk.say("\"\"\"", "To be") == """
        > \"\"\"
        … To be
        Error: the block has no end; \"\"\" ends it

        """)
    let interrupted = try talk.say([.line("\"\"\"To"), .interrupted, .line("/undo")])
    #expect(interrupted.contains("nothing to undo"))
    #expect(try talk.say("\"\"\"\"\"\"", "/undo").contains("nothing to undo"))
  }
}
