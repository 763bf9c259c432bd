import Recurrent

/// Writes: what is no command is a prompt, which the model goes on from.
package final class Interpreter: LineInterpreter {
  package static let commands: [Command<Interpreter>] =
    [.help, set, show] + textCommands + branchCommands + treeCommands + choiceCommands
    + bestOfCommands + experimentCommands + banCommands + biasCommands + formCommands + cellCommands
    + adaptationCommands + classifierCommands
    + fileCommands + [info, .quit]

  package static let manner = """
    Anything else is a prompt, and the model goes on from it. A backslash at the
    end of a line continues the prompt on the next, \"\"\" before and after several
    lines makes them one, and so does pasting them; // begins a prompt with /.
    Ctrl-C stops the writing and clears the line, Ctrl-D leaves.
    """

  var resident: ResidentModel
  /// The classifier of `/classify`, once it was needed.
  var classifier: ResidentClassifier?
  var session: Session
  /// What `/pick` takes from.
  var choice: Choice?
  /// How many bytes of states the tree of all that was tried may have.
  package var treeSize = 32 << 20
  /// Keeps the session while it goes on; nil where it is not to be kept.
  package var autosave: Autosave?
  /// Of `/avoid-copying`.
  var copyLimit: CopyLimit?
  package var device: Device { resident.device }
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
      settings: settings,
      draft: Draft(beginningAt: Position(state: model.generator.start(), seed: seed)))
    session.clamps = clamps
  }

  package var greeting: String {
    "\(resident.name): \(resident.shape). Type a prompt, or /help."
  }

  /// The branch at hand, where it is not the first.
  package var promptPrefix: String { session.branch == Session.firstBranch ? "" : session.branch }

  package func run(text: String) throws {
    if let choice, choice.isOpen(in: session), let number = Int(text), "\(number)" == text,
      (1...choice.count).contains(number)
    {
      return try pick(number, of: choice)
    }
    try write(onFrom: text)
  }

  package func lineEnded() throws {
    session.bound(to: treeSize)
    try keepSession()
  }

  /// Rounds weights to another precision.
  func use(_ precision: PrecisionChoice) throws(ClampError) {
    try resident.use(precision, clamping: session.clamps)
    classifier?.use(precision)
  }
}
