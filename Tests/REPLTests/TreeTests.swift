import FileTesting
import Foundation
import REPL
import Testing

/// The tree of all that was tried.
@Suite struct TreeTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// With what the model wrote left out.
  private func drawn(_ talk: Talk) throws -> String {
    try talk.say("/tree").replacing(#/(seed \d+[^:]*: (?:.* … )?).*/#) { "\($0.output.1)text" }
  }

  @Test func allThatWasTriedIsDrawn() throws {
    let talk = try Talk(model, length: 6)
    try talk.say(
      "To be", "/retry", "/options 2", "1", "/undo", "or not", "/branch other", "/undo 2",
      "/temperatures 0.5 A day", "/reset")
    #expect(
      try drawn(talk) == """
        other> /tree
        0* [other] the beginning
        ├ 1  seed 1: To be … text
        ├ 2  seed 2: To be … text
        │ ├ 3  seed 3: text
        │ ├ 4  seed 4: text
        │ 5  [main] seed 3: or not … text
        6  seed 1, temperature 0.5: A day … text

        """)
    try talk.say("/tree 4")
    #expect(
      try drawn(talk) == """
        other> /tree
        0+ the beginning
        ├ 1  seed 1: To be … text
        ├ 6  seed 1, temperature 0.5: A day … text
        2+ seed 2: To be … text
        ├ 3  seed 3: text
        ├ 5  [main] seed 3: or not … text
        4* [other] seed 4: text

        """)
  }

  /// Going somewhere is as exact as having stayed.
  @Test func everyPlaceIsWhatItWas() throws {
    let talk = try Talk(model)
    try talk.say("/set repetition-penalty 1.5", "To be", "or not")
    let after = ["/write", "/set seed", "/more", "/write"]
    let first = try talk.say(lines: after)
    try talk.say("/undo 3", "Nymph", "/retry", "/tree 2")
    #expect(try talk.say(lines: after) == first)
    // The same again is the same place.
    #expect(try talk.say("/tree").split(separator: "\n").count == 1 + 6)
    // From a place on the way, the way can be redone.
    let straight = try talk.say("/write")
    #expect(try talk.say("/tree 0", "/redo 3", "/write").hasSuffix(straight))
    #expect(try talk.say("/tree 4", "/redo").contains("there is nothing to redo"))
  }

  @Test func mistakes() throws {
    let talk = try Talk(model, length: 5)
    #expect(
      try talk.say("/tree 1", "/tree x", "/tree -1", "/tree") == """
        > /tree 1
        Error: there is no place 1; /tree shows those that there are
        > /tree x
        Error: /tree takes the number of a place, got x
        > /tree -1
        Error: there is no place -1; /tree shows those that there are
        > /tree
        0* the beginning

        """)
  }

  /// However much is tried, states take no more than so much memory; texts at hand stay.
  @Test func whatWasTriedFirstIsGivenUpForRoom() throws {
    let talk = try Talk(model, length: 2)
    let interpreter = try #require(talk.interpreter as? Interpreter)
    interpreter.treeSize = 1
    try talk.say("To be", "/branch kept", "or not", "/switch main", "/undo")
    for _ in 0..<10 { try talk.say("/options 10") }
    let tree = try talk.say("/tree").split(separator: "\n")
    #expect((40...70).contains(tree.count))
    #expect(tree.contains { $0.contains("[kept]") })
    #expect(!tree.contains { $0.contains(" 3  seed") } && tree.contains { $0.contains("102") })
    #expect(try talk.say("/tree 3").contains("there is no place 3"))
    // A file has no gaps, and what is at hand is as it was.
    let path = folder.file("session")
    let text = try talk.say("/redo", "/write")
    try talk.say("/save \(path)", "/reset", "/open \(path)")
    #expect(try talk.say("/write") == text.suffix(from: text.range(of: "> /write")!.lowerBound))
    #expect(try talk.say("/tree").split(separator: "\n").count == tree.count)
  }

  @Test func aSavedTreeGoesOnAsItWas() throws {
    let path = folder.file("session")
    let edit: (String) throws -> String = { $0.replacing("be", with: "see") }
    let talk = try Talk(model, length: 12, edit: edit)
    try talk.say(
      "To be", "/retry", "/options 2", "2", "/branch other", "/temperatures 0.5,1 A day",
      "/edit all", "/more", "/undo", "/save \(path)")
    let opened = try Talk(model, length: 3, edit: edit)
    try opened.say("/open \(path)")
    let after = [
      "/tree", "/redo", "/write", "/undo 2", "/write", "/tree 6", "/more", "/switch main", "/tree",
    ]
    #expect(try opened.say(lines: after) == talk.say(lines: after))
  }

  /// Files of the version before there was a tree.
  @Test func aSessionOfTheVersionBeforeIsOpened() throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures")
    let talk = try Talk(fixtures.appending(path: "tiny.safetensors").path, width: 100)
    let session = fixtures.appending(path: "session-0.1.safetensors").path
    try talk.say("/open \(session)")
    #expect(
      try talk.say("/branches", "/clamp", "/write", "/redo", "/undo 3") == """
        > /branches
        * main   2 exchanges, 40 characters: … rive I rrout⏎⏎Quak Mare Pellm
          other  3 exchanges, 75 characters: … fres word an s ret on eever i
        > /clamp
        1.3=0.5
        > /write
        To bet Say rive I rrout

        Quak Mare Pellm
        > /redo
        3 exchanges, 77 characters: …ak Mare Pellm⏎or not ye wir sav:⏎Whi⏎p be is sacri
        > /undo 3
        at the beginning of the text

        """)
  }
}
