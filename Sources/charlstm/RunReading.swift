import Checkpoints
import Classification
import Files
import Foundation
import LabelledData
import Paths
import Recurrent
import Reports
import TerminalText
import Text
import Training

/// The report of a run, for which its best model reads the run's own data once more.
struct RunReading {
  private(set) var report: RunReport
  private let folder: String
  private let device: Device

  /// - Throws: `ReportError` where there is no run. What cannot be read otherwise the report tells.
  init(of folder: String, on device: Device) throws(ReportError) {
    report = RunReport(run: try RunRecord(folder: folder))
    self.folder = folder
    self.device = device
    do {
      do {
        try readText(of: ResumePoint(contentsOf: resumePath))
      } catch CheckpointError.isClassifier {
        try readTexts(of: ClassifierResumePoint(contentsOf: resumePath))
      }
    } catch {
      report.readingMissing = "The data were not read once more: \(printed(error))."
    }
  }

  private var resumePath: String { "\(folder)/resume.safetensors" }
  private var bestPath: String { "\(folder)/best.safetensors" }

  private mutating func readText(of point: ResumePoint) throws {
    let corpus = try Corpus(
      paths: paths(of: point.setup), separator: point.setup?.documentSeparator ?? .none)
    let parts = try point.parts(of: corpus, path: resumePath, acceptsChangedCorpus: false).parts
    let best = try TrainedModel(contentsOf: bestPath)
    guard report.run.hasBest, best.vocabulary == point.vocabulary else {
      throw Failure.badData("\(path: bestPath) is of another run")
    }
    if let validation = parts.validation {
      report.reading = TextReading(of: best.model, on: validation, device: device)
    }
    if report.reading == nil {
      report.readingMissing = "No part of the text is kept to validate on, or too little."
    }
    do {
      report.novelty = try NoveltyReading(
        of: best.model, best.vocabulary, against: corpus, seed: point.options.seed, device: device)
    } catch {
      let reason = "No sample was held against the text: \(printed(error))."
      report.readingMissing = [report.readingMissing, reason].compactMap(\.self)
        .joined(separator: " ")
    }
  }

  private mutating func readTexts(of point: ClassifierResumePoint) throws {
    let setup = point.setup
    let parts = try LabelledParts(
      DataOptions.parse(setup?.dataOptions ?? []), paths(of: setup), setup, seed: point.options.seed
    )
    guard point.isOf(parts) else { throw TrainingError.dataChanged(path: resumePath) }
    let best = try TrainedClassifier(contentsOf: bestPath)
    guard report.run.hasBest, best.labels == point.labels else {
      throw Failure.badData("\(path: bestPath) is of another run")
    }
    report.classification = ClassificationReading(
      of: best, on: parts.validation.texts, parts.validation.indices, device: device)
    if report.classification == nil {
      report.readingMissing = "No texts are kept to validate on."
    }
  }

  private func paths(of setup: RunSetup?) throws -> [String] {
    guard let paths = setup?.corpora, !paths.isEmpty else {
      throw Failure.badData("the run has not kept the names of its files")
    }
    guard !paths.contains("-") else {
      throw Failure.badData("they came through standard input")
    }
    // What came through a pipe is not there a second time, and to wait for it would have no end.
    if let pipe = paths.first(where: { !canBeReadAgain($0) }) {
      throw Failure.badData("\(path: pipe) is neither a file nor a folder")
    }
    return paths
  }
}

/// Whether a path leads to a file or a folder, or to nothing, which is said elsewhere.
private func canBeReadAgain(_ path: String) -> Bool {
  var status = stat()
  guard stat(path.cPath, &status) == 0 else { return true }
  return [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
}

extension LabelledParts {
  /// The labelled texts of a run, divided as it was told.
  ///
  /// - Parameter setup: nil in files from before it was kept.
  init(
    _ format: DataOptions, _ paths: [String], _ setup: RunSetup?, seed: UInt64, isQuiet: Bool = true
  ) throws {
    let texts = try format.read(paths, isQuiet: isQuiet)
    if let setup, setup.validationFraction == nil {
      self.init(
        texts,
        validation: try format.read(setup.validation, labels: texts.labels, isQuiet: isQuiet))
    } else {
      try self.init(texts, validationFraction: setup?.validationFraction ?? 0.1, seed: seed)
    }
  }
}

extension RunRecord {
  /// A line on the training losses; nothing where there are too few for a curve.
  fileprivate var lossCurve: String {
    let losses = steps.compactMap(\.trainLoss)
    guard losses.count > 2, let first = losses.first, let last = losses.last else { return "" }
    return String(
      format: "Training loss %@ from %.4f to %.4f nats\n", lossSparkline(losses, width: 40), first,
      last)
  }
}

extension RunFolder {
  /// Writes the page and the table of a run that has come to its end.
  ///
  /// What goes wrong is said, and changes nothing of the run. All of that is saved: a signal ends the
  /// process at once, and where one has come already there is no report.
  func writeReport(on device: Device, isQuiet: Bool) {
    Interruption.unwatch()
    guard Interruption.signal == nil else { return }
    do {
      let report = try RunReading(of: path, on: device).report
      try AtomicFile.write(Array(csv(of: [report.run]).utf8), to: tablePath)
      try AtomicFile.write(reportPage(of: [report]), to: reportPath)
      if !isQuiet {
        standardError("\(report.run.lossCurve)More on how it went: \(path: reportPath)\n")
      }
    } catch {
      standardError("The report is missing: \(printed(error))\n")
    }
  }
}
