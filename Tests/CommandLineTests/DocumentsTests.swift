import Foundation
import Testing

/// Many files as one text: what stands between them, from `train` to `evaluate`.
@Suite("Files of a corpus")
struct DocumentsTests {
  private let charlstm: CommandLineSession
  private static let small = "--layers 1 --hidden-size 8 --batch-size 4 --sample-every 0"
  private static let done = CommandLineSession.Outcome(code: 0, output: "", error: "")

  init() throws {
    charlstm = try CommandLineSession()
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "notes"), withIntermediateDirectories: false)
    for (name, text) in Self.notes { try charlstm.put(text, at: "notes/\(name).txt") }
  }

  /// Open and ended last lines, and a file with nothing in it.
  private static let notes: [(String, String)] = {
    let text = String(repeating: "The king is dead, long live the king.\n", count: 20)
    return [("a", text + "a"), ("b", ""), ("c", text), ("d", text + "d"), ("e", text + "e")]
  }()

  /// The same text in one file.
  private func putJoined(by separator: String, isForOpenLines: Bool = false) throws {
    let texts = Self.notes.map(\.1).filter { !$0.isEmpty }
    let joined = texts.dropLast().map {
      $0 + (isForOpenLines && $0.hasSuffix("\n") ? "" : separator)
    }
    try charlstm.put(joined.joined() + (texts.last ?? ""), at: "whole.txt")
  }

  /// A run on the folder is the run on the one file, and `evaluate` joins files as it did.
  @Test(
    arguments: [
      ([], "\n", true, "with a line feed put after 2 that do not end with one"),
      (["--document-separator", ""], "", false, "with nothing put between them"),
      (["--document-separator", "\\n\\n"], "\n\n", false, #"with "\n\n" put between them"#),
      (
        ["--document-separator", "-<\\u{E9}>\\t"], "-<é>\t", false,
        #"with "-<é>\t" put between them"#
      ),
    ] as [([String], String, Bool, String)])
  func aFolderIsTheFileJoined(
    options: [String], separator: String, isForOpenLines: Bool, words: String
  ) throws {
    try putJoined(by: separator, isForOpenLines: isForOpenLines)
    for more in ["", " --vocabulary bytes"] {
      let train = (Self.small + " --max-steps 3 --overwrite" + more).split(separator: " ")
        .map(String.init)
      let many = try charlstm.start(["train", "notes", "--output", "many"] + train + options)
        .finish(within: 60)
      #expect(many.code == 0)
      #expect(many.error.contains("\nFiles are joined \(words)\n"))
      let one = try charlstm.start(["train", "whole.txt", "--output", "one"] + train)
        .finish(within: 60)
      #expect(one.code == 0 && !one.error.contains("joined"))
      let evaluation = try charlstm("evaluate many/best.safetensors notes")
      #expect(evaluation.code == 0 && evaluation.error == "")
      #expect(evaluation == (try charlstm("evaluate one/best.safetensors whole.txt")))
    }
    if options.isEmpty {
      let article = URL(filePath: #filePath)
        .appending(path: "../../../Sources/CharLSTM/CharLSTM.docc/Training.md").standardized
      let shown = try String(contentsOf: article, encoding: .utf8)
      #expect(shown.contains("\nFiles are joined \(words)\n"))
    }
    let stored = try charlstm("info many/best.safetensors --json").output
    #expect(stored.contains("\"documentSeparator\":{\"isForOpenLines\":\(isForOpenLines),"))
    #expect(try !charlstm("info one/best.safetensors --json").output.contains("documentSeparator"))
  }

  @Test func filesThatEndTheirLinesAreJoinedAsTheyAre() throws {
    for name in ["x", "y", "z"] { try charlstm.put(Self.notes[2].1, at: "\(name).txt") }
    let train = "--output run \(Self.small) --max-steps 2"
    let three = try charlstm("train x.txt y.txt z.txt \(train)")
    #expect(
      three.error.hasPrefix(
        "3 files: x.txt, y.txt, z.txt\nFiles are joined as they are: each ends with a line feed\n"))
    let info = try charlstm("info run/best.safetensors").output
    #expect(
      info.contains("\nfiles joined by       a line feed after those that do not end with one\n"))
    let one = try charlstm("train x.txt notes/b.txt \(train) --overwrite")
    #expect(one.code == 0 && !one.error.contains("joined"))
    #expect(try !charlstm("info run/best.safetensors").output.contains("joined"))
  }

  @Test func aResumedRunJoinsAsItBegan() throws {
    let separator = ["--document-separator", "<|end|>"]
    let begin = ["train", "notes", "--output", "run", "--max-steps", "2", "--quiet"]
    let small = Self.small.split(separator: " ").map(String.init)
    #expect(try charlstm.start(begin + small + separator).finish(within: 60) == Self.done)
    let resume = "train notes --output run --resume --max-steps 4 --quiet"
    for (given, name) in [("\\n", #""\n""#), ("", "nothing"), ("<|END|>", #""<|END|>""#)] {
      let outcome = try charlstm.start(
        resume.split(separator: " ").map(String.init) + ["--document-separator", given]
      ).finish(within: 60)
      let message =
        "Error: --document-separator \(name) contradicts the run, which has \"<|end|>\"; leave it out\n"
      #expect(outcome == .init(code: 64, output: "", error: message))
    }
    #expect(try charlstm(resume) == Self.done)
    // The same as one that was never stopped, and that was told again.
    let whole = ["train", "notes", "--output", "whole", "--max-steps", "4", "--quiet"]
    #expect(try charlstm.start(whole + small + separator).finish(within: 60) == Self.done)
    #expect(
      try charlstm.bytes(of: "run/best.safetensors") == charlstm.bytes(of: "whole/best.safetensors")
    )
    let again = resume.replacing("--max-steps 4", with: "--max-steps 5")
      .split(separator: " ").map(String.init)
    #expect(try charlstm.start(again + separator).finish(within: 60) == Self.done)
  }

  @Test func whatAnEscapeCannotMeanIsRefused() throws {
    for given in ["\\x", "\\u{110000}", "\\"] {
      let outcome = try charlstm.start(
        ["train", "notes", "--output", "run", "--document-separator", given]
      ).finish(within: 60)
      #expect(outcome.code == 64)
      #expect(
        outcome.error.hasPrefix("Error: --document-separator: after a backslash there must be "))
    }
    #expect(try charlstm.names() == ["notes"])
  }

  @Test func noveltyFindsPassagesInTheirFiles() throws {
    try charlstm.put("king\na|b", at: "sample.txt")
    try charlstm.put("one\ntwo a", at: "1.txt")
    try charlstm.put("b", at: "2.txt")
    func longest(_ options: String) throws -> String {
      try charlstm("novelty sample.txt --n 2 \(options) --corpus 1.txt 2.txt").output
    }
    #expect(
      try longest("--document-separator |").hasSuffix("in the corpus: 1.txt, line 2\n\"a|b\"\n"))
    #expect(try longest("").contains("longest copied passage: 1 character\n"))
  }
}
