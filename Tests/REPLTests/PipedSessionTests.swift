import FileTesting
import Foundation
import TerminalTesting
import Testing

/// The program without a terminal: lines in, text out, an exit code.
@Suite struct PipedSessionTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  @Test func linesComeInAndTextGoesOut() throws {
    let result = try run(
      ["repl", model, "--length", "5", "--seed", "3"], input: "To be\n/more\nor")
    #expect(result.code == 0)
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("To be") && lines[0].count == 10)
    #expect(lines[1].count == 5)
    #expect(lines[2].hasPrefix("or") && lines[2].count == 7)
  }

  @Test func theTextIsThatOfTheSampleCommand() throws {
    let repl = try run([model, "--length", "80", "--seed", "3"], input: "To be\n")
    let sample = try run(
      ["sample", model, "--length", "80", "--seed", "3", "--prompt", "To be"], input: "")
    #expect(repl.output == sample.output)
  }

  @Test func linesFromTheCommandLineComeFirst() throws {
    let result = try run(
      [
        "repl", model, "--execute", "/set length 4", "--execute", "/set seed 8", "-e", "/set seed",
      ], input: "/set length\n")
    #expect(result == Result(code: 0, output: "seed 8\nlength 4\n", errors: ""))
    let quit = try run(["repl", model, "-e", "/quit", "-e", "/set seed"], input: "/set length\n")
    #expect(quit == Result(code: 0, output: "", errors: ""))
  }

  @Test(arguments: [
    ("/nonsense", 64), ("/set length x", 64), ("/set temperature -1", 64), ("/open MISSING", 66),
    ("/load NOTES", 65), ("/open TINY", 65), ("/save NO/FOLDER/FILE", 73), ("é", 65),
    ("\u{FF}", 65),
    ("/quit now", 64),
  ])
  func theExitCodeIsThatOfTheFirstFailure(line: String, code: Int32) throws {
    try folder.write("notes", to: "notes")
    let line = line.replacing("MISSING", with: folder.file("missing"))
      .replacing("NOTES", with: folder.file("notes")).replacing("TINY", with: model)
      .replacing("NO/FOLDER", with: folder.file("no/folder"))
    let bytes = line == "\u{FF}" ? [0xFF] : Array(line.utf8)
    let result = try run(
      ["repl", model], input: bytes + Array("\n/set length\n/nonsense\n".utf8))
    #expect(result.code == code)
    // The session went on.
    #expect(result.output == "length 500\n")
    #expect(
      result.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("Error: ") || code == 65 })
  }

  @Test(arguments: [
    ["--temperature", "-1"], ["--length", "0"], ["--speed", "0"], ["--stop", ""],
    ["--threads", "0"], ["--nonsense"],
  ])
  func optionsAreChecked(options: [String]) throws {
    let result = try run(["repl", model] + options, input: "To be\n")
    #expect(result.code == 64)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("Error: "))
  }

  @Test func theModelIsFoundOrMissed() throws {
    let named = try run([], input: "/show\n", environment: ["CHARLSTM_MODEL": model])
    #expect(named.code == 0)
    #expect(named.output.hasPrefix("model               tiny.safetensors: lstm 2 × 24"))
    let missing = try run(["repl", folder.file("missing")], input: "")
    #expect(missing.code == 66)
    #expect(missing.errors.hasPrefix("Error: cannot open \(folder.path)/missing: "))
    // Found from any working folder, through the link that a person may call it by.
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("charlstm"), withDestinationPath: builtExecutable(named: "charlstm"))
    let data = folder.file("data/charlstm")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: model, toPath: data + "/tiny.safetensors")
    let found = try run(
      [], input: "/info\n", environment: ["XDG_DATA_HOME": folder.file("data")],
      program: folder.file("charlstm"))
    #expect(found.code == 0)
  }

  @Test func aClassifierReadsLines() throws {
    let classifier = try folder.writeClassifier()
    let output = try Talk(classifier: classifier, isInteractive: false, width: 80).say("lemon")
    let options = ["--precision", "float32"]
    let given = try run(["repl", classifier] + options, input: "lemon\n")
    #expect(given == Result(code: 0, output: output, errors: ""))
    let found = try run(options, input: "lemon\n", environment: ["CHARLSTM_MODEL": classifier])
    #expect(found == given)
    let beside = try run(
      ["repl", model] + options, input: "/classify lemon\n",
      environment: ["CHARLSTM_CLASSIFIER": classifier])
    #expect(beside.code == 0 && output.hasPrefix(beside.output) && !beside.output.isEmpty)
    // Unless told otherwise, the shipped model tells the language.
    let shipped = try run(
      ["repl", model] + options, input: "/classify Wo ist der Bahnhof, bitte?\n")
    #expect(shipped.code == 0 && shipped.output.hasPrefix("de "))
    let missing = try run(
      ["repl", model] + options, input: "/classify lemon\n",
      environment: ["CHARLSTM_CLASSIFIER": folder.file("missing")])
    #expect(missing.code == 66 && missing.output == "")
    #expect(try run(["repl", classifier], input: "123\n").code == 65)
    #expect(try run(["repl", classifier], input: "/load \(model)\n").code == 65)
  }

  @Test func aFullOutputIsAnError() throws {
    let result = try run(
      ["repl", model], input: "/help\nTo be\n", output: "/dev/full")
    #expect(result.code == 74)
    #expect(result.errors.hasPrefix("Error: cannot write to standard output: "))
  }

  @Test func aSessionGoesOnInAnotherProcess() throws {
    let session = folder.file("session")
    let setup =
      "/set repetition-penalty 1.4\nTo be\n/more 30\nor not\n/undo\n/branch other\n/more 4\n"
    let goingOn = "question\n/undo\n/switch main\n/redo\n/more 50\n/branches\n"
    let options = ["--seed", "5", "--length", "40"]
    let whole = try run(["repl", model] + options, input: setup + goingOn)
    let first = try run(["repl", model] + options, input: setup + "/save \(session)\n")
    let second = try run(["repl", model], input: "/open \(session)\n" + goingOn)
    #expect(first.code == 0 && second.code == 0)
    #expect(whole.output == first.output + second.output)
  }

  // MARK: -

  private struct Result: Equatable {
    var code: Int32
    var output: String
    var errors: String
  }

  private func run(
    _ arguments: [String], input: String, environment: [String: String] = [:],
    output: String? = nil, program: String? = nil
  ) throws -> Result {
    try run(
      arguments, input: Array(input.utf8), environment: environment, output: output,
      program: program)
  }

  private func run(
    _ arguments: [String], input: [UInt8], environment: [String: String] = [:],
    output: String? = nil, program: String? = nil
  ) throws -> Result {
    let name = UUID().uuidString
    for end in ["in", "out", "err"] { try folder.write("", to: name + end) }
    try folder.write(input, to: name + "in")
    let process = Process()
    process.executableURL = URL(filePath: program ?? builtExecutable(named: "charlstm"))
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: "/")
    process.environment = ["HOME": folder.path].merging(environment) { $1 }
    let given = FileHandle(forReadingAtPath: folder.file(name + "in"))
    let written = FileHandle(forWritingAtPath: output ?? folder.file(name + "out"))
    let errors = FileHandle(forWritingAtPath: folder.file(name + "err"))
    defer { for file in [given, written, errors] { try? file?.close() } }
    process.standardInput = given
    process.standardOutput = written
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try folder.read(name + "out"),
      errors: try folder.read(name + "err"))
  }
}
