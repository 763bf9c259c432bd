import ArgumentParser
import Foundation
import LabelledData
import Paths
import Text

/// Where prompts come from.
struct PromptOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: "What the text goes on from; \\n, \\t and \\u{…} stand for characters.",
    transform: utf8Text)
  var prompt: String?

  @Option(help: "A file with the prompt, or - for standard input.")
  var promptFile: String?

  @Option(
    help: """
      A file with a prompt a line, or - for standard input, whose prompts are answered as they come.
      """)
  var promptsFile: String?

  /// Whether prompts may come one by one from a program that waits for each answer.
  var areWaitedFor: Bool { promptsFile == "-" && prompt == nil && promptFile == nil }

  /// At least one; the empty prompt where none is given.
  func read() throws -> [String] {
    guard [prompt, promptFile, promptsFile].compactMap({ $0 }).count <= 1 else {
      throw Failure.usage("give one of --prompt, --prompt-file, --prompts-file")
    }
    if let promptFile { return [try contents(of: promptFile)] }
    if let promptsFile {
      var reader = try LineReader(path: promptsFile)
      var lines: [String] = []
      while let line = try reader.next() { lines.append(line) }
      guard !lines.isEmpty else { throw Failure.badData("no prompt in \(path: promptsFile)") }
      return lines
    }
    return [try typed(prompt ?? "", for: "--prompt")]
  }

  private func contents(of path: String) throws -> String {
    guard let bytes = path == "-" ? readAll(STDIN_FILENO) : readFile(path) else {
      throw Failure(
        description:
          "cannot read the prompt file \(path: path): \(String(cString: strerror(errno))); "
          + "check the path",
        code: .noInput)
    }
    if let content = bytes.withUnsafeBytes({ ForeignContent(head: $0) }) {
      throw Failure.badData(content.description(of: path == "-" ? nil : path))
    }
    let text = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
    guard let text = String(validating: text, as: UTF8.self) else {
      throw Failure.badData(
        "the prompt file \(path: path) is not UTF-8; convert it, from Latin-1 or Windows-1252 with "
          + latin1Remedy(path == "-" ? "standard input" : path))
    }
    return text
  }
}

/// A text of the command line, with backslashes for what cannot be typed, as in the REPL's /set.
func typed(_ text: String, for option: String) throws -> String {
  guard let meant = unescaped(text) else { throw Failure.usage("\(option): \(escapeRule)") }
  return meant
}

/// The bytes of a file; nil, with the reason in `errno`, where they cannot be read.
private func readFile(_ path: String) -> [UInt8]? {
  let descriptor = open(path.cPath, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  let bytes = readAll(descriptor)
  let reason = errno
  close(descriptor)
  errno = reason
  return bytes
}

private func readAll(_ descriptor: Int32) -> [UInt8]? {
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &piece, piece.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { return nil }
    guard count > 0 else { return bytes }
    bytes += piece[..<count]
  }
}
