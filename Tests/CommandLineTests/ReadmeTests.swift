import CPU
import Foundation
import Recurrent
import Testing

/// What the documents show of the shipped models is what the program writes.
@Suite("Documents")
struct ReadmeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  // CPUs without fused multiplication round otherwise, and write in float32.
  @Test(
    .enabled(if: InstructionSet.current >= .avx2),
    arguments: [
      (
        "Sources/CharLSTM/CharLSTM.docc/Writing.md",
        "$ charlstm sample checkpoints/plays.safetensors", "\n"
      ),
      ("checkpoints/README.md", "`charlstm sample checkpoints/shakespeare.safetensors", "```\n"),
      ("checkpoints/README.md", "`charlstm sample checkpoints/plays.safetensors", "```\n"),
    ])
  func samples(_ document: String, _ beginning: String, _ before: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
    let begin = try #require(text.range(of: beginning))
    let line = try #require(text.range(of: "\n", range: begin.lowerBound..<text.endIndex))
    let command = text[begin.lowerBound..<line.lowerBound].trimmingCharacters(
      in: CharacterSet(charactersIn: "$ `:"))
    let first = try #require(
      text.range(of: before, range: begin.lowerBound..<text.endIndex))
    let end = try #require(text.range(of: "\n```", range: first.upperBound..<text.endIndex))
    let shown = text[first.upperBound..<end.lowerBound]
    // A model is named from the project's folder.
    let arguments = command.dropFirst("charlstm ".count).replacing(
      "checkpoints/", with: Self.root.path + "/checkpoints/")
    // Every second piece between quotes is one argument.
    let pieces = arguments.split(separator: "\"", omittingEmptySubsequences: false)
    let outcome = try CommandLineSession().start(
      pieces.enumerated().flatMap { index, piece in
        index % 2 == 1 ? [String(piece)] : piece.split(separator: " ").map(String.init)
      }
    ).finish(within: 60)
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(outcome.output.trimmingCharacters(in: .newlines) == shown)
  }
}
