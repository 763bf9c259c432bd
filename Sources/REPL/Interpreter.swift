import Recurrent

/// Writes: what is no command is a prompt, which the model goes on from.
package final class Interpreter: LineInterpreter {
  package static let commands: [Command<Interpreter>] =
    [.help, set, show] + textCommands + branchCommands + experimentCommands + banCommands
    + formCommands + cellCommands + classifierCommands + fileCommands + [info, .quit]

  package static let manner = """
    Anything else is a prompt, and the model goes on from it. A backslash at the
    end of a line continues the prompt on the next; // begins a prompt with /.
    Ctrl-C stops the writing and clears the line, Ctrl-D leaves.
    """

  var resident: ResidentModel
  /// The classifier of `/classify`, once it was needed.
  var classifier: ResidentClassifier?
  var session: Session
  /// What `/temperatures` wrote last, for `/pick`.
  var variants: Variants?
  /// What `/next` at a place showed last, for `/pick`.
  var alternatives: Alternatives?
  package let screen: Screen
  package let surroundings: Surroundings
  package var progress = RunProgress()

  /// - Parameter clamps: cells of the model to hold from the beginning.
  /// - Throws: what `Settings.validate` throws; `ClampError`.
  package init(
    model: ResidentModel, settings: Settings, clamps: [Clamp] = [], seed: UInt64, screen: Screen,
    surroundings: Surroundings
  ) throws {
    try settings.validate()
    var model = model
    if !clamps.isEmpty { try model.use(settings.precision, clamping: clamps) }
    resident = model
    self.screen = screen
    self.surroundings = surroundings
    session = Session(
      settings: settings, draft: Draft(at: Position(state: model.generator.start(), seed: seed)))
    session.clamps = clamps
  }

  package var greeting: String {
    "\(resident.name): \(resident.shape). Type a prompt, or /help."
  }

  /// The branch at hand, where it is not the first.
  package var promptPrefix: String { session.branch == Session.firstBranch ? "" : session.branch }

  package func run(text: String) throws { try write(onFrom: text) }

  /// Rounds weights to another precision.
  func use(_ precision: PrecisionChoice) throws(ClampError) {
    try resident.use(precision, clamping: session.clamps)
    classifier?.use(precision)
  }
}
