import CPU
import Generation
import LineEditing
import REPL
import Recurrent

/// A session without a terminal: lines from an array, and all that a person would see as one text.
final class Talk {
  let interpreter: any LineInterpreter

  /// A session of a model that writes.
  ///
  /// - Parameters:
  ///   - isInteractive: whether a person types the lines at a terminal; a pipe otherwise.
  ///   - interruptAfter: how many looks for Ctrl-C find none before one does.
  ///   - classifier: the one that is found.
  convenience init(
    _ model: String, seed: UInt64 = 1, length: Int = 24, isInteractive: Bool = true,
    colour: Bool = false, width: Int = 60, interruptAfter: Int? = nil,
    edit: ((String) throws -> String)? = nil, classifier: String? = nil, device: Device = .cpu()
  ) throws {
    try self.init(isInteractive, colour, width, interruptAfter, edit, classifier) {
      try Interpreter(
        model: ResidentModel(contentsOf: model, precision: .float32, device: device),
        settings: Settings(writing: WritingOptions(length: length), precision: .float32),
        seed: seed, screen: $0, surroundings: $1)
    }
  }

  /// A session of a classifier.
  convenience init(
    classifier: String, isInteractive: Bool = true, colour: Bool = false, width: Int = 60,
    interruptAfter: Int? = nil, device: Device = .cpu()
  ) throws {
    try self.init(isInteractive, colour, width, interruptAfter, nil, nil) {
      try ClassifierInterpreter(
        classifier: ResidentClassifier(contentsOf: classifier, precision: .float32, device: device),
        screen: $0, surroundings: $1)
    }
  }

  private init(
    _ isInteractive: Bool, _ colour: Bool, _ width: Int, _ interruptAfter: Int?,
    _ edit: ((String) throws -> String)?, _ classifier: String?,
    open: (Screen, Surroundings) throws -> any LineInterpreter
  ) throws {
    let log = Log()
    self.log = log
    self.isInteractive = isInteractive
    var looks = interruptAfter ?? -1
    interpreter = try open(
      Screen(
        output: { log.text += $0 }, remarks: { log.text += isInteractive ? $0 : "[\($0)]" },
        isTerminal: isInteractive, isInteractive: isInteractive, outputColour: colour,
        remarkColour: colour, width: { width }),
      Surroundings(
        takeInterrupt: {
          defer { looks -= 1 }
          return looks == 0
        },
        now: { log.time }, sleep: { log.time += $0 }, edit: edit,
        findClassifier: {
          let locator = ModelLocator(
            environment: [
              "CHARLSTM_CLASSIFIER": classifier ?? "", "XDG_DATA_DIRS": "/nowhere/share",
            ], executable: "/nowhere/bin/charlstm")
          return try locator.findClassifier()
        }))
  }

  private let log: Log
  private let isInteractive: Bool

  /// Says these lines and returns what was typed, shown and said, in order. Remarks to nobody at a
  /// keyboard stand in brackets.
  @discardableResult
  func say(_ lines: String...) throws -> String { try say(lines.map { .line($0) }) }

  @discardableResult
  func say(_ results: [LineResult]) throws -> String {
    log.text = ""
    var source = Lines(rest: results[...], log: isInteractive ? log : nil)
    try interpreter.run(&source)
    return log.text
  }

  /// What is kept of entries, for the arrow keys.
  var remembered: [String] { log.remembered }
}

private final class Log {
  var text = ""
  var time = 0.0
  var remembered: [String] = []
}

/// Shows what is typed, as a terminal does.
private struct Lines: LineSource {
  var rest: ArraySlice<LineResult>
  let log: Log?

  mutating func readLine(prompt: String) -> LineResult {
    guard let result = rest.popFirst() else { return .endOfInput }
    switch result {
    case .line(let line): log?.text += prompt + line + "\n"
    default: log?.text += prompt + "\n"
    }
    return result
  }

  mutating func remember(_ entry: String) { log?.remembered.append(entry) }
}
