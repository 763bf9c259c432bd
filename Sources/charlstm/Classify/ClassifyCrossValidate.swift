import ArgumentParser
import Checkpoints
import Classification
import Foundation
import LabelledData
import TerminalText
import Training

struct ClassifyCrossValidate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cross-validate",
    abstract: "Say how well a kind of classifier tells classes, by training one for each fold.",
    discussion: """
      Deals the texts into folds, those of each class evenly. A classifier is trained on all folds but \
      one and scored on that one, in turn: accuracy, macro-F1 and nats per label of each fold, their \
      means and standard deviations (n − 1), and each class's F1. Nothing is chosen by texts that are \
      scored: a part of the other folds validates, that is, tells the best epoch, when to stop and the \
      temperature, and the vocabulary is that of the texts that train. Nothing is saved. Ctrl-C stops \
      and leaves the figures of the folds that are done.

        charlstm classify cross-validate names.csv
        charlstm classify cross-validate reviews/ --folds 10 --epochs 5 --json
      """ + (HelpScope.isShort ? "" : "\n\n\(ClassifierFlags.defaults)")
  )

  @Argument(
    help: "Labelled texts: CSV, TSV, JSON Lines, fastText lines, or a folder with a file a class.")
  var data: [String]

  @Option(help: "Parts of the texts, and classifiers to train: 2 to the number of texts.")
  var folds = 5

  @OptionGroup(title: "Data") var format: DataOptions

  /// Taken to be refused with the reason.
  @Option(help: .hidden)
  var validation: [String] = []

  @OptionGroup var settings: ClassifierSettings

  @Flag(help: "The result as a JSON object.")
  var json = false

  @Flag(name: .shortAndLong, help: "Show errors only.")
  var quiet = false

  @OptionGroup var help: HelpAllFlag

  private var validationFraction: Double { settings.validationFraction ?? 0.1 }

  func run() throws {
    guard validation.isEmpty else {
      throw Failure.usage(
        "--validation is for classify train; here a part of the other folds validates each fold's "
          + "classifier, of the size that --validation-fraction tells")
    }
    // Before long data are read.
    try CrossValidation.check(folds: folds)
    try checkValidationFraction(validationFraction)
    let new = try settings.newClassifier()
    let texts = try format.read(data, isQuiet: quiet)
    let validation = try CrossValidation(
      texts, folds: folds, validationFraction: validationFraction, seed: new.given.seed)
    if !quiet { tell(of: texts) }
    Interruption.watch()
    try score(validation, with: new)
  }

  private func tell(of texts: LabelledTexts) {
    let listing = ClassListing(of: texts)
    var text = listing.description + (listing.warning(ofFewerThan: folds) ?? "")
    let repeated = texts.repeatedCount
    if repeated > 0 {
      text +=
        "Warning: \(counted(repeated, "text repeats", plural: "texts repeat")) another; copies "
        + "in several folds are both trained on and scored, which flatters the figures\n"
    }
    say(text)
  }

  private func score(_ validation: CrossValidation, with new: NewClassifier) throws {
    let display = CrossValidationDisplay(of: validation, isQuiet: quiet)
    var result = CrossValidationResult(labels: validation.labels)
    var latest: TrainedClassifier?
    var output = StandardOutput()
    let began = ContinuousClock.now
    for fold in 0..<validation.count {
      let foldBegan = ContinuousClock.now
      display.begin(fold)
      let parts = validation.parts(without: fold)
      guard let best = try trained(on: parts, fold, with: new, display) else { break }
      let report = validation.report(
        on: fold,
        by: Classifier(
          best, precision: settings.precision.resolved(for: .reading, on: new.device),
          device: new.device))
      latest = best
      display.clear()
      guard report.meanNegativeLogLikelihood.isFinite else {
        throw Failure.badData(
          "fold \(fold + 1): the weights grew so large that the classifier gives no probabilities; "
            + "try a lower --learning-rate")
      }
      result.add(report, after: parts, best, seconds: (.now - foldBegan) / .seconds(1))
      guard !json else { continue }
      try CrossValidationTable(result).latestFold.forEach { try output.write(line: $0) }
    }
    display.clear()
    let seconds = (.now - began) / .seconds(1)
    if json, !result.folds.isEmpty {
      try output.write(
        line: Checkpoints.json(
          CrossValidationRecord(
            result, of: data, settings: summary(of: latest, result), seconds: seconds)))
    } else if !json {
      try CrossValidationTable(result).summary.forEach { try output.write(line: $0) }
    }
    try output.flush()
    if result.folds.count < validation.count {
      standardError(
        result.folds.isEmpty
          ? "Stopped in the first fold.\n"
          : "Stopped; the figures are of \(result.folds.count) of \(validation.count) folds.\n")
      throw ExitCode(128 + (Interruption.signal ?? SIGINT))
    }
    display.finish(seconds: seconds)
  }

  /// The best classifier of a training; nil where it was interrupted.
  private func trained(
    on parts: LabelledParts, _ fold: Int, with new: NewClassifier, _ display: CrossValidationDisplay
  ) throws -> TrainedClassifier? {
    let trainer = try new.trainer(on: parts, settings.training.vocabulary(of: parts))
    do {
      let outcome = try trainer.run(stops: { Interruption.signal != nil }, report: display.show)
      guard outcome != .interrupted else { return nil }
    } catch TrainingError.diverged(let step, let rate) {
      display.clear()
      throw Failure.badData(
        "fold \(fold + 1): the loss is not a finite number any more at step \(step), learning rate "
          + "\(rate); try a lower --learning-rate or --clip-norm 1")
    }
    if settings.calibrate || trainer.options.hasExperts { try trainer.calibrate() }
    return trainer.best
  }

  /// All settings by their names on the command line, as a model file tells options; where they
  /// follow from the texts, those of the latest fold.
  private func summary(
    of latest: TrainedClassifier?, _ result: CrossValidationResult
  ) -> [String: String] {
    var summary = latest?.summary?.options ?? [:]
    summary["folds"] = "\(folds)"
    summary["validation-fraction"] = "\(validationFraction)"
    summary["calibrate"] = "\(settings.calibrate)"
    summary["vocabulary"] = settings.training.symbols.kind.rawValue
    summary["min-count"] = "\(settings.training.symbols.count)"
    summary["max-length"] = latest.map { "\($0.limit.length)" }
    summary["keep"] = latest?.limit.kept.rawValue
    summary["initialize-from"] = settings.network.initializeFrom
    if let shape = result.shape {
      summary["cell"] = shape.cell.rawValue
      summary["layers"] = "\(shape.layers)"
      summary["hidden-size"] = "\(shape.hiddenSize)"
      summary["embedding-size"] = "\(shape.embeddingSize)"
      summary["bidirectional"] = "\(shape.bidirectional)"
      summary["pooling"] = shape.classifier?.pooling.rawValue
      summary["ngrams"] = "\(shape.classifier?.ngrams?.longest ?? 1)"
      summary["ngram-buckets"] = shape.classifier?.ngrams.map { "\($0.buckets)" }
    }
    return summary
  }
}
