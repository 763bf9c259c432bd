import DeviceTesting
import FileTesting
import REPL
import Recurrent
import Testing

/// The session ends with the device's error; what was there before stays.
@Suite("A session whose device fails")
struct DeviceFailureTests {
  private let folder: TemporaryFolder
  private let error = "the GPU failed in cuStreamSynchronize: unspecified launch failure"

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    "Hello", "/next 3", "/score hello", "/options 3", "/cells", "/best-of 4\n/more 10",
    "/match [a-z]+\n/more 10",
  ])
  func noLineHasAResult(_ lines: String) throws {
    let talk = try Talk(
      folder.writeModel(), isInteractive: false, device: .failing(after: 0))
    let said = try talk.say(lines.split(separator: "\n").map { .line(String($0)) })
    #expect(said.hasSuffix("[\(error)\n]") || said.hasSuffix("[error: \(error)\n]"))
    #expect(talk.interpreter.progress.hasQuit)
    #expect(talk.interpreter.progress.firstFailure as? DeviceError == DeviceError(error))
  }

  @Test func whatWasWrittenBeforeIsKept() throws {
    let model = try folder.writeModel()
    let working = try Talk(model, isInteractive: false)
    let talk = try Talk(model, isInteractive: false, device: .failing(after: 40))
    #expect(try talk.say("Hello") == working.say("Hello"))
    let said = try talk.say("/more", "/text")
    #expect(said.contains(error))
    #expect(talk.interpreter.progress.hasQuit)
  }

  @Test func aClassifier() throws {
    let talk = try Talk(
      classifier: folder.writeClassifier(), isInteractive: false, device: .failing(after: 1))
    let said = try talk.say("a bee", "the sea")
    #expect(said.contains(error))
    #expect(!said.contains("the sea"))
    #expect(talk.interpreter.progress.firstFailure as? DeviceError == DeviceError(error))
  }
}
