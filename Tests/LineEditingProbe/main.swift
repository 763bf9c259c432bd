// Reads lines with a LineEditor and says what came of each: the other end of the tests that need a
// terminal. Arguments: the history file, or "-" for none, and the most entries it keeps.

import CReadline
import Foundation
import LineEditing

func say(_ text: String) {
  print(text)
  fflush(nil)
}

func complete(_ request: CompletionRequest) -> Completion {
  if request.textBeforeWord == "file " { return .fileNames }
  switch request.word {
  case "abort!": abort()
  case "exit!": exit(3)
  case "trap!": fatalError("asked to trap")
  case "null!":
    // Not a nil constant, which the compiler would turn into a trap.
    UnsafeMutablePointer<Int>(bitPattern: CommandLine.arguments.count)?.pointee = 1
  default: break
  }
  var rows: Int32 = 0
  var columns: Int32 = 0
  rl_get_screen_size(&rows, &columns)
  return .words([
    CompletionCandidate("alphabet"), CompletionCandidate("alphorn"),
    CompletionCandidate("name=", appendsSpace: false), CompletionCandidate("übung"),
    CompletionCandidate("columns:\(columns)"),
  ])
}

let arguments = CommandLine.arguments
let historyFile = arguments.count > 1 && arguments[1] != "-" ? arguments[1] : nil
let historyLimit = arguments.count > 2 ? Int(arguments[2]) ?? 100 : 100
let interrupt = InterruptFlag()
let editor = LineEditor(
  historyFile: historyFile, historyLimit: historyLimit, completer: complete)
if let failure = editor.historyFailure { say("history: \(failure)") }

while true {
  switch editor.readLine(prompt: "\u{1B}[1mready>\u{1B}[0m ") {
  case .line("generate"):
    say("generating")
    while !interrupt.take() { usleep(1000) }
    say("stopped")
  case .line("output"):
    let output = TerminalOutput(
      descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
    say("terminal \(output.isTerminal) width \(output.width) colour \(output.allowsColour)")
  case .line(let text):
    let count = text.utf8.count
    say(count > 1000 ? "line of \(count) bytes" : "line \(text.debugDescription)")
    editor.remember(text)
  case .malformed(let bytes, let byte):
    let repaired = String(decoding: bytes, as: UTF8.self)
    say("malformed \(repaired.debugDescription) at \(byte)")
  case .interrupted:
    say("interrupted")
  case .endOfInput, .foreign:
    say("end of input")
    exit(0)
  }
}
