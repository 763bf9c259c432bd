import CPU
import FileTesting
import Foundation
import TerminalTesting
import Testing

/// The sessions that the README and the article on writing show are what a terminal shows.
@Suite struct ReadmeTranscriptTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A line typed at a prompt, and the lines shown until the next prompt.
  private struct Exchange {
    var typed: String
    var shown: [String]
  }

  /// Without what differs from run to run: how fast it was.
  private static func withoutRate(_ text: some StringProtocol) -> String {
    String(text).replacing(/[\d,]+\/s/, with: "N/s")
  }

  private static func transcript(
    in document: String, after beginning: String
  ) throws -> (arguments: [String], [Exchange]) {
    let text = try String(contentsOf: root.appending(path: document), encoding: .utf8)
    let begin = try #require(text.range(of: "```\n" + beginning))
    let end = try #require(text.range(of: "\n```", range: begin.upperBound..<text.endIndex))
    let lines = text[begin.upperBound..<end.lowerBound].split(
      separator: "\n", omittingEmptySubsequences: false)
    var exchanges = [Exchange(typed: "", shown: [])]
    for line in lines.dropFirst() {
      if let prompt = line.firstMatch(of: #/^[a-z0-9-]*> /#) {
        exchanges.append(Exchange(typed: String(line[prompt.range.upperBound...]), shown: []))
      } else {
        exchanges[exchanges.count - 1].shown.append(withoutRate(line))
      }
    }
    return (lines[0].split(separator: " ").map(String.init), exchanges)
  }

  // CPUs without fused multiplication round otherwise, and write in float32.
  @Test(
    .enabled(if: InstructionSet.current >= .avx2),
    arguments: [
      ("README.md", "$ charlstm ", ""),
      (
        "Sources/CharLSTM/CharLSTM.docc/Writing.md",
        "$ EDITOR='sed -i s/queen/king/' charlstm ", "sed -i s/queen/king/"
      ),
    ])
  func theSessionIsWhatATerminalShows(
    document: String, beginning: String, editor: String
  ) throws {
    let (arguments, exchanges) = try Self.transcript(in: document, after: beginning)
    #expect(exchanges.count > 5)
    let folder = try TemporaryFolder()
    let terminal = try PseudoTerminal(
      spawning: builtExecutable(named: "charlstm"), arguments: arguments,
      environment: [
        "TERM": "xterm", "HOME": folder.path, "INPUTRC": "/dev/null", "LANG": "C.UTF-8",
        "NO_COLOR": "1", "EDITOR": editor,
      ])
    for exchange in exchanges {
      if !exchange.typed.isEmpty { try terminal.send(exchange.typed + "\r") }
      guard !exchange.shown.isEmpty else { continue }
      let output = try terminal.wait(for: "> ", timeout: .seconds(60))
        .replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").replacing("\r\n", with: "\n")
      // Before it comes what was typed, after it the prompt's name.
      let shown = exchange.shown.joined(separator: "\n") + "\n"
      #expect(Self.withoutRate(output).contains(shown), "after \(exchange.typed)")
    }
    #expect(try terminal.exitStatus() == .exited(0))
  }
}
