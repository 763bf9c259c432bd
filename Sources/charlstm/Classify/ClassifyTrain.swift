import CPU
import ArgumentParser
import Checkpoints
import Classification
import Foundation
import LabelledData
import Paths
import Recurrent
import TerminalText
import Text
import Training

struct ClassifyTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a classifier on labelled texts.",
    discussion: """
      Writes best.safetensors, the classifier with the best validation accuracy, resume.safetensors \
      and metrics.jsonl into the run folder, and at the end report.html, a page on how it went. Ctrl-C finishes the step, saves, and says how to go on. \
      --help-all shows every option.

        charlstm classify train names.csv --output run
        charlstm classify train reviews/ --output run --preset quick
      """ + (HelpScope.isShort ? "" : "\n\n\(ClassifierFlags.defaults)")
  )

  @Argument(
    help: """
      Labelled texts: CSV, TSV, JSON Lines, fastText lines, or a folder with a file a class. With \
      --resume those of the run, unless given.
      """)
  var data: [String] = []

  @Option(name: .shortAndLong, help: "The run folder.")
  var output: String

  @Flag(help: "Go on with the run in the folder, exactly where it was saved.")
  var resume = false

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Option(help: "With --resume: train this many epochs more than the run was to have.")
  var extend: Int?

  @OptionGroup var tensorBoard: TensorBoardOption

  @OptionGroup(title: "Data") var format: DataOptions

  @Option(help: "Labelled texts to validate on. (default: a part of the data)")
  var validation: [String] = []

  @OptionGroup var settings: ClassifierSettings

  @Option(
    help: ArgumentHelp(
      """
      Fit a threshold to the validation texts, and the temperature before: texts the classifier is \
      less sure of become unknown, so that at most this share of the answers is wrong.
      """, valueName: "share"))
  var reject: Double?

  @OptionGroup(title: "Training") var saving: SavingFlags

  @Flag(name: .shortAndLong, help: "Show errors only.")
  var quiet = false

  @OptionGroup var help: HelpAllFlag

  func run() throws {
    guard !data.isEmpty || resume else {
      throw Failure.usage("no data: name files or folders of labelled texts")
    }
    try checkFlags(resume: resume, overwrite: overwrite)
    try reject.map(checkRisk)
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var (trainer, folder, unknown) = try resume ? resumed() : begun()
    folder.invocation = CommandArguments.invocation
    Interruption.watch()
    let display = ClassificationDisplay(isQuiet: quiet, unknown: unknown)
    let log = tensorBoard.log(trainer.setup, of: trainer.optimization, isQuiet: quiet)
    let begun = trainer.progress.step
    let outcome: TrainingOutcome
    // The student has nothing to log until it learns itself.
    var isTeaching = false
    do {
      outcome = try trainer.run(in: folder, stops: { Interruption.signal != nil }) {
        display.show($0)
        switch $0 {
        case .teaching: isTeaching = true
        case .taught: isTeaching = false
        case _ where isTeaching: break
        case .began(let plan): try log?.begin(after: plan.doneSteps)
        case .step(let report): try log?.take(report)
        case .validation(let report): try log?.take(report)
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
    let risk = reject ?? trainer.setup?.risk
    let calibrates = settings.calibrate || trainer.setup?.calibrates ?? false || risk != nil
    if outcome != .interrupted, calibrates || trainer.options.hasExperts {
      let before = trainer.best?.summary?.validationLoss
      try trainer.calibrate(folder)
      if !quiet { sayCalibration(of: trainer, before: before) }
    }
    // The run is done all the same: who asked for a threshold is told at the end that there is none.
    var unreachable: RejectionError?
    if outcome != .interrupted, let risk {
      do {
        let rejection = try trainer.reject(risk: risk, in: folder)
        if let rejection, !quiet { say(rejection.summary) }
      } catch let error as RejectionError {
        unreachable = error
      }
    }
    try conclude(outcome, trainer, folder)
    if resume, outcome == .completed, trainer.progress.step == begun, !quiet {
      resumable(folder).sayHowToExtend(trainer.progress, trainer.options.optimization)
    }
    try checkLearning(trainer, outcome)
    if let unreachable { throw unreachable }
  }

  private func sayCalibration(of trainer: ClassifierTrainer, before: Double?) {
    guard let best = trainer.best, let before, let after = best.summary?.validationLoss else {
      return
    }
    say(
      String(
        format: "Calibrated to the texts that validate: temperature %.4f, %.4f nats per label "
          + "instead of %.4f\n", best.temperature, after, before))
  }

  /// What a new run is told.
  private var setup: RunSetup {
    var setup = RunSetup(
      vocabulary: settings.training.symbols.kind, minCount: settings.training.symbols.count,
      validationFraction: validation.isEmpty ? settings.validationFraction ?? 0.1 : nil,
      validation: validation, initializeFrom: settings.network.initializeFrom,
      calibrates: settings.calibrate,
      corpora: data, dataOptions: format.words,
      tensorBoard: tensorBoard.tensorboard)
    setup.risk = reject
    return setup
  }

  private func parts(_ setup: RunSetup, seed: UInt64) throws -> LabelledParts {
    // Before long data are read.
    try checkValidationFraction(settings.validationFraction ?? setup.validationFraction ?? 0)
    let format =
      try format.words.isEmpty ? DataOptions.parse(setup.dataOptions ?? []) : format
    return try LabelledParts(
      format, data.isEmpty ? setup.corpora ?? [] : data, setup, seed: seed, isQuiet: quiet)
  }

  /// Reads and checks all there is before anything is written.
  private func begun() throws -> (ClassifierTrainer, RunFolder, UnknownCharacters?) {
    guard extend == nil else { throw Failure.usage("--extend goes with --resume") }
    if !overwrite {
      try checkIsFree(runFolder: output)
      try tensorBoard.checkIsFree()
    }
    let new = try settings.newClassifier { saving.apply(to: &$0.optimization) }
    let parts = try parts(setup, seed: new.given.seed)
    try checkRejection(on: parts)
    let vocabulary = try settings.training.vocabulary(of: parts)
    let trainer = try new.trainer(on: parts, vocabulary)
    trainer.setup = setup
    if !quiet {
      say(ClassListing(of: parts.texts).description)
      new.tellBeginning(with: vocabulary)
      new.tellPreset(of: trainer)
    }
    return (trainer, try RunFolder(path: output, isNew: true), unknown(to: vocabulary, of: parts))
  }

  /// The characters of the texts to validate on that those to train on do not have.
  private func unknown(to vocabulary: Vocabulary, of parts: LabelledParts) -> UnknownCharacters? {
    guard !quiet, !vocabulary.hasByteSymbols else { return nil }
    var unknown = UnknownCharacters(to: "classifier", with: vocabulary)
    for index in parts.validation.indices {
      unknown.note(
        in: String(decoding: parts.validation.texts.bytes(of: index), as: UTF8.self))
    }
    return unknown
  }

  private func resumed() throws -> (ClassifierTrainer, RunFolder, UnknownCharacters?) {
    // The folder first: what another process is about to save is not to be read before it has.
    let folder = try RunFolder(path: output, isNew: false)
    var point = try ClassifierResumePoint(contentsOf: folder.resumePath)
    try settings.check(against: point, saving: saving)
    try checkSetup(of: point)
    try settings.training.apply(to: &point.options)
    saving.apply(to: &point.options.optimization)
    if let extend {
      try checkExtension(of: point.options.optimization, given: settings.training.optimization)
      try point.extend(epochs: extend)
    }
    let device = try settings.machine.device(gains: true, threads: point.options.threads)
    if let note = point.move(to: device, keepsPrecision: settings.precision.precision != .auto) {
      standardError("\(note)\n")
    }
    // Files to validate on that are given now may be the same under other names, which their texts
    // tell.
    var known = point.setup ?? setup
    if !validation.isEmpty { (known.validation, known.validationFraction) = (validation, nil) }
    guard !data.isEmpty || !(known.corpora ?? []).isEmpty else {
      throw Failure.usage("the run has not kept which data it is of: name them, as when it began")
    }
    let parts = try parts(known, seed: point.options.seed)
    try checkRejection(on: parts)
    let trainer = try ClassifierTrainer(
      resuming: point, path: folder.resumePath, texts: parts.texts, training: parts.training,
      validation: parts.validation, device: device)
    if settings.calibrate { trainer.setup?.calibrates = true }
    if let reject { trainer.setup?.risk = reject }
    if let folder = tensorBoard.tensorboard { trainer.setup?.tensorBoard = folder }
    if !data.isEmpty { trainer.setup?.corpora = data }
    if !format.words.isEmpty { trainer.setup?.dataOptions = format.words }
    return (trainer, folder, nil)
  }

  private func checkRejection(on parts: LabelledParts) throws {
    guard reject == nil || !parts.validation.indices.isEmpty else {
      throw Failure.usage(
        "--reject needs texts to validate on: they say how sure is sure enough")
    }
  }

  private func checkSetup(of point: ClassifierResumePoint) throws {
    // Without what the run was told, the texts alone tell whether they are divided as they were.
    let fraction = point.setup == nil ? nil : settings.validationFraction
    try check(
      settings.training.symbols, validationFraction: validation.isEmpty ? fraction : nil,
      initializeFrom: settings.network.initializeFrom, against: point.setup,
      kind: point.vocabulary.kind)
  }

  private func resumable(_ folder: RunFolder) -> ResumableRun {
    ResumableRun(folder: folder, command: resumeCommand)
  }

  private var resumeCommand: String {
    var words = ["charlstm", "classify", "train"] + data.map { shellQuoted(path: $0) }
    words += ["--output", shellQuoted(path: output), "--resume"]
    words += validation.flatMap { ["--validation", shellQuoted(path: $0)] }
    if validation.isEmpty, let validationFraction = settings.validationFraction {
      words += ["--validation-fraction", "\(validationFraction)"]
    }
    if settings.calibrate { words.append("--calibrate") }
    if let reject { words += ["--reject", "\(reject)"] }
    words += format.words.map { shellQuoted($0) }
    return words.joined(separator: " ")
  }

  /// - Throws: `Failure` where the best classifier is far worse than none.
  private func checkLearning(_ trainer: ClassifierTrainer, _ outcome: TrainingOutcome) throws {
    // First weights are worse than a guess, too: a run of a few steps has not failed for that, unless
    // it gave up.
    let isOver = trainer.progress.step >= 40 || outcome == .patienceExhausted
    guard isOver, trainer.hasLearntNothing, let loss = trainer.progress.bestLoss,
      let accuracy = trainer.progress.bestAccuracy
    else { return }
    throw Failure.badData(
      String(
        format:
          "the run has failed: its best classifier has %.4f nats and accuracy %.4f, a uniform "
          + "guess %.4f nats; train again with another --learning-rate than %g",
        loss, accuracy, trainer.uniformLoss, Double(trainer.options.learningRate)))
  }

  private func conclude(
    _ outcome: TrainingOutcome, _ trainer: ClassifierTrainer, _ folder: RunFolder
  ) throws {
    if outcome == .interrupted { try resumable(folder).stop(at: trainer.progress.step) }
    if outcome == .patienceExhausted, !quiet { standardError(ResumableRun.stoppedEarly) }
    if !quiet { sayWhatToDo(trainer, folder) }
    folder.writeReport(on: trainer.device, isQuiet: quiet)
  }

  private func sayWhatToDo(_ trainer: ClassifierTrainer, _ folder: RunFolder) {
    guard let summary = trainer.best?.summary else { return }
    let accuracy =
      summary.validationAccuracy.map {
        String(format: " (accuracy %.4f, macro F1 %.4f)", $0, summary.validationMacroF1 ?? 0)
      } ?? ""
    standardError(
      """
      Best classifier: \(path: folder.bestPath)\(accuracy). To use it:
        charlstm classify predict \(shellQuoted(path: folder.bestPath)) TEXT

      """)
  }
}
