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
      cannot create, 74 input or output.

      Lines are kept in ~/.local/state/charlstm/history, which only you can read. ~/.inputrc is \
      honoured, with $if charlstm for this program alone. NO_COLOR turns colours off.
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

  @Flag(help: "Neither read nor keep the history of lines.")
  var noHistory = false

  @OptionGroup(title: "Machine") var precision: PrecisionOption

  @OptionGroup(title: "Machine") var threads: ThreadsOption

  func run() throws {
    let stops = try stop.map { try typed($0, for: "--stop") }
    let settings = Settings(
      writing: WritingOptions(
        sampling: sampling.options, length: length, stops: stops, bans: try bans.resolved()),
      speed: speed, precision: precision.precision)
    try settings.validate()
    let clamps = try clamp.resolved()
    let device = try threads.device()
    let environment = currentEnvironment()
    let locator = ModelLocator(environment: environment, executable: executablePath())
    let path = try model ?? locator.find()

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

    do throws(OutputFailure) {
      try session.welcome()
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
    if editor == nil, let failure = session.progress.firstFailure {
      throw ExitCode(for: failure) ?? .failure
    }
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
