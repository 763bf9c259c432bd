import FileTesting
import LineEditing
import REPL
import Testing

@Suite struct CompletionTests {
  private let folder: TemporaryFolder
  private let talk: Talk

  init() throws {
    folder = try TemporaryFolder()
    talk = try Talk(folder.writeModel(), length: 3)
  }

  /// What Tab offers at the end of `line`, of all that begins with the last word.
  private func offers(_ line: String) -> [String]? {
    let start = line.lastIndex(of: " ").map(line.index(after:)) ?? line.startIndex
    let request = CompletionRequest(line: line, wordRange: start..<line.endIndex)
    switch talk.interpreter.complete(request) {
    case .words(let words):
      return words.map(\.text).filter { $0.utf8.starts(with: request.word.utf8) }
    case .fileNames: return nil
    }
  }

  @Test func commands() {
    #expect(offers("/te") == ["/temperatures"])
    #expect(offers("/s") == ["/set", "/show", "/switch", "/score", "/save"])
    #expect(offers("/help te") == ["temperatures"])
    #expect(offers("To") == [])
    #expect(offers("") == [])
    #expect(offers("To be /te") == [])
    #expect(offers("/nonsense x") == [])
    #expect(offers("/undo ") == [])
  }

  @Test func settingsAndTheirValues() {
    #expect(offers("/set te") == ["temperature"])
    #expect(offers("/set precision b") == ["bfloat16"])
    #expect(offers("/set top-k ") == ["off"])
    #expect(offers("/set nonsense ") == [])
    #expect(offers("/set top-k 5 ") == [])
  }

  @Test func branches() throws {
    try talk.say("/branch alpha", "/branch beta")
    #expect(offers("/switch a") == ["alpha"])
    #expect(offers("/switch ") == ["beta", "main", "alpha"])
    #expect(offers("/branch a") == [])
  }

  @Test func aClassifiersCommands() throws {
    let talk = try Talk(classifier: folder.writeClassifier())
    let line = "/"
    let request = CompletionRequest(line: line, wordRange: line.startIndex..<line.endIndex)
    #expect(
      talk.interpreter.complete(request)
        == .words(
          ["/help", "/top", "/load", "/info", "/quit"].map { CompletionCandidate($0) }))
  }

  @Test(arguments: ["/load ", "/classifier ", "/open ", "/save a", "/write ", "/load two wo"])
  func files(line: String) {
    #expect(offers(line) == nil)
  }
}
