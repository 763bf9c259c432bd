import Glibc
import LineEditing
import Testing

@Suite struct LineEditingTests {
  @Test func aCompletionRequestTellsTheWordFromTheRest() {
    let line = "/load é ab"
    let start = line.index(line.startIndex, offsetBy: 8)
    let request = CompletionRequest(line: line, wordRange: start..<line.endIndex)
    #expect(request.word == "ab")
    #expect(request.textBeforeWord == "/load é ")
  }

  @Test func aFileNameLosesItsQuotes() {
    #expect(fileName(fromArgument: "  plain.txt ") == "plain.txt")
    #expect(fileName(fromArgument: "two words") == "two words")
    #expect(fileName(fromArgument: "\"two words\" ") == "two words")
    #expect(fileName(fromArgument: "'it is \"so\"'") == "it is \"so\"")
    #expect(fileName(fromArgument: "\"no end") == "no end")
    #expect(fileName(fromArgument: "\"") == "")
    #expect(fileName(fromArgument: "") == "")
    #expect(fileName(fromArgument: "a~b") == "a~b")
    // No byte of a name is lost.
    for name in ["caf\u{10FEE9}", "\u{301}x", "a\u{A0}", "\u{A0}a", "e\u{301}", "a\nb"] {
      for argument in [name, " \(name)\n", "\"\(name)\"", "'\(name)"] {
        #expect(fileName(fromArgument: argument).utf8.elementsEqual(name.utf8))
      }
    }
  }

  @Test func aTildeIsTheHomeFolder() throws {
    let home = try #require(getenv("HOME").map { String(cString: $0) })
    #expect(fileName(fromArgument: "~/x") == home + "/x")
    #expect(fileName(fromArgument: "\"~/x y\"") == home + "/x y")
  }

  @Test func whatIsNoTerminalHasAWidthAndNoColour() throws {
    let null = open("/dev/null", O_RDWR)
    defer { close(null) }
    let environment = ["TERM": "xterm", "COLUMNS": "100"]
    let output = TerminalOutput(descriptor: null, environment: environment)
    #expect(!output.isTerminal && !output.allowsColour)
    #expect(output.width == 100)
    for columns in ["0", "-3", "wide", ""] {
      #expect(TerminalOutput(descriptor: null, environment: ["COLUMNS": columns]).width == 80)
    }
    #expect(TerminalOutput(descriptor: -1, environment: [:]).width == 80)
  }

  @Test func anArrayIsALineSource() {
    struct Lines: LineSource {
      var rest: ArraySlice<String>
      mutating func readLine(prompt: String) -> LineResult {
        rest.popFirst().map(LineResult.line) ?? .endOfInput
      }
    }
    var source: any LineSource = Lines(rest: ["a", "b"])
    source.remember("a")
    #expect(source.readLine(prompt: "> ") == .line("a"))
    #expect(source.readLine(prompt: "> ") == .line("b"))
    #expect(source.readLine(prompt: "> ") == .endOfInput)
  }
}
