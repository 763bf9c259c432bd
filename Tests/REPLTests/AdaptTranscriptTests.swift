import FileTesting
import REPL
import Testing

/// A model that learns while a session goes on.
@Suite struct AdaptTranscriptTests {
  private let folder: TemporaryFolder
  private let model: String
  private let song: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
    song = folder.file("song.txt")
    try folder.write(
      String(repeating: "The queen is dead; long live the king!\n", count: 30), to: "song.txt")
  }

  private func text(_ talk: Talk) throws -> String {
    try talk.say("/write").replacing("> /write\n", with: "")
  }

  private func figures(_ said: String) -> String { said.replacing(/\d+\.\d\d/, with: "N") }

  @Test func whatIsSaid() throws {
    let talk = try Talk(model, width: 100)
    try talk.say("To be")
    let said = try talk.say("/adapt", "/adapt \(song)", "/adapt off", "/adapt off")
    #expect(
      figures(said).replacing(folder.path, with: "HOME") == """
        > /adapt
        learnt from the text so far: 29 characters · N nats a character before, N while learning
        > /adapt HOME/song.txt
        learnt from song.txt: 1,170 characters · N nats a character before, N while learning
        > /adapt off
        the weights are those of tiny.safetensors again
        > /adapt off
        the weights are those of the model's file

        """)
    let nats = said.matches(of: /\d+\.\d\d/).compactMap { Double($0.output) }
    #expect(nats.count == 4 && nats[3] < nats[2])
  }

  @Test func itWritesOtherwiseAndNothingIsLost() throws {
    let plain = try Talk(model)
    let talk = try Talk(model)
    let lines = ["To be", "or not", "/undo", "/branch other", "that is", "/switch main"]
    for one in [plain, talk] { try one.say(lines: lines) }
    let before = try text(talk)
    try talk.say("/adapt \(song)")
    // All texts stay, the way forward and the other branch with them.
    let here = ["/tree", "/branches", "/write", "/redo", "/write", "/undo", "/show"]
    let shown = try talk.say(lines: here)
    let row = try #require(shown.split(separator: "\n").last { $0.hasPrefix("adapted to ") })
    #expect(row.hasSuffix("song.txt: 1,170 characters, 1 pass at rate 0.0007"))
    #expect(shown.replacing(row + "\n", with: "") == (try plain.say(lines: here)))
    #expect(try talk.say("/info").contains("adapted to "))
    // Within the same weights, every way back is exact.
    try talk.say("/more")
    let after = try text(talk)
    #expect(after.hasPrefix(before.dropLast()))
    try plain.say("/more")
    #expect(after != (try text(plain)))
    try talk.say("/undo", "/more")
    #expect(try text(talk) == after)
    // And with the file's weights again, it is as if nothing had been learnt.
    try talk.say("/undo", "/adapt off", "/more")
    #expect(try text(talk) == text(plain))
    #expect(!(try talk.say("/show").contains("adapted to")))
  }

  @Test func theWeightsCanBeSaved() throws {
    let talk = try Talk(model, width: 400)
    let new = folder.file("new model.safetensors")
    #expect(
      try talk.say("/adapt save \(new)").hasSuffix(
        "Error: the weights are those of the model's file; /adapt learns from a text\n"))
    try talk.say("To be", "/adapt \(song)", "/adapt", "/adapt save \"\(new)\"")
    let other = try Talk(new)
    #expect(try other.say("/info").contains("the text of a session: 29 characters, 1 pass"))
    try other.say("/set seed 5", "So it")
    try talk.say("/reset", "/set seed 5", "So it")
    #expect(try text(other) == text(talk))
    #expect(
      try talk.say("/adapt save \(model)").contains(
        "tiny.safetensors already, which was kept; give another name, or replace it with /adapt! save"
      ))
    #expect(try talk.say("/adapt! save \(new)").contains("saved as "))
    #expect(try talk.say("/adapt! \(song)").hasSuffix("Error: /adapt! is for save FILE\n"))
  }

  @Test func sessionsGoOn() throws {
    let path = folder.file("session")
    let talk = try Talk(model)
    try talk.say("To be", "/adapt", "/adapt \(song)", "or not", "/save \(path)", "/more")
    let more = try text(talk)
    let other = try Talk(model, seed: 9, width: 100)
    let opened = try other.say("/open \(path)")
    #expect(
      opened.contains("learning again from 29 characters of the session\n")
        && opened.contains("learning again from song.txt\n") && opened.contains("2 exchanges"))
    try other.say("/more")
    #expect(try text(other) == more)
    // The weights at hand are those of the session: nothing needs to be learnt again.
    #expect(!(try other.say("/open \(path)", "/more").contains("again")))
    #expect(try text(other) == more)
    // A session of the file's weights takes them.
    let plain = folder.file("plain")
    let third = try Talk(model)
    try third.say("To be", "/save \(plain)", "/more")
    try other.say("/open \(plain)", "/more")
    #expect(try text(other) == text(third))

    for (change, reason) in [
      ({ try folder.write("The queen is dead.\n", to: "song.txt") }, "song.txt is not what it was"),
      ({ try folder.write("", to: "song.txt") }, "the text is empty: "),
    ] as [(() throws -> Void, String)] {
      try change()
      let late = try Talk(model, seed: 9, width: 400)
      let said = try late.say("/open \(path)")
      #expect(
        said.contains("What the session has learnt from cannot be learnt again: ")
          && said.contains(reason)
          && said.contains(". Its texts are read with the weights of tiny.safetensors.\n"),
        "\(said)")
      #expect(more.hasPrefix(try text(late).dropLast()))
      #expect(!(try late.say("/show").contains("adapted to")))
      #expect(try late.say("/more").contains("24 characters"))
    }
  }

  @Test func sessionsAreKept() throws {
    let talk = try Talk(model)
    let interpreter = try #require(talk.interpreter as? Interpreter)
    let sessions = SavedSessions(folder: folder.file("sessions"))
    interpreter.keepSession(in: sessions)
    try talk.say("To be")
    interpreter.autosave?.finish()
    try talk.say("/adapt \(song)")
    interpreter.autosave?.finish()
    let other = try Talk(model)
    let second = try #require(other.interpreter as? Interpreter)
    try second.open(sessionAt: second.newestSession(in: sessions))
    #expect(try other.say("/show", "/more") == talk.say("/show", "/more"))
  }

  @Test func mistakes() throws {
    try folder.write("", to: "empty")
    try folder.write("\u{4E16}\u{4E16}", to: "strange")
    let talk = try Talk(model, width: 400)
    let said = try talk.say(
      "/adapt", "/adapt \(folder.path)/none", "/adapt \(folder.path)/empty",
      "/adapt \(folder.path)/strange", "/adapt \(model)", "/adapt -", "/adapt save", "/more 3")
    #expect(
      said.replacing(folder.path, with: "HOME").split(separator: "\n")
        .filter { !$0.hasPrefix(">") }.dropLast(2) == [
          "Error: there is no text yet to learn from; /adapt FILE takes a file",
          "Error: no such file or folder: HOME/none",
          "Error: the text is empty: HOME/empty (0 bytes)",
          "The model does not know 2 characters of the text, which are left out.",
          "Error: the text has 0 known characters; at least 2 are needed to learn from it",
          "Error: HOME/tiny.safetensors is a model, or a session that /save has written, not text; name "
            + "a text",
          "Error: /adapt needs the name of a file or a folder, got -",
          "Error: /adapt save needs the name of a file",
        ])
    let plain = try Talk(model)
    try plain.say("/more 3")
    #expect(try text(talk) == text(plain))
  }

  /// While the text is scored, learnt from, and read again.
  @Test(arguments: [2, 4, 12, 26])
  func controlCChangesNothing(_ looks: Int) throws {
    let talk = try Talk(model, interruptAfter: 26 + looks)
    let plain = try Talk(model)
    for one in [talk, plain] { try one.say("To be") }
    #expect(try talk.say("/adapt \(song)").hasSuffix("interrupted\n"))
    for one in [talk, plain] { try one.say("/more") }
    #expect(try text(talk) == text(plain))
    #expect(!(try talk.say("/show").contains("adapted to")))
  }
}
