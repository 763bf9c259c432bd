import DeviceTesting
import FileTesting
import LineEditing
import REPL
import Recurrent
import Testing

/// The session ends with the device's error; what was there before stays.
@Suite("A session whose device fails")
struct DeviceFailureTests {
  private let folder: TemporaryFolder
  private let error = "the GPU failed in cuStreamSynchronize: unspecified launch failure"

  init() throws { folder = try TemporaryFolder() }

  /// The first call opens a text.
  @Test(arguments: [
    (0, "/next 3"), (0, "/help"), (1, "Hello"), (1, "/score hello"), (1, "/options 3"),
    (1, "/options 3 Hello"), (1, "/best-of 4\n/more 10"), (1, "/form match [a-z ]+\n/more 10"),
    (10, "/temperatures 0.5,1"),
  ])
  func noLineHasAResult(_ calls: Int, _ lines: String) throws {
    let talk = try Talk(
      folder.writeModel(), isInteractive: false, device: .failing(after: calls))
    let said = try words(
      talk.say(lines.split(separator: "\n").map { .line(String($0)) } + [.line("/text")]))
    #expect(said.hasSuffix(error + " ]"), "\(said)")
    #expect(talk.interpreter.progress.hasQuit)
    #expect(talk.interpreter.progress.firstFailure as? DeviceError == DeviceError(error))
  }

  private func words(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func whatWasWrittenBeforeIsKept() throws {
    let model = try folder.writeModel()
    let working = try Talk(model, isInteractive: false)
    let talk = try Talk(model, isInteractive: false, device: .failing(after: 40))
    #expect(try talk.say("Hello") == working.say("Hello"))
    let said = try words(talk.say("/more", "/text"))
    #expect(said.contains(error))
    #expect(talk.interpreter.progress.hasQuit)
  }

  @Test func aClassifier() throws {
    let talk = try Talk(
      classifier: folder.writeClassifier(), isInteractive: false, device: .failing(after: 1))
    let said = try words(talk.say("a bee", "the sea"))
    #expect(said.contains(error))
    #expect(!said.contains("the sea"))
    #expect(talk.interpreter.progress.firstFailure as? DeviceError == DeviceError(error))
  }
}
