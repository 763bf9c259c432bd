import Checkpoints
import FileTesting
import Foundation
import Generation
import LineEditing
import REPL
import Recurrent
import Safetensors
import Testing
import Text

/// What a session promises: every way back is exact.
@Suite struct SessionTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  private static let prompts = [
    "To be", "or not", "to be", "that", "is", "the", "question", "Whether", "tis", "nobler",
  ]

  /// Lines that use all there is to a state, the repetition penalty's memory included.
  private static let goingOn = [
    "Nymph, in thy orisons", "/more 9", "/retry", "/next 3", "/score all",
  ]

  @Test(arguments: [Cell.lstm, .gru, .rnn])
  func tenUndosLeadBackToAFreshSession(cell: Cell) throws {
    let model = try folder.writeModel("cell.safetensors", cell: cell)
    let settings = ["/set repetition-penalty 1.5", "/set temperature 0.8"]
    let travelled = try Talk(model)
    try travelled.say(lines: settings + Self.prompts)
    let there = try travelled.say("/write")
    try travelled.say(lines: Array(repeating: "/undo", count: 10))
    let back = try travelled.say(lines: Self.goingOn)

    let fresh = try Talk(model)
    try fresh.say(lines: settings)
    #expect(try fresh.say(lines: Self.goingOn) == back)

    // And forward again.
    let returned = try Talk(model)
    try returned.say(lines: settings + Self.prompts)
    try returned.say(lines: Array(repeating: "/undo", count: 10))
    try returned.say(lines: Array(repeating: "/redo", count: 10))
    #expect(try returned.say("/write") == there)
    let straight = try Talk(model)
    try straight.say(lines: settings + Self.prompts)
    let ahead = try straight.say(lines: Self.goingOn)
    #expect(try returned.say(lines: Self.goingOn) == ahead)
    #expect(ahead != back)
  }

  @Test func retryBeginsWhereTheLastExchangeBegan() throws {
    let talk = try Talk(model)
    try talk.say("To be", "or not", "/retry", "/retry")
    let retried = try talk.say("/write")
    let other = try Talk(model)
    try other.say("To be", "/set seed 4", "or not")
    #expect(try other.say("/write") == retried)
    // The seed of any attempt brings it back.
    try talk.say("/set seed 2", "/retry")
    let first = try Talk(model)
    try first.say("To be", "or not")
    #expect(try first.say("/write") == talk.say("/write"))
    // After a retry, undo goes to before the exchange, with the seed of that moment.
    try talk.say("/retry", "/undo", "or not")
    #expect(try first.say("/write") == talk.say("/write"))
  }

  @Test func aTextIsThatOfTheSampleCommandWithTheSameSeed() throws {
    let talk = try Talk(model, seed: 7, length: 50)
    try talk.say("To be")
    let trained = try TrainedModel(contentsOf: model)
    let generator = Generator(trained.model, vocabulary: trained.vocabulary, precision: .float32)
    var state = generator.start()
    generator.read(trained.vocabulary.encode("To be").symbols, into: &state)
    var random = Xoshiro256(seed: 7, stream: [0])
    var text = Array("> /write\nTo be".utf8)
    _ = try generator.write(from: &state, WritingOptions(length: 50), using: &random) {
      text += $0
      return true
    }
    #expect(try talk.say("/write") == String(decoding: text, as: UTF8.self) + "\n")
  }

  @Test func branchesDoNotTouchEachOther() throws {
    let talk = try Talk(model)
    try talk.say("To be", "/branch other")
    try talk.say("or not", "/more", "/undo")
    try talk.say("/switch main")
    let main = try talk.say(lines: Self.goingOn)
    let fresh = try Talk(model)
    try fresh.say("To be")
    #expect(try fresh.say(lines: Self.goingOn) == main)
    try talk.say("/switch other", "/redo")
    let other = try talk.say(lines: ["/write"])
    try fresh.say("/undo", "/undo", "/undo", "/set seed 1", "To be", "or not", "/more")
    #expect(try fresh.say(lines: ["/write"]) == other.replacing("other", with: ""))
  }

  @Test func anInterruptedTextGoesOnAsIfWrittenInOne() throws {
    let talk = try Talk(model, interruptAfter: 8)
    try talk.say("To be", "/set seed 5")
    let written = try talk.say("/write")
    let interrupted = try talk.say(lines: Self.goingOn)
    let whole = try Talk(model, length: 7)
    try whole.say("To be", "/set length 24", "/set seed 5")
    #expect(try whole.say("/write") == written)
    #expect(try whole.say(lines: Self.goingOn) == interrupted)
  }

  @Test func experimentsChangeNothing() throws {
    let talk = try Talk(model)
    try talk.say(
      "To be", "/temperatures", "/temperatures 1 or not", "/next", "/score whatever", "/show",
      "/set length", "/write", "/info", "/help", "/branches")
    let fresh = try Talk(model)
    try fresh.say("To be")
    #expect(try fresh.say(lines: Self.goingOn) == talk.say(lines: Self.goingOn))
  }

  @Test func anotherPrecisionKeepsTheText() throws {
    let talk = try Talk(model)
    try talk.say("To be", "/set precision auto", "/set precision float32")
    let fresh = try Talk(model)
    try fresh.say("To be")
    #expect(try fresh.say(lines: Self.goingOn) == talk.say(lines: Self.goingOn))
  }

  @Test(arguments: ["gone", "other", "cut", "overwritten"])
  func theModelsFileMayChangeOrGo(how: String) throws {
    let talk = try Talk(model)
    try talk.say("To be")
    switch how {
    case "gone": try FileManager.default.removeItem(atPath: model)
    case "other": try folder.writeModel(seed: 9)
    case "cut": #expect(truncate(model, 10) == 0)
    default:
      let handle = try #require(FileHandle(forWritingAtPath: model))
      try handle.write(contentsOf: Data(repeating: 0x7B, count: 30_000))
      try handle.close()
    }
    let after = try talk.say(lines: Self.goingOn + ["/set precision auto", "/info"])
    let folder = try TemporaryFolder()
    let fresh = try Talk(folder.writeModel())
    try fresh.say("To be")
    #expect(try fresh.say(lines: Self.goingOn + ["/set precision auto", "/info"]) == after)
  }

  @Test func aLineOfAMegabyteIsOneMoreLine() throws {
    let talk = try Talk(model, length: 3, isInteractive: false)
    let long = "To" + String(repeating: "0123456789\u{7}", count: 100_000) + " be"
    let said = try talk.say(long)
    #expect(said.hasPrefix("[The model does not know these characters, which are left out: 0 1 2"))
    #expect(try talk.say("/write").hasPrefix("To be"))
    for command in [
      "", "set ", "set stop ", "set temperature ", "branch ", "switch ", "help ", "more ",
    ] {
      let said = try talk.say("/" + command + String(repeating: "z", count: 200_000))
      #expect(said.count < 300, "/\(command)")
    }
    #expect(try talk.say("/open " + String(repeating: "z", count: 1 << 20)).hasPrefix("[Error: "))
  }

  // MARK: - Saved sessions

  private let history = [
    "/set temperature 0.7", "/set repetition-penalty 1.3", "/clamp 2.3=0.5 1.20=-1",
    "/set stop \"[[{(\" zqz",
    "To be", "/more 5", "or not [[[", "/undo", "/branch other", "question", "/retry",
    "/switch main",
  ]

  @Test func anOpenedSessionGoesOnAsTheSavedOneWould() throws {
    let path = folder.file("session")
    let talk = try Talk(model, seed: 1 << 63)
    try talk.say(lines: history)
    try talk.say("/save \(path)")
    #expect(try permissions(of: path) == 0o600)

    let after =
      ["/branches", "/show", "/write", "/redo"] + Self.goingOn + ["/undo", "/undo", "/undo"]
      + Self.goingOn + ["/switch other"] + Self.goingOn + ["/branches"]
    let opened = try Talk(model, seed: 3)
    try opened.say("something else", "/open \(path)")
    #expect(try opened.say(lines: after) == talk.say(lines: after))
  }

  @Test func theSameSessionGivesTheSameFile() throws {
    let talk = try Talk(model)
    try talk.say(lines: history)
    try talk.say(
      "/save \(folder.file("one"))", "/open \(folder.file("one"))", "/save \(folder.file("two"))")
    #expect(
      try Data(contentsOf: URL(filePath: folder.file("one")))
        == Data(contentsOf: URL(filePath: folder.file("two"))))
  }

  @Test func aSessionOfBytesIsExactInTheMiddleOfACharacter() throws {
    let model = try folder.writeModel("bytes.safetensors", vocabulary: .bytes)
    let talk = try Talk(model, length: 40)
    try talk.say("/set repetition-penalty 2", "süß 世界 \u{1}", "/save \(folder.file("session"))")
    let opened = try Talk(model)
    try opened.say("/open \(folder.file("session"))")
    #expect(try opened.say(lines: Self.goingOn) == talk.say(lines: Self.goingOn))
  }

  @Test func aDamagedSessionIsAnErrorLine() throws {
    let path = folder.file("session")
    let talk = try Talk(model)
    try talk.say(lines: history)
    try talk.say("/save \(path)")
    let bytes = try Array(Data(contentsOf: URL(filePath: path)))
    let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
    let before = try talk.say("/branches")
    var generator = Xoshiro256(seed: 1)
    for _ in 0..<100 {
      var damaged = bytes
      let index = Int.random(in: 0..<headerEnd, using: &generator)
      damaged[index] ^= UInt8.random(in: 1...255, using: &generator)
      try folder.write(damaged, to: "damaged")
      let said = try talk.say("/open \(folder.file("damaged"))")
      // Some bytes are no more than a letter of the transcript.
      if said.contains("\nError: ") { #expect(try talk.say("/branches") == before) }
      try talk.say("/undo", "/redo", "/open \(path)")
    }
    for length in [0, 7, 8, headerEnd - 1, headerEnd, bytes.count - 1] {
      try folder.write(Array(bytes[..<length]), to: "damaged")
      #expect(try talk.say("/open \(folder.file("damaged"))").contains("\nError: "))
    }
  }

  @Test func aSessionThatContradictsItselfIsRefused() throws {
    let path = folder.file("session")
    let talk = try Talk(model)
    try talk.say("To be", "/save \(path)")
    let file = try SafetensorsFile(path: path)
    let text = try #require(file.metadata["charlstm.session"])
    for (old, new) in [
      ("\"place\":1", "\"place\":2"), ("\"place\":1", "\"place\":-1"),
      ("\"parent\":0", "\"parent\":1"), ("\"parent\":0", "\"parent\":-1"),
      ("\"parent\":0,", ""), ("\"exchange\":{", "\"x\":{"),
      ("\"seedBefore\":1", "\"editedFrom\":1,\"seedBefore\":1"),
      ("\"length\":24", "\"length\":0"),
      ("\"temperature\":1", "\"temperature\":-1"), ("\"name\":\"main\"", "\"name\":\"a b\""),
      ("\"name\":\"main\"", "\"name\":\"\""), ("\"hiddenSize\":24", "\"hiddenSize\":25"),
      ("\"weights\":", "\"weights\":1"), ("\"stops\":[]", "\"stops\":[\"\"]"),
      ("\"branches\":[", "\"branches\":[],\"x\":["),
    ] {
      let changed = text.replacing(old, with: new)
      #expect(changed != text, "\(old)")
      try write(file, session: changed, to: folder.file("changed"))
      #expect(
        try talk.say("/open \(folder.file("changed"))").contains("\nError: "), "\(new)")
    }
    try write(file, session: text, length: [-1, 2], to: folder.file("changed"))
    #expect(try talk.say("/open \(folder.file("changed"))").contains("is damaged: state 0"))
    try write(file, session: text, to: folder.file("changed"))
    #expect(!(try talk.say("/open \(folder.file("changed"))").contains("Error: ")))
  }

  /// Writes a session file's tensors with other metadata.
  private func write(
    _ file: SafetensorsFile, session: String, length: [Int64]? = nil, to path: String
  ) throws {
    func floats(_ name: String) throws -> TensorContent {
      TensorContent(
        name: name, shape: try file.tensor(named: name).shape, values: try file.floats(of: name))
    }
    let latest: [Int64] = try file.values(of: "latest")
    let lengths: [Int64] = try length ?? file.values(of: "length")
    let pending: [UInt8] = try file.values(of: "pending")
    try SafetensorsFile.write(
      [
        floats("hidden"), floats("cell"), floats("logits"),
        TensorContent(
          name: "latest", shape: try file.tensor(named: "latest").shape, values: latest),
        TensorContent(name: "length", shape: [lengths.count], values: lengths),
        TensorContent(
          name: "pending", shape: try file.tensor(named: "pending").shape, values: pending),
      ], metadata: ["charlstm.session": session], to: path)
  }

  private func permissions(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

extension Talk {
  @discardableResult
  func say(lines: [String]) throws -> String { try say(lines.map { LineResult.line($0) }) }
}
