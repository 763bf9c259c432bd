import Foundation
import Testing

/// One rule for every file that a command writes: what is there is kept and named, unless told.
@Suite("Files that are there already")
struct ReplacementTests {
  private let charlstm: CommandLineSession
  private let novel = String(repeating: "It was a dark and stormy night.\n", count: 20)

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(novel, at: "novel.txt")
  }

  private static func kept(_ path: String, remedy: String = "--overwrite") -> String {
    "Error: there is a file \(path) already, which was kept; give another name, or replace it with "
      + "\(remedy)\n"
  }

  private func expectKept(
    _ line: String, _ path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try charlstm.bytes(of: path)
    #expect(
      try charlstm(line) == .init(code: 73, output: "", error: Self.kept(path)),
      sourceLocation: sourceLocation)
    #expect(try charlstm.bytes(of: path) == before, sourceLocation: sourceLocation)
  }

  @Test func samples() throws {
    let line = "sample tiny.safetensors --length 5 --seed 1"
    try expectKept("\(line) --output novel.txt", "novel.txt")
    try expectKept("\(line) -o tiny.safetensors", "tiny.safetensors")
    try expectKept("\(line) --count 3 --output novel.txt", "novel.txt")
    try expectKept("\(line) --prompt-file novel.txt --output novel.txt", "novel.txt")
    #expect(try charlstm.names() == ["novel.txt", "tiny.safetensors"])
    #expect(try charlstm("\(line) --output novel.txt --overwrite").code == 0)
    #expect(try charlstm.bytes(of: "novel.txt").count == 6)
  }

  @Test func samplesInAFolder() throws {
    let line = "sample tiny.safetensors --length 5 --seed 1 --output-directory many"
    #expect(try charlstm("\(line) --count 2").code == 0)
    try charlstm.put("mine", at: "many/2.txt")
    // Nothing is written where one of them is in the way.
    try expectKept("\(line) --count 3", "many/0.txt")
    try FileManager.default.removeItem(at: charlstm.folder.appending(path: "many/0.txt"))
    try FileManager.default.removeItem(at: charlstm.folder.appending(path: "many/1.txt"))
    try expectKept("\(line) --count 3", "many/2.txt")
    #expect(try charlstm.names(in: "many") == ["2.txt"])
    // Other names are in nobody's way.
    #expect(try charlstm("\(line) --count 3 --json-lines").code == 0)
    #expect(try charlstm("\(line) --count 3 --overwrite").code == 0)
    #expect(try charlstm.text(of: "many/2.txt").utf8.count == 6)
  }

  @Test func linksFoldersAndDevices() throws {
    let line = "sample tiny.safetensors --length 5 --seed 1"
    try FileManager.default.createSymbolicLink(
      atPath: charlstm.folder.appending(path: "link").path, withDestinationPath: "novel.txt")
    try FileManager.default.createSymbolicLink(
      atPath: charlstm.folder.appending(path: "dangling").path, withDestinationPath: "none")
    try expectKept("\(line) --output link", "link")
    #expect(
      try charlstm("\(line) --output dangling")
        == .init(code: 73, output: "", error: Self.kept("dangling")))
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "folder"), withIntermediateDirectories: false)
    for options in ["", " --overwrite"] {
      #expect(
        try charlstm("\(line) --output folder\(options)")
          == .init(
            code: 74, output: "",
            error: "Error: cannot put the finished file at folder: Is a directory; remove what is "
              + "there or choose another path\n"))
    }
    // Devices are written to and stay.
    #expect(try charlstm("\(line) --output /dev/null --overwrite").code == 0)
    #expect(try charlstm("\(line) --output /dev/null").code == 0)
    var status = stat()
    #expect(lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    #expect(try charlstm("\(line) --output /dev/stdout") == charlstm(line))
    let pipe = try charlstm.start(
      [
        "-c", "mkfifo pipe; cat pipe & \"$CHARLSTM\" \(line) --output pipe; wait; test -p pipe",
      ], program: URL(filePath: "/bin/sh"))
    #expect(try pipe.finish(within: 30) == charlstm(line))
    let full = try charlstm("\(line) --output /dev/full")
    #expect(
      full.error
        == "Error: cannot write /dev/full: No space left on device; make room and try again\n")
    #expect(full.code == 74)
  }

  @Test func confusions() throws {
    let model = "classifier-rnn-1layer-bidirectional-concat.safetensors"
    try charlstm.putFixture(model)
    try charlstm.put("label,text\nhigh,ab\nlow,ba\n", at: "texts.csv")
    for path in ["texts.csv", model, "novel.txt"] {
      try expectKept("classify evaluate \(model) texts.csv --confusion \(path)", path)
    }
  }

  @Test func runs() throws {
    let line = "train novel.txt --output run --hidden-size 8 --max-steps 1 --quiet"
    for name in ["last.safetensors", "written.txt", "metrics.jsonl", "teacher-2/best.safetensors"] {
      try FileManager.default.createDirectory(
        at: charlstm.folder.appending(path: "run/teacher-2"), withIntermediateDirectories: true)
      try charlstm.put("mine", at: "run/\(name)")
      try expectKept(line, "run/\(name)")
      try expectKept("classify \(line)", "run/\(name)")
      try FileManager.default.removeItem(at: charlstm.folder.appending(path: "run"))
    }
    // What a run leaves that is stopped before its first save is in nobody's way.
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "run"), withIntermediateDirectories: false)
    try charlstm.put("{\"step\":1}\n", at: "run/metrics.jsonl")
    #expect(try charlstm(line).code == 0)
  }

  @Test func sessions() throws {
    try charlstm.put("mine", at: "session")
    let line = "repl tiny.safetensors --length 5 --seed 1"
    for (command, path) in [
      ("/write novel.txt", "novel.txt"), ("/write tiny.safetensors", "tiny.safetensors"),
      ("/save novel.txt", "novel.txt"), ("/save session", "session"),
      ("/save ./novel.txt", "./novel.txt"),
    ] {
      let before = try charlstm.bytes(of: path)
      let outcome = try charlstm(line, input: "KING\n\(command)\n/set length\n")
      #expect(outcome.code == 73)
      #expect(outcome.error == Self.kept(path, remedy: "\(command.split(separator: " ")[0])!"))
      #expect(outcome.output.hasSuffix("length 5\n"), "the session goes on")
      #expect(try charlstm.bytes(of: path) == before)
    }
    let outcome = try charlstm(
      line,
      input: """
        KING
        /write! novel.txt
        /save! session
        /save other
        /open session
        /write! "novel.txt"
        /save other
        /write!
        /open! session

        """)
    #expect(try charlstm.text(of: "novel.txt").hasPrefix("KING"))
    #expect(
      outcome.error == Self.kept("other", remedy: "/save!") + """
        Error: /write needs the name of a file
        Error: there is no command /open!; did you mean /open?

        """)
    #expect(outcome.code == 73)
  }
}
