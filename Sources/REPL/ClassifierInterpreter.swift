import Classification
import Checkpoints
import Recurrent
import TerminalText

/// Classifies: what is no command is a text, and its classes are shown and what in it they come
/// from.
package final class ClassifierInterpreter: LineInterpreter {
  package static let commands: [Command<ClassifierInterpreter>] = [
    .help, top, load, info, .quit,
  ]

  package static let manner = """
    Anything else is a text: its most probable classes are shown, then what was read
    of it. A character is green where reading it made the first class more probable
    and red where it made it less, stronger for more; without colours + and - stand
    below those that did most. A backslash at the end of a line continues the text
    on the next; // begins a text with /. Ctrl-C clears the line, Ctrl-D leaves.
    """

  private var resident: ResidentClassifier
  /// How many classes are shown.
  private var top = ResidentClassifier.shownClasses
  package var device: Device { resident.device }
  package let screen: Screen
  package let surroundings: Surroundings
  package var progress = RunProgress()

  package init(classifier: ResidentClassifier, screen: Screen, surroundings: Surroundings) {
    resident = classifier
    self.screen = screen
    self.surroundings = surroundings
  }

  package var greeting: String {
    "\(resident.name): \(resident.shape). Type a text, or /help."
  }

  package var promptPrefix: String { "" }

  package func run(text: String) throws {
    let known = try known(text, to: resident.trained.vocabulary)
    let (none, classes) = try resident.classes(of: known)
    if let none { try screen.prose(none) }
    try screen.probabilities(classes.prefix(top).map { ($0.label, $0.probability) })
    guard let first = classes.first else { return }
    let trained = resident.trained
    try screen.evidence(
      Evidence(
        of: known.text, for: first.index, vocabulary: trained.vocabulary, limit: trained.limit
      ) {
        if surroundings.takeInterrupt() { throw Interrupted() }
        return try resident.probabilities(of: $0)
      })
  }
}

extension ClassifierInterpreter {
  private static let top = Command<ClassifierInterpreter>(
    name: "top", usage: "[n]", summary: "show the n most probable classes from now on",
    argument: .free
  ) { interpreter, argument in
    if let count = try wholeNumber(argument, of: "/top") {
      interpreter.top = count
      try interpreter.screen.remark("top \(count)")
    } else {
      try interpreter.screen.line("top \(interpreter.top)")
    }
  }

  private static let load = Command<ClassifierInterpreter>(
    name: "load", usage: "CLASSIFIER", summary: "take another classifier", argument: .file
  ) { interpreter, argument in
    let old = interpreter.resident
    interpreter.resident = try ResidentClassifier(
      contentsOf: file(argument, for: "/load"), precision: old.precision, device: old.device)
    try interpreter.screen.remark("\(interpreter.resident.name): \(interpreter.resident.shape)")
  }

  private static let info = Command<ClassifierInterpreter>(
    name: "info", summary: "show what the classifier is and how it was trained"
  ) { interpreter, _ in
    try interpreter.screen.line(factSheet(interpreter.resident.trained.facts))
  }
}
