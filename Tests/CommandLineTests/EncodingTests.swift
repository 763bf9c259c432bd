import Foundation
import Testing

/// A file's signature and a line's end are not text, and what is no UTF-8 is named with the remedy.
@Suite("Byte order marks, line ends, other encodings")
struct EncodingTests {
  private let charlstm: CommandLineSession
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private func put(_ bytes: some Sequence<UInt8>, at name: String) throws {
    try Data(bytes).write(to: charlstm.folder.appending(path: name))
  }

  @Test func marksOfManyFilesAreNoText() throws {
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "notes"), withIntermediateDirectories: false)
    for name in ["a", "b", "c"] {
      try put(Self.mark + Array("The king is dead.\n".utf8), at: "notes/\(name).txt")
    }
    try put(Self.mark, at: "notes/empty.txt")
    try charlstm.put(String(repeating: "The king is dead.\n", count: 3), at: "plain.txt")
    let plain = try charlstm("evaluate tiny.safetensors plain.txt")
    #expect(plain.code == 0 && plain.error == "")
    #expect(try charlstm("evaluate tiny.safetensors notes") == plain)
    let first = try charlstm("evaluate tiny.safetensors notes/a.txt notes/b.txt -", input: "x")
    #expect(first.error == "")
    #expect(
      try charlstm("novelty plain.txt --corpus notes --json")
        == charlstm("novelty plain.txt --corpus plain.txt --json")
        .replacing("\"corpus_file\":\"plain.txt\"", with: "\"corpus_file\":\"notes/a.txt\""))
    // Offsets are those of the file.
    try put(Self.mark + [0x61, 0x62, 0xE9, 0x0A], at: "notes/bad.txt")
    let bad = try charlstm("evaluate tiny.safetensors notes/bad.txt")
    #expect(bad.error.hasPrefix("Error: notes/bad.txt: invalid UTF-8 at byte 5; "))
    #expect(try charlstm("evaluate tiny.safetensors notes/empty.txt").code == 65)
  }

  @Test func promptsAndSessions() throws {
    let mark = String(decoding: Self.mark, as: UTF8.self)
    let options = "sample tiny.safetensors --seed 7 --length 20"
    let plain = try charlstm("\(options) --prompt KING")
    try charlstm.put(mark + "KING", at: "prompt.txt")
    #expect(try charlstm("\(options) --prompt-file prompt.txt") == plain)
    #expect(try charlstm("\(options) --prompt-file -", input: mark + "KING") == plain)
    for ends in ["\n", "\r\n", "\r"] {
      try charlstm.put(mark + "KING\(ends)the\(ends)", at: "prompts.txt")
      let lines = try charlstm("\(options) --json-lines --prompts-file prompts.txt")
      #expect(lines.error == "")
      #expect(lines.output.split(separator: "\n").count == 2)
      #expect(lines.output.contains("\"prompt\":\"KING\""))
      #expect(lines.output.contains("\"prompt\":\"the\""))
      let session = try charlstm(
        "repl tiny.safetensors --seed 7 --length 20", input: "\(mark)KING\(ends)/set length\(ends)")
      #expect(session == .init(code: 0, output: plain.output + "length 20\n", error: ""))
    }
  }

  @Test(
    arguments: [
      ("UTF-16", [0xFF, 0xFE], String.Encoding.utf16LittleEndian),
      ("UTF-16", [0xFE, 0xFF], .utf16BigEndian),
      ("UTF-32", [0xFF, 0xFE, 0, 0], .utf32LittleEndian),
      ("UTF-32", [0, 0, 0xFE, 0xFF], .utf32BigEndian),
      ("UTF-16LE", [], .utf16LittleEndian), ("UTF-16BE", [], .utf16BigEndian),
      ("UTF-32LE", [], .utf32LittleEndian), ("UTF-32BE", [], .utf32BigEndian),
    ] as [(String, [UInt8], String.Encoding)])
  func otherEncodings(name: String, mark: [UInt8], encoding: String.Encoding) throws {
    for text in ["The king is dead, long live the king!\n", "Король умер, да здравствует.\n"] {
      let data = try #require(text.data(using: encoding))
      try put(mark + data, at: "the king.txt")
      let message =
        "Error: the king.txt is \(name), not UTF-8; convert it: iconv -f \(name) -t UTF-8 "
        + "'the king.txt' > 'the king.txt.utf-8.txt'\n"
      for command in [
        ["train", "the king.txt", "--output", "run"],
        ["evaluate", "tiny.safetensors", "the king.txt"],
        ["novelty", "the king.txt", "--corpus", "the king.txt"],
        ["sample", "tiny.safetensors", "--prompt-file", "the king.txt"],
        ["sample", "tiny.safetensors", "--prompts-file", "the king.txt"],
        ["classify", "train", "the king.txt", "--output", "run", "--format", "csv"],
      ] {
        let outcome = try charlstm.start(command).finish(within: 60)
        #expect(outcome == .init(code: 65, output: "", error: message))
      }
    }
  }

  /// The same through a pipe, whose bytes come as they come.
  @Test(
    arguments: [
      ("UTF-16", [0xFF, 0xFE], String.Encoding.utf16LittleEndian),
      ("UTF-16", [0xFE, 0xFF], .utf16BigEndian),
      ("UTF-32", [0xFF, 0xFE, 0, 0], .utf32LittleEndian),
      ("UTF-32", [0, 0, 0xFE, 0xFF], .utf32BigEndian),
      ("UTF-16LE", [], .utf16LittleEndian), ("UTF-16BE", [], .utf16BigEndian),
      ("UTF-32LE", [], .utf32LittleEndian), ("UTF-32BE", [], .utf32BigEndian),
    ] as [(String, [UInt8], String.Encoding)])
  func otherEncodingsThroughPipes(
    name: String, mark: [UInt8], encoding: String.Encoding
  ) throws {
    // The first letter of Serbian has a byte that looks like a line feed.
    for text in [
      "The king is dead!\nlong live\n", "Њерош је краљ.\nКороль умер, да здравствует.\n",
    ] {
      let data = try #require(text.data(using: encoding))
      try put(mark + data, at: "text")
      let message =
        "Error: standard input is \(name), not UTF-8; pipe it through iconv -f \(name) -t UTF-8\n"
      for command in [
        "repl tiny.safetensors --length 5", "sample tiny.safetensors --prompts-file - --length 5",
        "sample tiny.safetensors --prompt-file - --length 5", "evaluate tiny.safetensors -",
        "train - --output run", "novelty tiny.txt --corpus -", "novelty - --corpus tiny.txt",
      ] {
        try charlstm.put("The king", at: "tiny.txt")
        for source in ["text", "<(cat text)"] {
          let outcome = try charlstm.start(
            ["-c", "exec \"$CHARLSTM\" \(command) < \(source)"], program: URL(filePath: "/bin/bash")
          ).finish(within: 60)
          #expect(outcome == .init(code: 65, output: "", error: message), "\(command) < \(source)")
        }
      }
    }
  }

  /// What is no text ends a session, too.
  @Test func documentsOfProgramsThroughPipes() throws {
    for (head, words) in [
      ([0x50, 0x4B, 3, 4], "is a Word document"), ([0x1F, 0x8B, 8], "is compressed, not text"),
      (Array("%PDF-1.7\n".utf8), "is a PDF, not text"),
    ] as [([UInt8], String)] {
      try put(head + Array("some bytes\n/quit\n".utf8), at: "book")
      for command in ["repl tiny.safetensors", "sample tiny.safetensors --prompts-file -"] {
        let outcome = try charlstm.start(
          ["-c", "exec \"$CHARLSTM\" \(command) < book"], program: URL(filePath: "/bin/bash")
        ).finish(within: 60)
        #expect(outcome.code == 65 && outcome.output == "")
        #expect(outcome.error.hasPrefix("Error: standard input \(words)"))
        #expect(outcome.error.split(separator: "\n").count == 1)
      }
    }
  }

  @Test func documentsOfPrograms() throws {
    for (head, message) in [
      ([0x50, 0x4B, 3, 4], "is a Word document, a book or another ZIP archive, not text; "),
      ([0x1F, 0x8B, 8], "is compressed, not text; "),
      (Array("%PDF-1.7\n".utf8), "is a PDF, not text; "),
      ([0xD0, 0xCF, 0x11, 0xE0], "is a document of Office, not text; "),
    ] as [([UInt8], String)] {
      try put(head + Array("some bytes".utf8), at: "book")
      for line in ["train book --output run", "evaluate tiny.safetensors book"] {
        let outcome = try charlstm(line)
        #expect(outcome.code == 65 && outcome.error.hasPrefix("Error: book \(message)"))
        #expect(!outcome.error.contains("--vocabulary bytes"))
      }
    }
  }
}

extension CommandLineSession.Outcome {
  fileprivate func replacing(_ text: String, with other: String) -> Self {
    .init(code: code, output: output.replacing(text, with: other), error: error)
  }
}
