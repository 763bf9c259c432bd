import FileTesting
import Foundation
import REPL
import TerminalTesting
import Testing

/// Sessions that are kept without being asked for, and what a person always wants set.
@Suite struct KeptSessionTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  private func keptTalk(
    _ model: String? = nil, in name: String = "sessions"
  ) throws -> (Talk, Interpreter, SavedSessions) {
    let talk = try Talk(model ?? self.model, length: 9)
    let interpreter = try #require(talk.interpreter as? Interpreter)
    let sessions = SavedSessions(folder: folder.file(name))
    interpreter.keepSession(in: sessions)
    return (talk, interpreter, sessions)
  }

  private func names(in name: String = "sessions") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.file(name))) ?? []).sorted()
  }

  @Test func everyExchangeIsKept() throws {
    let (talk, interpreter, sessions) = try keptTalk()
    try talk.say("/set temperature 0.7", "/ban the", "/tree")
    interpreter.autosave?.finish()
    // There is no text yet.
    #expect(names().isEmpty)
    let lines = ["To be", "/options 2", "2", "/branch other", "or not", "/undo", "/ban king"]
    for line in lines {
      try talk.say(line)
      interpreter.autosave?.finish()
      #expect(names().count == 1)
      let (other, opened, _) = try keptTalk(in: "elsewhere")
      try opened.open(sessionAt: opened.newestSession(in: sessions))
      let after = ["/tree", "/branches", "/show", "/ban"]
      #expect(try other.say(lines: after) == talk.say(lines: after), "after \(line)")
    }
    let path = try interpreter.newestSession(in: sessions)
    for (path, mode) in [(path, 0o600), (sessions.folder, 0o700)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == mode)
    }
    #expect(try sessions.newest().model.hasSuffix("/tiny.safetensors"))
  }

  @Test func noSessionTouchesAnothers() throws {
    let (one, first, sessions) = try keptTalk()
    let (two, second, _) = try keptTalk()
    try one.say("To be")
    first.autosave?.finish()
    try two.say("or not")
    second.autosave?.finish()
    #expect(names().count == 2)
    // The one that was kept last is the newest.
    try one.say("/more")
    first.autosave?.finish()
    let (last, third, _) = try keptTalk()
    try third.open(sessionAt: third.newestSession(in: sessions))
    #expect(try last.say("/write") == one.say("/write"))
    // Another model has others.
    let other = try folder.writeModel("other.safetensors", seed: 2)
    let (_, fourth, _) = try keptTalk(other)
    #expect(throws: ReplError.self) { try fourth.newestSession(in: sessions) }
    // What is opened goes on in a file of its own, and so does another model.
    let session = folder.file("saved")
    try one.say("/save \(session)", "/open \(session)", "/more")
    first.autosave?.finish()
    #expect(names().count == 3)
    try one.say("/load \(other)", "To be")
    first.autosave?.finish()
    #expect(names().count == 4)
    #expect(try fourth.newestSession(in: sessions) == sessions.newest().session)
  }

  @Test func theLastTenOfAModelAreKept() throws {
    for number in 0..<12 {
      let (talk, interpreter, _) = try keptTalk()
      try talk.say("To be", "/set seed \(number)")
      interpreter.autosave?.finish()
    }
    #expect(names().count == 10)
  }

  @Test func whatCannotBeKeptIsToldOnce() throws {
    try folder.write("a file", to: "sessions")
    let (talk, interpreter, _) = try keptTalk()
    var said = try talk.say("To be")
    interpreter.autosave?.finish()
    said += try talk.say("/more")
    #expect(said.contains("The session is not being kept: cannot create "))
    interpreter.autosave?.finish()
    #expect(!(try talk.say("/more", "/tree").contains("not being kept")))
  }

  // MARK: - The program

  private func start(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> PseudoTerminal {
    let defaults = [
      "TERM": "xterm", "HOME": folder.path, "INPUTRC": "/dev/null", "LANG": "C.UTF-8",
      "NO_COLOR": "1",
    ]
    return try PseudoTerminal(
      spawning: builtExecutable(named: "charlstm"), arguments: ["repl"] + arguments,
      environment: defaults.merging(environment) { $1 })
  }

  private let options = ["--seed", "1", "--precision", "float32", "--length", "9"]

  /// A kill loses nothing that was done before.
  @Test func aKilledSessionGoesOn() throws {
    let first = try start([model] + options)
    try first.wait(for: "> ")
    try first.send("To be\r")
    try first.wait(for: " nats a character\r\n")
    try first.wait(for: "> ")
    try first.send("/branch other\r")
    try first.wait(for: "other> ")
    let state = folder.file(".local/state/charlstm/sessions")
    var tries = 0
    while (try? FileManager.default.contentsOfDirectory(atPath: state))?.contains(where: {
      !$0.hasPrefix(".")
    }) != true, tries < 500 {
      usleep(10_000)
      tries += 1
    }
    usleep(100_000)
    try first.signal(9)
    #expect(try first.exitStatus() == .signalled(9))

    let talk = try Talk(model, length: 9)
    try talk.say("To be")
    for arguments in [["--continue"], ["--continue", model]] {
      let second = try start(arguments)
      try second.wait(for: "1 exchange, 14 characters: To be")
      try second.wait(for: "other> ")
      try second.send("/write! \(folder.file("text"))\r")
      try second.wait(for: "characters in ")
      try second.wait(for: "> ")
      #expect(
        try folder.read("text") == talk.say("/write").replacing("> /write\n", with: ""))
      try second.send("/quit\r")
      #expect(try second.exitStatus() == .exited(0))
    }
    // Nothing was written since, so nothing was kept again.
    #expect(names(in: ".local/state/charlstm/sessions").count { !$0.hasPrefix(".") } == 1)
  }

  @Test func whereThereIsNoSession() throws {
    let none = try start([model, "--continue"])
    try none.wait(for: "Error: no session with tiny.safetensors was kept in ")
    #expect(try none.exitStatus() == .exited(66))
    let any = try start(["--continue"])
    try any.wait(for: "Error: no session was kept in ")
    #expect(try any.exitStatus() == .exited(66))
    let off = try start([model, "--no-autosave"] + options)
    try off.wait(for: "> ")
    try off.send("To be\r")
    try off.wait(for: " nats a character\r\n")
    try off.wait(for: "> ")
    try off.send("/quit\r")
    #expect(try off.exitStatus() == .exited(0))
    #expect(names(in: ".local/state/charlstm/sessions").isEmpty)
    let classifier = try folder.writeClassifier()
    let reader = try start([classifier, "--continue"])
    try reader.wait(for: "Error: --continue is for a model that writes; this is a classifier")
    #expect(try reader.exitStatus() == .exited(64))
  }

  @Test func settingsOfAFile() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file(".config/charlstm"), withIntermediateDirectories: true)
    try folder.write(
      """
      # what I always want
      temperature 0.5

        stop "\\n\\n" THE
      length 3
      tmeperature 1
      top-k
      top-p hot

      """, to: ".config/charlstm/config")
    let terminal = try start([model, "--length", "7"])
    let said = try terminal.wait(for: ", or /help.")
    let errors = said.split(separator: "\r\n").filter { $0.contains(", line ") }.map {
      $0.replacing(folder.path, with: "HOME")
    }
    #expect(
      errors == [
        "HOME/.config/charlstm/config, line 6: there is no setting tmeperature; did you mean temperature?",
        "HOME/.config/charlstm/config, line 7: top-k has no value",
        "HOME/.config/charlstm/config, line 8: top-p must be a number, got hot",
      ])
    try terminal.wait(for: "> ")
    for (name, value) in [("temperature", "0.5"), ("stop", "\"\\n\\n\" \"THE\""), ("length", "7")] {
      try terminal.send("/set \(name)\r")
      try terminal.wait(for: "\r\(name) \(value)\r\n")
      try terminal.wait(for: "> ")
    }
    let none = try start([model, "--no-config"])
    try none.wait(for: "> ")
    try none.send("/set temperature\r")
    try none.wait(for: "\rtemperature 1\r\n")
  }
}
