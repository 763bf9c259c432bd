import ArgumentParser
import Foundation

/// Where prompts come from.
struct PromptOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "What the text goes on from.")
  var prompt: String?

  @Option(help: "A file with the prompt, or - for standard input.")
  var promptFile: String?

  @Option(help: "A file with a prompt a line, or - for standard input.")
  var promptsFile: String?

  /// At least one; the empty prompt where none is given.
  func read() throws -> [String] {
    guard [prompt, promptFile, promptsFile].compactMap({ $0 }).count <= 1 else {
      throw Failure.usage("give one of --prompt, --prompt-file, --prompts-file")
    }
    if let promptFile { return [try contents(of: promptFile)] }
    if let promptsFile {
      var lines = try contents(of: promptsFile).unicodeScalars
        .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
      if lines.last == "" { lines.removeLast() }
      guard !lines.isEmpty else { throw Failure.badData("no prompt in \(promptsFile)") }
      return lines
    }
    return [prompt ?? ""]
  }

  private func contents(of path: String) throws -> String {
    let data: Data
    do {
      data =
        path == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data()
        : try Data(contentsOf: URL(filePath: path))
    } catch {
      throw Failure(
        description: "cannot read the prompt file \(path): \(error.localizedDescription)",
        code: .noInput)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure.badData(
        "the prompt file \(path) is not UTF-8; convert it, for instance with iconv")
    }
    return text
  }
}
