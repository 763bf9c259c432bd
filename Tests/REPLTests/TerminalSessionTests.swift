import FileTesting
import Foundation
import Glibc
import TerminalTesting
import Testing

/// The program as a person meets it, on a pseudo-terminal.
@Suite struct TerminalSessionTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  /// Starts the program and waits for its prompt.
  private func start(
    _ arguments: [String] = [], environment: [String: String] = [:], columns: Int = 80
  ) throws -> PseudoTerminal {
    let defaults = [
      "TERM": "xterm", "HOME": folder.path, "INPUTRC": "/dev/null", "LANG": "C.UTF-8",
      "NO_COLOR": "1",
      // The runtime's report of a crash takes seconds.
      "SWIFT_BACKTRACE": "enable=no",
    ]
    let terminal = try PseudoTerminal(
      spawning: builtExecutable(named: "charlstm"),
      arguments: ["repl", model, "--seed", "1", "--precision", "float32", "--length", "24"]
        + arguments,
      environment: defaults.merging(environment) { $1 }, columns: columns)
    try terminal.wait(for: ", or /help.")
    try terminal.wait(for: "> ")
    return terminal
  }

  private let up = "\u{1B}[A"
  private let controlC = "\u{3}"
  private let controlD = "\u{4}"
  private let controlR = "\u{12}"

  /// What `/write` gives in a session without a terminal.
  private func text(after lines: [String]) throws -> String {
    let talk = try Talk(model)
    try talk.say(lines: lines)
    return try talk.say("/write").replacing("> /write\n", with: "")
  }

  @Test func aPromptIsGoneOnFrom() throws {
    let terminal = try start()
    try terminal.send("To be\r")
    let output = try terminal.wait(for: " nats a character\r\n")
    let text = try text(after: ["To be"]).dropFirst(5)
    #expect(output.contains("\r…" + text.replacing("\n", with: "\r\n")))
    try terminal.wait(for: "> ")
    try terminal.send("/quit\r")
    #expect(try terminal.exitStatus() == .exited(0))
  }

  @Test func tabCompletes() throws {
    let terminal = try start()
    try terminal.send("/und\t\r")
    try terminal.wait(for: "Error: there is nothing to undo\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/set tem\t0.5\r")
    try terminal.wait(for: "temperature 0.5\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/set prec\tb\t\t")
    try terminal.wait(for: "precision bfloat16 ")
    try terminal.send(controlC)
    try terminal.wait(for: "> ")
    try folder.writeModel("two words.safetensors")
    try terminal.send("/load ~/two\t\r")
    try terminal.wait(for: "two words.safetensors: lstm 2 × 24, 62 symbols\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/save \(folder.file("a session"))\r")
    try terminal.wait(for: "saved as")
    try terminal.wait(for: "> ")
    try terminal.send("/open \(folder.path)/a\t\r")
    try terminal.wait(for: "at the beginning of the text\r\n")
  }

  @Test func namesThatAreNoUTF8() throws {
    let history = ["XDG_STATE_HOME": folder.path]
    let terminal = try start(environment: history)
    /// Bytes that are no UTF-8 cannot be typed but pasted.
    func paste(_ words: String, _ bytes: [UInt8], then keys: String = "\r") throws {
      try terminal.send(
        Array("\u{1B}[200~\(words)".utf8) + bytes + Array("\u{1B}[201~\(keys)".utf8))
    }
    let path = folder.path
    for (byte, shown) in [(0xE9, "E9"), (0xE8, "E8")] as [(UInt8, String)] {
      try paste("/save \(path)/caf", [byte, 0x31])
      try terminal.wait(for: "saved as \(path)/caf\\x\(shown)1\r\n")
      try terminal.wait(for: "> ")
    }
    // Tab completes what comes before such a byte, it and what comes after it.
    try paste("/write \(path)/alone-", [0xE9])
    try terminal.wait(for: "\(path)/alone-\\xE9\r\n\u{1B}[?2004h")
    try terminal.wait(for: "> ")
    try terminal.send("/write \(path)/alo\t\r")
    try terminal.wait(for: "there is a file \(path)/alone-\\xE9 already")
    try terminal.wait(for: "> ")
    try paste("/save \(path)/caf", [0xE8], then: "\t\r")
    try terminal.wait(for: "there is a file \(path)/caf\\xE81 already")
    try terminal.wait(for: "> ")
    try paste("/open \(path)/caf", [0xE9], then: "\t\r")
    try terminal.wait(for: "at the beginning of the text\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/quit\r")
    #expect(try terminal.exitStatus() == .exited(0))
    // The line is remembered as it was.
    let next = try start(environment: history)
    try next.send(up + up + "\r")
    try next.wait(for: "at the beginning of the text\r\n")
  }

  @Test func linesAreRememberedFromOneSessionToTheNext() throws {
    let first = try start(environment: ["XDG_STATE_HOME": folder.file("state")])
    try first.send("To be\r")
    try first.wait(for: " nats a character\r\n")
    try first.wait(for: "> ")
    try first.send("/set length 3\r")
    try first.wait(for: "length 3\r\n")
    try first.wait(for: "> ")
    try first.send(controlD)
    #expect(try first.exitStatus() == .exited(0))
    let attributes = try FileManager.default.attributesOfItem(
      atPath: folder.file("state/charlstm/history"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)

    let second = try start(environment: ["XDG_STATE_HOME": folder.file("state")])
    try second.send(up + "\r")
    try second.wait(for: "\rlength 3\r\n")
    try second.wait(for: "> ")
    try second.send(controlR + "To\r")
    try second.wait(for: "\r\n3 characters")

    let none = try start(["--no-history"], environment: ["XDG_STATE_HOME": folder.file("state")])
    try none.send(up + "/set length\r")
    try none.wait(for: "\rlength 24\r\n")
  }

  @Test func controlCStopsTheWritingAndKeepsTheSession() throws {
    let terminal = try start()
    try terminal.send("/set speed 200\r")
    try terminal.wait(for: "speed 200\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/set length 100000\r")
    try terminal.wait(for: "length 100000\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("To be\r")
    try terminal.wait(for: "…")
    try terminal.send(controlC)
    try terminal.wait(for: "interrupted\r\n")
    try terminal.wait(for: "> ")
    let written = folder.file("text")
    try terminal.send("/write \(written)\r")
    try terminal.wait(for: "characters in ")
    try terminal.wait(for: "> ")
    let count = try folder.read("text").unicodeScalars.count - "To be".count - 1
    #expect((1..<2000).contains(count))
    try terminal.send("/set length 30\r")
    try terminal.wait(for: "length 30\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/more\r")
    try terminal.wait(for: " nats a character\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/write! \(written)\r")
    try terminal.wait(for: "characters in ")
    #expect(
      try folder.read("text")
        == text(after: ["/set length \(count)", "To be", "/set length 30", "/more"]))
  }

  @Test func controlCAtThePromptClearsTheLine() throws {
    let terminal = try start()
    try terminal.send("/quit")
    try terminal.wait(for: "/quit")
    try terminal.send(controlC)
    try terminal.wait(for: "> ")
    try terminal.send("/set length\r")
    try terminal.wait(for: "\rlength 24\r\n")
  }

  @Test func controlDLeavesAndTheTerminalIsAsItWas() throws {
    let terminal = try start()
    let during = try terminal.settings()
    #expect(!during.isCanonical)
    try terminal.send(controlD)
    #expect(try terminal.exitStatus() == .exited(0))
    #expect(try terminal.settings().isCanonical)
  }

  @Test func aWindowOfAnotherSizeIsNoticed() throws {
    let terminal = try start()
    try terminal.resize(columns: 60, rows: 20)
    try terminal.send("/temperatures 0.5,1,2 To be\r")
    try terminal.wait(for: "\r\n1) 0.5: ")
    try terminal.wait(for: "> ")
    try terminal.resize(columns: 30, rows: 20)
    try terminal.send("/temperatures 0.5,1,2 To be\r")
    try terminal.wait(for: "\r\n── 1) 0.5: ")
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGABRT, SIGSEGV, SIGQUIT])
  func theTerminalIsAsItWasAfterASignal(signal: Int32) throws {
    for isWriting in [false, true] {
      let terminal = try start(["--speed", "50", "--length", "10000"])
      if isWriting {
        try terminal.send("To be\r")
        try terminal.wait(for: "…")
      }
      try terminal.signal(signal)
      #expect(try terminal.exitStatus() == .signalled(signal))
      #expect(try terminal.settings().isCanonical)
    }
  }

  @Test func nonsenseIsAnErrorLineAndTheSessionLives() throws {
    let terminal = try start()
    try terminal.send([0x61, 0xFF, 0xC3, 0x0D])
    try terminal.wait(for: "Error: the line is not UTF-8 from byte 1; it was left out\r\n")
    try terminal.wait(for: "> ")
    // Ctrl-V takes the next key as it is.
    try terminal.send("\u{16}\u{1}\u{16}\u{1B}\r")
    try terminal.wait(for: "which are left out: U+0001 U+001B\r\n")
    try terminal.wait(for: "Error: the model knows no character of this\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/tmeperatures\r")
    try terminal.wait(for: "did you mean /temperatures?\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/set length\r")
    try terminal.wait(for: "\rlength 24\r\n")
  }

  @Test func aPasteOfSeveralLinesIsOnePrompt() throws {
    let terminal = try start()
    try terminal.send("\u{1B}[200~To be,\nor not\u{1B}[201~\r")
    try terminal.wait(for: " nats a character\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/write \(folder.file("text"))\r")
    try terminal.wait(for: "characters in ")
    #expect(try folder.read("text") == text(after: ["To be,\\", "or not"]))
  }

  @Test func aPastedMegabyteIsOneMoreLine() throws {
    let terminal = try start()
    let long = "To" + String(repeating: "0123456789", count: 100_000) + " be"
    try terminal.send("\u{1B}[200~\(long)\u{1B}[201~\r", timeout: .seconds(30))
    try terminal.wait(for: "which are left out: 0 1 2 3 4 5 6 7 8 9\r\n", timeout: .seconds(30))
    try terminal.wait(for: " nats a character\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/write \(folder.file("text"))\r")
    try terminal.wait(for: "characters in ")
    #expect(try folder.read("text") == text(after: ["To be"]))
  }

  @Test func anEditorWritesThePrompt() throws {
    let terminal = try start(environment: ["EDITOR": "printf 'To be,\\nor not\\n' >"])
    try terminal.send("/edit\r")
    try terminal.wait(for: " nats a character\r\n")
    try terminal.wait(for: "> ")
    try terminal.send("/write \(folder.file("text"))\r")
    try terminal.wait(for: "characters in ")
    #expect(try folder.read("text") == text(after: ["To be,\\", "or not"]))

    let failing = try start(environment: ["VISUAL": "false"])
    try failing.send("/edit\r")
    try failing.wait(for: "Error: the editor false ended with status 1\r\n")
    try failing.wait(for: "> ")
  }

  @Test func coloursAreForTerminalsThatHaveThem() throws {
    let terminal = try start(environment: ["NO_COLOR": ""])
    try terminal.wait(for: "\u{1B}[0m")
    try terminal.send("/score To be\r")
    try terminal.wait(for: "\u{1B}[38;5;")
    for environment in [["NO_COLOR": "1"], ["NO_COLOR": "", "TERM": "dumb"]] {
      let terminal = try start(environment: environment)
      try terminal.send("/score To be\r")
      #expect(!(try terminal.wait(for: " bits a character").contains("\u{1B}[3")))
    }
  }

  @Test func linesFromTheCommandLineAreShownWithTheirText() throws {
    let terminal = try start(["--execute", "To be"])
    try terminal.send("/write \(folder.file("text"))\r")
    try terminal.wait(for: "characters in ")
    #expect(try folder.read("text") == text(after: ["To be"]))
    let shown = try PseudoTerminal(
      spawning: builtExecutable(named: "charlstm"),
      arguments: ["repl", model, "--seed", "1", "--precision", "float32", "-e", "To be"],
      environment: ["TERM": "dumb"])
    try shown.wait(for: "/help.\r\nTo be")
    try shown.wait(for: "> ")
  }

  @Test func aClassifierOnATerminal() throws {
    let terminal = try PseudoTerminal(
      spawning: builtExecutable(named: "charlstm"),
      arguments: ["repl", try folder.writeClassifier(), "--precision", "float32", "--no-history"],
      environment: [
        "TERM": "xterm", "HOME": folder.path, "INPUTRC": "/dev/null", "LANG": "C.UTF-8",
      ])
    try terminal.wait(for: "31 symbols, 4 classes. Type a text, or")
    try terminal.wait(for: "> ")
    try terminal.send("/t\t2\r")
    try terminal.wait(for: "top 2")
    try terminal.wait(for: "> ")
    try terminal.send("lemon\r")
    let output = try terminal.wait(for: "\u{1B}[38;5;")
    #expect(output.contains("\r\nsweet ") || output.contains("\rsweet "))
    try terminal.wait(for: "> ")
    try terminal.send("/quit\r")
    #expect(try terminal.exitStatus() == .exited(0))
  }

  /// Nothing slow comes before the prompt, and it does not wait for anything.
  @Test func thePromptComesAtOnce() throws {
    var least = Duration.seconds(60)
    for _ in 0..<40 where least >= .milliseconds(150) {
      least = min(least, try start(["--no-history"]).processorTime())
    }
    #expect(least < .milliseconds(150), "\(least)")
  }

  @Test func aBranchIsNamedInThePrompt() throws {
    let terminal = try start(["--execute", "/branch side"])
    try terminal.send("/branches\r")
    try terminal.wait(for: "* side  0 exchanges")
    try terminal.wait(for: "side> ")
  }
}
