import Foundation
import Testing

/// What the program has written it does not read as text, and what it says to paste works.
@Suite("The program's own files and advice")
struct OwnFilesTests {
  private let charlstm: CommandLineSession
  private static let small = "--layers 1 --hidden-size 8 --batch-size 4 --sample-every 0 --quiet"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "notes"), withIntermediateDirectories: false)
    let text = String(repeating: "The king is dead, long live the king.\n", count: 40)
    for name in ["a.txt", "z.txt"] { try charlstm.put(text, at: "notes/\(name)") }
  }

  @Test(arguments: ["notes/run", "notes", "notes/deep/er"])
  func aRunBelowItsCorpus(run: String) throws {
    if run == "notes/deep/er" {
      try FileManager.default.createDirectory(
        at: charlstm.folder.appending(path: "notes/deep"), withIntermediateDirectories: false)
    }
    let before = try charlstm("evaluate tiny.safetensors notes")
    let done = CommandLineSession.Outcome(code: 0, output: "", error: "")
    let train = "train notes --output \(run) \(Self.small)"
    #expect(try charlstm("\(train) --max-steps 2") == done)
    #expect(try charlstm("evaluate tiny.safetensors notes") == before)
    #expect(
      try charlstm("train notes --output \(run) --resume --quiet --sample-every 0 --max-steps 4")
        == done)
    #expect(try charlstm("\(train) --max-steps 2 --overwrite --vocabulary bytes") == done)
    let info = try charlstm("info \(run)/best.safetensors").output
    let alone = "train notes/a.txt notes/z.txt --output other \(Self.small) --max-steps 2"
    #expect(try charlstm("\(alone) --vocabulary bytes") == done)
    #expect(try charlstm("info other/best.safetensors").output == info)
  }

  @Test func modelsAndSessionsAreNoText() throws {
    let before = try charlstm("evaluate tiny.safetensors notes")
    _ = try charlstm("repl tiny.safetensors --length 5", input: "KING\n/save notes/session\n")
    try FileManager.default.copyItem(
      at: charlstm.folder.appending(path: "tiny.safetensors"),
      to: charlstm.folder.appending(path: "notes/model.safetensors"))
    #expect(try charlstm("evaluate tiny.safetensors notes") == before)
    for path in ["notes/session", "notes/model.safetensors"] {
      let message =
        "Error: \(path) is a model, or a session that /save has written, not text; name a text\n"
      for line in [
        "evaluate tiny.safetensors \(path)", "train notes \(path) --output run",
        "train \(path) --output run --vocabulary bytes", "novelty \(path) --corpus notes",
      ] {
        let outcome = try charlstm(line)
        #expect(outcome.code == 65 && outcome.error == message)
      }
    }
    // A person's own metrics are text.
    try charlstm.put("The king.\n", at: "notes/metrics.jsonl")
    #expect(try charlstm("evaluate tiny.safetensors notes") != before)
  }

  @Test(arguments: ["folder/run", "folder"])
  func aClassifiersRunInTheFolderOfItsClasses(run: String) throws {
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "folder"), withIntermediateDirectories: false)
    for name in ["high", "low"] {
      try charlstm.put(String(repeating: "\(name) text\n", count: 10), at: "folder/\(name).txt")
    }
    let line = "classify train folder --output \(run) --layers 1 --hidden-size 8 --quiet"
    #expect(try charlstm("\(line) --max-steps 1").code == 0)
    let resumed = try charlstm("classify train folder --output \(run) --resume --max-steps 2 -q")
    #expect(resumed == .init(code: 0, output: "", error: ""))
  }

  /// Ctrl-C, and then what was printed, pasted into a shell.
  @Test(arguments: ["-n", "it's a name", "two\nlines", "tab\t'\\ $HOME \"q\"", "*"])
  func adviceWorksWhenPasted(name: String) throws {
    let text = String(repeating: "The king is dead, long live the king.\n", count: 40)
    try charlstm.put(text, at: name)
    let run = name + " run"
    let training = try charlstm.start(
      ["train", "./" + name, "--output=" + run]
        + "--epochs 100000 --layers 1 --hidden-size 8"
        .split(separator: " ").map(String.init))
    let metrics = charlstm.folder.appending(path: "\(run)/metrics.jsonl").path
    try training.wait(within: 60) {
      (try? String(contentsOfFile: metrics, encoding: .utf8))?.contains("\"step\":20") ?? false
    }
    training.interrupt()
    let stopped = try training.finish(within: 60)
    let message = try #require(
      stopped.error.firstMatch(
        of: #/Stopped at step (\d+) and saved\. To go on:\n  charlstm (.*)\n$/#))
    let step = try #require(Int(message.1))
    let pasted = try charlstm.start(
      ["-c", "\"$CHARLSTM\" \(message.2) --max-steps \(step + 1) --quiet --sample-every 0"],
      program: URL(filePath: "/bin/bash"))
    #expect(try pasted.finish(within: 60) == .init(code: 0, output: "", error: ""))
  }
}
