import FileTesting
import Foundation
import Glibc
import TerminalTesting
import Testing

/// The editor as a person meets it: a program of its own on a pseudo-terminal.
@Suite struct EditorSessionTests {
  /// Starts the probe, waits for its prompt and types.
  private func start(
    _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> PseudoTerminal {
    let defaults = [
      "TERM": "xterm", "HOME": "/nonexistent", "INPUTRC": "/dev/null", "LANG": "C.UTF-8",
      // The runtime's report of a crash takes seconds.
      "SWIFT_BACKTRACE": "enable=no",
    ]
    let terminal = try PseudoTerminal(
      spawning: builtExecutable(named: "line-editing-probe"), arguments: arguments,
      environment: defaults.merging(environment) { $1 })
    try terminal.wait(for: prompt)
    return terminal
  }

  private let prompt = "ready>\u{1B}[0m "
  private let up = "\u{1B}[A"
  private let left = "\u{1B}[D"
  private let controlC = "\u{3}"
  private let controlD = "\u{4}"
  private let backspace = "\u{7F}"

  // MARK: - Editing

  @Test func editsALine() throws {
    let terminal = try start()
    try terminal.send("helo\(left)l\r")
    try terminal.wait(for: "line \"hello\"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("\r")
    try terminal.wait(for: "line \"\"\r\n")
  }

  @Test(arguments: [
    ["LANG": "C.UTF-8"], ["LANG": "C"], ["LC_ALL": "C"], ["LC_ALL": "POSIX", "LC_CTYPE": "C"],
    ["LC_ALL": "", "LANG": "xx_XX.UTF-8"],
  ])
  func backspaceTakesAWholeCharacter(locale: [String: String]) throws {
    let terminal = try start(environment: locale)
    try terminal.send("aé世\(backspace)\(backspace)b\r")
    try terminal.wait(for: "line \"ab\"\r\n")
    // Again: readline looks at the environment's locale before each line.
    try terminal.wait(for: prompt)
    try terminal.send("é\(backspace)ü\r")
    try terminal.wait(for: "line \"ü\"\r\n")
  }

  @Test func aWindowOfAnotherSizeIsNoticed() throws {
    let terminal = try start()
    try terminal.send("col")
    try terminal.wait(for: "col")
    try terminal.resize(columns: 43, rows: 10)
    try terminal.send("\t\r")
    try terminal.wait(for: "line \"columns:43 \"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("output\r")
    try terminal.wait(for: "terminal true width 43 colour true\r\n")
  }

  @Test func aSizeChangedDuringGenerationIsNoticed() throws {
    let terminal = try start()
    try terminal.send("generate\r")
    try terminal.wait(for: "generating")
    try terminal.resize(columns: 57, rows: 10)
    try terminal.send(controlC)
    try terminal.wait(for: prompt)
    try terminal.send("col\t\r")
    try terminal.wait(for: "line \"columns:57 \"\r\n")
  }

  @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
  func colourIsNotAllowed(environment: [String: String]) throws {
    let terminal = try start(environment: environment)
    try terminal.send("output\r")
    try terminal.wait(for: "terminal true width 80 colour false\r\n")
  }

  @Test func theInitFileIsHonouredUnderTheApplicationName() throws {
    let folder = try TemporaryFolder()
    let text = """
      $if charlstm
      "\\C-xh": "from the file"
      $endif
      set enable-bracketed-paste off
      """
    try folder.write(Array(text.utf8), to: "inputrc")
    let terminal = try start(environment: ["INPUTRC": folder.file("inputrc")])
    try terminal.send("\u{18}h\r")
    let output = try terminal.wait(for: "line \"from the file\"\r\n")
    #expect(!output.contains("\u{1B}[?2004"))
    // Without bracketed paste, readline does not end an abandoned line.
    try terminal.wait(for: prompt)
    try terminal.send("x")
    try terminal.wait(for: "x")
    try terminal.send(controlC)
    try terminal.wait(for: "^C\r\ninterrupted\r\n")
    try terminal.wait(for: prompt)
    try terminal.send(controlD)
    try terminal.wait(for: "\r\nend of input\r\n")
  }

  // MARK: - Completion

  @Test func tabCompletes() throws {
    let terminal = try start()
    try terminal.send("alp\tab\tx\r")
    try terminal.wait(for: "line \"alphabet x\"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("na\t1\r")
    try terminal.wait(for: "line \"name=1\"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("say üb\t\r")
    try terminal.wait(for: "line \"say übung \"\r\n")
  }

  @Test func tabListsWhatIsLeftToChooseFrom() throws {
    let terminal = try start()
    try terminal.send("alp\t\t\t")
    try terminal.wait(for: "alphabet  alphorn")
  }

  @Test func tabDoesNotFallBackOnTheNamesOfFiles() throws {
    let terminal = try start()
    try terminal.send("/etc/passw\t\r")
    try terminal.wait(for: "line \"/etc/passw\"\r\n")
  }

  @Test func tabCompletesTheNamesOfFilesOnDemand() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "plain")
    try folder.write([], to: "two words")
    try FileManager.default.createDirectory(
      atPath: folder.file("directory"), withIntermediateDirectories: false)
    let terminal = try start(environment: ["HOME": folder.path])
    try terminal.send("file ~/pl\t\r")
    try terminal.wait(for: "line \"file ~/plain \"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("file ~/di\t\r")
    try terminal.wait(for: "line \"file ~/directory/\"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("file \(folder.path)/two\t\r")
    try terminal.wait(for: "line \"file \\\"\(folder.path)/two words\\\" \"\r\n")
  }

  // MARK: - History

  @Test func historyLastsFromOneSessionToTheNext() throws {
    let folder = try TemporaryFolder()
    let history = folder.file("state/history")
    let first = try start([history])
    for line in ["one", "two", "two", ""] {
      try first.send("\(line)\r")
      try first.wait(for: prompt)
    }
    try first.send("\u{1B}[200~three\nlines\\n\nlong\u{1B}[201~\r")
    try first.wait(for: "line \"three\\nlines\\\\n\\nlong\"\r\n")
    try first.wait(for: prompt)
    try first.send(controlD)
    #expect(try first.exitStatus() == .exited(0))

    let second = try start([history])
    try second.send("\(up)\r")
    try second.wait(for: "line \"three\\nlines\\\\n\\nlong\"\r\n")
    try second.wait(for: prompt)
    try second.send("\(up)\(up)\(up)\r")
    try second.wait(for: "line \"one\"\r\n")
    try second.wait(for: prompt)
    // Ctrl-R, readline's own search.
    try second.send("\u{12}tw\r")
    try second.wait(for: "line \"two\"\r\n")
    #expect(try folder.mode(of: "state/history") == 0o600)
    #expect(try folder.mode(of: "state") == 0o700)
  }

  @Test func aHistoryThatCannotBeReadIsSaidAndDoesNotEndTheSession() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("secret\n".utf8), to: "target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("history"), withDestinationPath: folder.file("target"))
    let terminal = try start([folder.file("history")])
    try terminal.send("hello\r")
    try terminal.wait(for: "line \"hello\"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("\(up)\r")
    try terminal.wait(for: "line \"hello\"\r\n")
    #expect(try folder.read("target") == "secret\n")
  }

  // MARK: - Leaving and interrupting

  @Test func controlCAtThePromptDropsTheLine() throws {
    let terminal = try start()
    try terminal.send("half a line\(left)\(left)")
    try terminal.wait(for: "half a line\u{8}\u{8}")
    try terminal.send(controlC)
    try terminal.wait(for: "interrupted\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("whole\r")
    try terminal.wait(for: "line \"whole\"\r\n")
  }

  @Test func controlCEndsASearch() throws {
    let terminal = try start()
    try terminal.send("\u{12}x")
    try terminal.wait(for: "reverse-i-search)`x")
    try terminal.send(controlC)
    try terminal.wait(for: "interrupted\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("whole\r")
    try terminal.wait(for: "line \"whole\"\r\n")
  }

  @Test func controlCEndsAnUnfinishedPaste() throws {
    let terminal = try start()
    // More than the terminal holds, so that the paste has been begun once this returns.
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: 200_000)
    try terminal.send(Array("\u{1B}[200~".utf8) + text)
    try terminal.send(controlC)
    try terminal.wait(for: "interrupted\r\n")
    try terminal.wait(for: prompt)
    // What was still on its way.
    try terminal.send("\r")
    try terminal.wait(for: "line ")
    try terminal.wait(for: prompt)
    try terminal.send("whole\r")
    try terminal.wait(for: "line \"whole\"\r\n")
  }

  @Test func controlCStopsAGenerationAndNotTheSession() throws {
    let terminal = try start()
    for _ in 1...3 {
      try terminal.send("generate\r")
      try terminal.wait(for: "generating\r\n")
      #expect(try terminal.settings().isCanonical)
      try terminal.send(controlC)
      try terminal.wait(for: "stopped\r\n")
      try terminal.wait(for: prompt)
    }
    try terminal.send("alive\r")
    try terminal.wait(for: "line \"alive\"\r\n")
  }

  @Test func controlDLeaves() throws {
    let terminal = try start()
    try terminal.send("x\(controlD)\r")
    try terminal.wait(for: "line \"x\"\r\n")
    try terminal.wait(for: prompt)
    try terminal.send(controlD)
    try terminal.wait(for: "\nend of input\r\n")
    #expect(try terminal.exitStatus() == .exited(0))
  }

  @Test func controlZStopsAndTheLineComesBack() throws {
    // A stopped program needs a shell with job control above it.
    let probe = builtExecutable(named: "line-editing-probe")
    let terminal = try PseudoTerminal(
      spawning: "/bin/bash", arguments: ["--norc", "--noediting", "-i"],
      environment: ["TERM": "xterm", "INPUTRC": "/dev/null", "PS1": "shell> "])
    try terminal.wait(for: "shell> ")
    try terminal.send("'\(probe)'\r")
    try terminal.wait(for: prompt)
    try terminal.send("half")
    try terminal.wait(for: "half")
    try terminal.send("\u{1A}")
    try terminal.wait(for: "Stopped")
    try terminal.wait(for: "shell> ")
    #expect(try terminal.settings().isCanonical)
    try terminal.send("fg\r")
    try terminal.wait(for: prompt + "half")
    try terminal.send(" done\r")
    try terminal.wait(for: "line \"half done\"\r\n")
  }

  // MARK: - The terminal afterwards

  /// What ends the session, and how the program then ends.
  enum Ending: CaseIterable, Sendable {
    case endOfInput, exit, terminate, hangUp, quit, abort, trap, nullPointer, strayFault

    var status: ProgramEnd {
      switch self {
      case .endOfInput: .exited(0)
      case .exit: .exited(3)
      case .terminate: .signalled(SIGTERM)
      case .hangUp: .signalled(SIGHUP)
      case .quit: .signalled(SIGQUIT)
      case .abort: .signalled(SIGABRT)
      #if arch(x86_64) || arch(i386)
        case .trap: .signalled(SIGILL)
      #else
        case .trap: .signalled(SIGTRAP)
      #endif
      case .nullPointer, .strayFault: .signalled(SIGSEGV)
      }
    }
  }

  @Test(arguments: Ending.allCases)
  func theTerminalIsLeftAsItWasFound(ending: Ending) throws {
    let outside = try PseudoTerminal(spawning: "/bin/true").settings()
    let terminal = try start()
    #expect(try !terminal.settings().isCanonical)
    if ending != .endOfInput {
      try terminal.send("some text ")
      try terminal.wait(for: "some text ")
    }
    switch ending {
    case .endOfInput: try terminal.send(controlD)
    case .exit: try terminal.send("exit!\t")
    case .terminate: try terminal.signal(SIGTERM)
    case .hangUp: try terminal.signal(SIGHUP)
    case .quit: try terminal.send("\u{1C}")
    case .abort: try terminal.send("abort!\t")
    case .trap: try terminal.send("trap!\t")
    case .nullPointer: try terminal.send("null!\t")
    case .strayFault: try terminal.signal(SIGSEGV)
    }
    try terminal.wait(for: "\u{1B}[?2004l")
    #expect(try terminal.exitStatus() == ending.status)
    #expect(try terminal.settings() == outside)
  }

  @Test func ignoredSignalsStayIgnored() throws {
    // As under nohup.
    let probe = builtExecutable(named: "line-editing-probe")
    let terminal = try PseudoTerminal(
      spawning: "/bin/sh", arguments: ["-c", "trap '' HUP; exec \"$0\"", probe],
      environment: ["TERM": "xterm", "INPUTRC": "/dev/null"])
    try terminal.wait(for: prompt)
    try terminal.signal(SIGHUP)
    try terminal.send("alive\r")
    try terminal.wait(for: "line \"alive\"\r\n")
  }

  // MARK: - Nonsense

  @Test func aPastedMegabyteIsALine() throws {
    let terminal = try start()
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    try terminal.send(Array("\u{1B}[200~".utf8) + text + Array("\u{1B}[201~\r".utf8))
    try terminal.wait(for: "line of 1048576 bytes\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("alive\r")
    try terminal.wait(for: "line \"alive\"\r\n")
  }

  @Test func aHundredKilobytesTypedAtOnceAreALine() throws {
    let terminal = try start()
    try terminal.send([UInt8](repeating: UInt8(ascii: "x"), count: 100_000) + [13])
    try terminal.wait(for: "line of 100000 bytes\r\n")
  }

  @Test func bytesThatAreNotUTF8AreReported() throws {
    let terminal = try start()
    try terminal.send(Array("\u{1B}[200~ab".utf8) + [0xFF, 0xC3] + Array("c\u{1B}[201~\r".utf8))
    try terminal.wait(for: "malformed \"ab\u{FFFD}\u{FFFD}c\" at 2\r\n")
    try terminal.wait(for: prompt)
    try terminal.send([0xFE, 0x80, 0xE2, 0x82, 9, 13])
    try terminal.wait(for: "malformed ")
    try terminal.wait(for: prompt)
    try terminal.send("alive\r")
    try terminal.wait(for: "line \"alive\"\r\n")
  }

  @Test func controlCharactersDoNotEndTheSession() throws {
    let terminal = try start()
    let keys = (0..<32).filter { ![3, 4, 10, 13, 15, 17, 19, 26, 28].contains($0) }
    for key in keys.map(UInt8.init) {
      // Ctrl-G leaves whatever the key began; Ctrl-C then drops the line.
      try terminal.send([key, 0x78, 0x07, 0x07])
    }
    try terminal.send("seen")
    try terminal.wait(for: "seen")
    try terminal.send(controlC)
    try terminal.wait(for: "interrupted\r\n")
    try terminal.wait(for: prompt)
    try terminal.send("alive\r")
    try terminal.wait(for: "line \"alive\"\r\n")
  }
}
