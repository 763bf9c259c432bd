import ArgumentParser
import Checkpoints
import Classification
import Generation
import Glibc
import LineEditing
import Paths
import REPL
import Recurrent

struct Repl: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write with a model or classify, line by line.",
    discussion: """
      What is typed is a prompt, and the model goes on from it; a line that begins with / is a \
      command, and /help lists them. The model remembers the whole text so far: /undo, /retry and \
      /branch go back and sideways, exactly.

      With a classifier, what is typed is a text: its most probable classes are shown and how much \
      each character did for the first of them. The options of writing do not matter then. Beside a \
      model that writes, /classify TEXT asks the classifier that $CHARLSTM_CLASSIFIER names, or else \
      languages.safetensors where the models are.

      Without MODEL: the file that $CHARLSTM_MODEL names; else default.safetensors, or the only \
      model there is, in the nearest folder checkpoints beside the program or above it; else in \
      ~/.local/share/charlstm, in ../share/charlstm beside the program's folder, in charlstm in a \
      folder of $XDG_DATA_DIRS, which is /usr/local/share:/usr/share unless set.

      Without a terminal, lines are read from standard input, the text goes to standard output, and \
      the exit code is that of the first line that failed: 64 usage, 65 bad data, 66 no input, 73 \
      cannot create, 74 input or output, 75 the device, which ends the session.

      On a terminal, lines are kept in ~/.local/state/charlstm/history and the session, as it goes \
      on, in ~/.local/state/charlstm/sessions, which only you can read: the last ten with a model. \
      --continue goes on with the last one, with its settings. Settings that you always want stand \
      in ~/.config/charlstm/config, a name and a value a line, as /set takes them; options come \
      before it. ~/.inputrc is honoured, with $if charlstm for this program alone. NO_COLOR turns \
      colours off.
      """)

  @Argument(help: "A model file.", completion: .file(extensions: ["safetensors"]))
  var model: String?

  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: "Run a line, a command or a prompt, before any other; may be given several times.")
  var execute: [String] = []

  @Option(name: .shortAndLong, help: "Characters to write at a time.")
  var length = 500

  @Option(
    parsing: .unconditionalSingleValue,
    help: "A string that ends the text and is not part of it; may be given several times.",
    transform: utf8Text)
  var stop: [String] = []

  @OptionGroup var bans: BanOptions

  @OptionGroup(title: "Choice of characters") var sampling: SamplingFlags

  @OptionGroup(title: "Cells") var clamp: ClampOption

  @Option(
    help: "The first text's seed; each text after it has the next higher one. (default: random)")
  var seed: UInt64?

  @Option(help: "Characters a second, as if typed. (default: as fast as the model writes)")
  var speed: Double?

  @Flag(
    name: .customLong("continue"),
    help: "Go on with the session that was kept last, of any model or of the one named.")
  var goesOn = false

  @Flag(help: "Do not keep the session.")
  var noAutosave = false

  @Flag(help: "Do not read the file of settings.")
  var noConfig = false

  @Flag(help: "Neither read nor keep the history of lines.")
  var noHistory = false

  @OptionGroup(title: "Machine") var precision: PrecisionOption

  @OptionGroup(title: "Machine") var machine: MachineOptions

  func run() throws {
    let stops = try stop.map { try typed($0, for: "--stop") }
    let settings = Settings(
      writing: WritingOptions(
        sampling: sampling.options, length: length, stops: stops, bans: try bans.resolved()),
      speed: speed, precision: precision.precision)
    try settings.validate()
    let clamps = try clamp.resolved()
    let device = try machine.device(gains: false)
    let environment = currentEnvironment()
    let locator = ModelLocator(environment: environment, executable: executablePath())
    let sessions = SavedSessions.standard(environment: environment)
    let last = try goesOn && model == nil ? saved(sessions).newest() : nil
    let path = try model ?? last?.model ?? locator.find()

    // Before any thread is started: it may change the environment.
    var interpreter: (any LineInterpreter)?
    let editor =
      LineEditor.isAvailable
      ? LineEditor(
        historyFile: noHistory ? nil : HistoryFile.defaultPath(environment: environment),
        completer: { interpreter?.complete($0) ?? .none }) : nil

    let interrupt = editor.map { _ in InterruptFlag() }
    let started = ContinuousClock.now
    let screen = Screen.standard(isInteractive: editor != nil, environment: environment)
    let surroundings = Surroundings(
      takeInterrupt: { interrupt?.take() ?? false },
      now: { (ContinuousClock.now - started) / .seconds(1) },
      sleep: { usleep(UInt32($0 * 1_000_000)) },
      edit: editor == nil ? nil : { try edited($0, environment: environment) },
      findClassifier: { try locator.findClassifier() })

    let session = try open(
      path, on: device, settings: settings, clamps: clamps, screen, surroundings)
    interpreter = session
    let writer = session as? Interpreter
    if goesOn {
      guard let writer else {
        throw ReplError.usage("--continue is for a model that writes; this is a classifier")
      }
      try writer.open(sessionAt: last?.session ?? writer.newestSession(in: saved(sessions)))
    }
    if editor != nil, !noAutosave, let sessions { writer?.keepSession(in: sessions) }
    // What was asked for is kept, however the session ends.
    defer { writer?.autosave?.finish() }

    do throws(OutputFailure) {
      if editor != nil, !noConfig, !goesOn, let writer {
        try configure(writer, environment: environment)
      }
      try session.welcome()
      if goesOn { try writer?.showPosition() }
      if let failure = editor?.historyFailure { standardError("\(failure)\n") }
      for line in execute where !session.progress.hasQuit { try session.run(line: line.pathBytes) }
      if var editor {
        try session.run(&editor)
      } else {
        var reader = PlainReader()
        try session.run(&reader)
      }
    } catch {
      throw error.cause
    }
    if let failure = session.progress.firstFailure, editor == nil || failure is DeviceError {
      throw ExitCode(for: failure) ?? .failure
    }
  }

  /// - Throws: `ReplError` where no sessions are kept.
  private func saved(_ sessions: SavedSessions?) throws(ReplError) -> SavedSessions {
    guard let sessions else {
      throw .noInput("no sessions are kept where neither HOME nor XDG_STATE_HOME is set")
    }
    return sessions
  }

  /// Sets what the person always wants set, but for what the command line says.
  private func configure(
    _ interpreter: Interpreter, environment: [String: String]
  ) throws(OutputFailure) {
    guard let path = Configuration.standardPath(environment: environment) else { return }
    let configuration: Configuration?
    do throws(ReplError) {
      configuration = try Configuration(contentsOf: path)
    } catch {
      return standardError("\(error)\n")
    }
    try configuration?.apply(to: interpreter, except: givenOptions)
  }

  /// The long names of the options on the command line.
  private var givenOptions: Set<String> {
    var names: Set<String> = []
    for argument in CommandArguments.all {
      if argument.hasPrefix("--") {
        names.insert(String(argument.dropFirst(2).prefix { $0 != "=" }))
      } else if argument.hasPrefix("-l") {
        names.insert("length")
      }
    }
    return names
  }

  /// An interpreter for the file's kind of model.
  ///
  /// - Throws: as `Checkpoint` does, and `ClampError`.
  private func open(
    _ path: String, on device: Device, settings: Settings, clamps: [Clamp], _ screen: Screen,
    _ surroundings: Surroundings
  ) throws -> any LineInterpreter {
    switch try Checkpoint(contentsOf: path) {
    case .languageModel(let trained):
      return try Interpreter(
        model: ResidentModel(
          trained, path: path, precision: settings.precision, device: device),
        settings: settings, clamps: clamps, seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)),
        screen: screen, surroundings: surroundings)
    case .classifier(let trained):
      guard clamps.isEmpty else { throw ClampError.noLanguageModel }
      return ClassifierInterpreter(
        classifier: ResidentClassifier(
          trained, path: path, precision: settings.precision, device: device),
        screen: screen, surroundings: surroundings)
    }
  }
}
