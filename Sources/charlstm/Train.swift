import CPU
import ArgumentParser
import Checkpoints
import Files
import Foundation
import Generation
import Paths
import Recurrent
import TerminalText
import Text
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on plain text.",
    discussion: """
      Writes best.safetensors and last.safetensors (models to write with), resume.safetensors, \
      metrics.jsonl and report.html into the run folder. Ctrl-C finishes the step, saves, and says \
      how to go on. --help-all shows every option.

        charlstm train book.txt --output run
        charlstm train texts/ more.txt --output run --preset quick --threads 4
        charlstm train book.txt --output run --resume --extend 10
      """)

  @Argument(
    help: """
      Text files, folders of them, or - for standard input; together one text. With --resume those \
      of the run, unless given.
      """)
  var corpora: [String] = []

  @OptionGroup(title: "Run") var runFolder: RunFolderOptions
  @OptionGroup(title: "Run") var tensorBoard: TensorBoardOption

  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Training") var training: TrainingFlags
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var machine: MachineOptions

  @Option(
    help: ArgumentHelp(
      "Steps between short samples; 0 for none. (default: 500)", visibility: .advanced))
  var sampleEvery: Int?

  @Flag(name: .shortAndLong, help: "Show errors only.")
  var quiet = false

  @OptionGroup var help: HelpAllFlag

  func run() throws {
    guard let output = runFolder.output else {
      throw Failure.usage("missing --output: the folder to write the run into")
    }
    guard !corpora.isEmpty || runFolder.resume else {
      throw Failure.usage("no corpus: name text files, folders, or - for standard input")
    }
    try checkFlags(resume: runFolder.resume, overwrite: runFolder.overwrite)
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var (trainer, folder, forecast) = try runFolder.resume ? resumed(output) : begun(output)
    folder.invocation = CommandArguments.invocation
    Interruption.watch()
    if !quiet, let joining = trainer.text.joining { standardError("\(joining)\n") }
    let display = TrainingDisplay(of: trainer, isQuiet: quiet)
    display.begin(forecast)
    let log = tensorBoard.log(trainer.setup, of: trainer.optimization, isQuiet: quiet)
    let outcome: TrainingOutcome
    let begun = trainer.progress.step
    // The student has nothing to show until it learns itself.
    var isTeaching = false
    do {
      outcome = try trainer.run(in: folder, stops: { Processes.areAskedToStop }) { event in
        display.show(event)
        try log?.take(event)
        switch event {
        case .teaching: isTeaching = true
        case .taught: isTeaching = false
        case .step(let report) where !isTeaching:
          if sampleIsDue(report, in: trainer) {
            let sample = try sample(of: trainer)
            display.show(sample: sample)
            try folder.append(SampleLine(step: report.step, text: sample))
            try log?.take(sample: sample, step: report.step)
          }
        default: break
        }
      }
    } catch {
      display.finish()
      resumable(folder).rescue(after: error, step: trainer.progress.step) {
        try trainer.resumePoint.write(to: $0)
      }
      throw error
    }
    display.finish()
    try conclude(outcome, trainer, folder)
    if runFolder.resume, outcome == .completed, trainer.progress.step == begun, !quiet {
      resumable(folder).sayHowToExtend(trainer.progress, trainer.options.optimization)
    }
    try checkLearning(trainer, outcome)
  }

  private func begun(_ output: String) throws -> (Trainer, RunFolder, TrainingForecast?) {
    guard runFolder.extend == nil, !runFolder.acceptChangedCorpus else {
      throw Failure.usage("--extend and --accept-changed-corpus go with --resume")
    }
    if !runFolder.overwrite {
      try checkIsFree(runFolder: output)
      try tensorBoard.checkIsFree()
    }
    // Before a long text is read.
    var given = TrainingOptions()
    training.apply(to: &given)
    given.threads = try machine.threadCount()
    let device = try Processes.device(machine)
    given.precision = precision.resolved(for: .training, on: device)
    try given.validate()
    if !quiet, let note = Processes.note(on: given) { standardError("\(note)\n") }
    let start = try network.initializeFrom.map { try TrainedModel(contentsOf: $0) }
    if let start {
      try network.check(start.model.configuration)
      try text.symbols.check(against: start.vocabulary)
    }
    let separator =
      try text.documents.separator ?? start?.summary?.documentSeparator ?? .lineFeed
    let corpus = try Corpus(paths: corpora, separator: separator)
    let parts = try text.parts(of: corpus, vocabulary: start?.vocabulary)
    if !quiet, text.testFraction ?? 0 > 0, parts.test?.count ?? 0 < 2 {
      standardError("The text is too short for a part to test on: nothing is tested.\n")
    }
    let scalars = parts.training.vocabulary.scalars
    if !quiet, start == nil, scalars.contains("\r"), !scalars.contains("\n") {
      standardError(
        "Lines of the text end with carriage returns alone, which are learnt as they are; "
          + "tr '\\r' '\\n' makes line feeds of them.\n")
    }

    let preset = training.preset ?? .standard
    let model =
      try start?.model
      ?? Network(
        network.configuration(
          preset.configuration(
            characters: parts.training.count, vocabularySize: parts.training.vocabulary.count)),
        seed: given.seed)
    let trainer = try Trainer(
      parts, from: model, preset: preset, epochs: training.optimization.epochs,
      device: device
    ) { options in
      training.apply(to: &options)
      options.precision = given.precision
      options.threads = given.threads
    }
    trainer.setup = RunSetup(
      vocabulary: trainer.vocabulary.kind, minCount: text.symbols.count,
      validationFraction: text.validationFraction ?? 0.1,
      testFraction: text.testFraction.flatMap { $0 > 0 ? $0 : nil },
      initializeFrom: network.initializeFrom, corpora: corpora, documentSeparator: separator,
      sampleEvery: sampleEvery, tensorBoard: tensorBoard.tensorboard)
    if !quiet, let path = network.initializeFrom {
      standardError(
        "Beginning with \(path: path): its weights, shape and vocabulary of "
          + "\(trainer.vocabulary.count.formatted()) symbols.\n")
    }
    let folder = try RunFolder(path: output, isNew: true)
    if !quiet { say(CorpusListing(of: corpus, from: corpora).description) }
    let forecast =
      quiet
      ? nil
      : try TrainingForecast(
        of: model, on: parts.training, as: trainer, preset: preset)
    return (trainer, folder, forecast)
  }

  private func resumed(_ output: String) throws -> (Trainer, RunFolder, TrainingForecast?) {
    // The folder first: what another process is about to save is not to be read before it has.
    let folder = try RunFolder(path: output, isNew: false)
    var point = try ResumePoint(contentsOf: folder.resumePath)
    try training.check(against: point.options, machine: machine, precision: precision)
    try network.check(point.weights.model.configuration, from: "the run")
    try check(
      text.symbols, validationFraction: text.validationFraction,
      testFraction: text.testFraction, initializeFrom: network.initializeFrom,
      documentSeparator: text.documents.separator, against: point.setup,
      kind: point.vocabulary.kind)
    training.apply(to: &point.options)
    if let extend = runFolder.extend {
      try checkExtension(of: point.options.optimization, given: training.optimization)
      try point.extend(epochs: extend)
    }
    // The run has the same bytes with any number, but for one from before it kept its blocks of lanes.
    if machine.threads != nil || point.options.laneBlocks != nil {
      point.options.threads = try machine.threadCount()
    }
    let device = try Processes.device(
      machine, threads: point.options.laneBlocks == nil ? point.options.threads : nil)
    if let note = point.move(to: device, keepsPrecision: precision.precision != .auto) {
      standardError("\(note)\n")
    }
    if let sampleEvery { point.setup?.sampleEvery = sampleEvery }
    if let folder = tensorBoard.tensorboard { point.setup?.tensorBoard = folder }
    if !corpora.isEmpty { point.setup?.corpora = corpora }
    let trainer = try Trainer(
      resuming: point, path: folder.resumePath, corpus: corpus(of: point.setup),
      acceptsChangedCorpus: runFolder.acceptChangedCorpus, device: device)
    return (trainer, folder, nil)
  }

  /// What a run goes on with: what was given, or else what it has kept the names of.
  private func corpus(of setup: RunSetup?) throws -> Corpus {
    let paths = corpora.isEmpty ? setup?.corpora ?? [] : corpora
    guard !paths.isEmpty else {
      throw Failure.usage("the run has not kept which text it is of: name it, as when it began")
    }
    guard !corpora.isEmpty || !paths.contains("-") else {
      throw Failure.usage("the run's text came through standard input: give it again, with -")
    }
    do {
      // Runs from before there was a separator have none.
      return try Corpus(paths: paths, separator: setup?.documentSeparator ?? .none)
    } catch {
      guard corpora.isEmpty, case .noSuchFile(let path) = error else { throw error }
      throw Failure(
        description:
          "the run's text is not there any more: \(path: path); name it where it is now",
        code: .noInput)
    }
  }

  /// - Throws: `Failure` where the best model is far worse than none.
  private func checkLearning(_ trainer: Trainer, _ outcome: TrainingOutcome) throws {
    let uniform = log(Double(trainer.vocabulary.count))
    // First weights are worse than a guess, too: a run of a few steps has not failed for that, unless
    // it gave up.
    let isOver = trainer.progress.step >= 40 || outcome == .patienceExhausted
    guard isOver, let loss = trainer.progress.bestLoss, loss > uniform + 0.5 else { return }
    throw Failure.badData(
      String(
        format: "the run has failed: its best model has %.4f nats, a uniform guess %.4f; train "
          + "again with another --learning-rate than %g", loss, uniform,
        Double(trainer.options.learningRate)))
  }

  private func resumable(_ folder: RunFolder) -> ResumableRun {
    ResumableRun(
      folder: folder,
      command: (["charlstm", "train"] + corpora.map { shellQuoted(path: $0) }
        + ["--output", shellQuoted(path: folder.path), "--resume"]).joined(separator: " "))
  }

  private func sampleIsDue(_ report: StepReport, in trainer: Trainer) -> Bool {
    let interval = trainer.setup?.sampleEvery ?? sampleEvery ?? 500
    guard interval > 0 else { return false }
    return report.step / interval > (report.step - trainer.options.reportEvery) / interval
  }

  /// A few lines of what the averaged weights write by now.
  private func sample(of trainer: Trainer) throws -> String {
    let generator = Generator(
      trainer.averagedModel, vocabulary: trainer.vocabulary,
      precision: trainer.options.precision)
    var random = Xoshiro256(
      seed: trainer.options.seed, stream: [UInt64(trainer.progress.step)])
    return try generator.text(
      WritingOptions(sampling: SamplingOptions(temperature: 0.8), length: 160), using: &random)
  }

  private func conclude(
    _ outcome: TrainingOutcome, _ trainer: Trainer, _ folder: RunFolder
  ) throws {
    switch outcome {
    case .interrupted: try resumable(folder).stop(at: trainer.progress.step)
    case .patienceExhausted, .completed:
      if outcome == .patienceExhausted, !quiet { standardError(ResumableRun.stoppedEarly) }
      if !quiet { sayWhatToDo(trainer, folder) }
      folder.writeReport(on: trainer.device, isQuiet: quiet)
    }
  }

  private func sayWhatToDo(_ trainer: Trainer, _ folder: RunFolder) {
    let best = trainer.progress.bestLoss.map { String(format: " (%.4f nats)", $0) } ?? ""
    standardError(
      """
      Best model: \(path: folder.bestPath)\(best). To write with it:
        charlstm sample \(shellQuoted(path: folder.bestPath)) --length 500

      """)
  }
}
