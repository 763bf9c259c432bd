import Checkpoints
import Pages

/// A page about training runs, HTML in one file: each by itself and, of several, compared.
package func reportPage(of reports: [RunReport]) -> [UInt8] {
  let title = reports.map(\.run.name).joined(separator: ", ")
  let page = Page(
    title: "Training report: \(title)",
    styles: [Charts.style, TintedText.style, PackageResources.report_css],
    scripts: Charts.scripts + [
      TintedText.script, PackageResources.readings_js, PackageResources.report_js,
    ])
  let data = ReportData(
    runs: zip(reports, distinctNames(of: reports.map(\.run))).map { RunData($0, named: $1) })
  return page.html(data: Array(json(data).utf8))
}

/// The runs' names; whole paths where names are the same.
private func distinctNames(of runs: [RunRecord]) -> [String] {
  let names = runs.map(\.name)
  let paths = runs.map(\.path)
  if Set(names).count == names.count { return names }
  if Set(paths).count == paths.count { return paths }
  return paths.enumerated().map { "\($1) (\($0 + 1))" }
}

private struct ReportData: Encodable {
  let runs: [RunData]
}

/// A run as the page reads it; lists of the same length instead of lists of objects.
private struct RunData: Encodable {
  struct Steps: Encodable {
    let step: [Int]
    let epoch: [Int?]
    let characters: [Double?]
    let elapsed_seconds: [Double?]
    let train_loss: [Double?]
    let learning_rate: [Double?]
    let gradient_norm: [Double?]
    let characters_per_second: [Double?]

    init(_ steps: [RunRecord.Step]) {
      step = steps.map(\.position.step)
      epoch = steps.map(\.epoch)
      characters = steps.map(\.position.characters)
      elapsed_seconds = steps.map(\.position.seconds)
      train_loss = steps.map(\.trainLoss)
      learning_rate = steps.map(\.learningRate)
      gradient_norm = steps.map(\.gradientNorm)
      characters_per_second = steps.map(\.charactersPerSecond)
    }
  }

  struct Validations: Encodable {
    let step: [Int]
    let epoch: [Int?]
    let characters: [Double?]
    let elapsed_seconds: [Double?]
    let validation_loss: [Double]
    /// Validation loss less training loss.
    let gap: [Double?]
    let accuracy: [Double?]
    let macro_f1: [Double?]
    let class_f1: [[Double?]?]

    init(of run: RunRecord) {
      let validations = run.validations
      step = validations.map(\.position.step)
      epoch = validations.map(\.epoch)
      characters = validations.map(\.position.characters)
      elapsed_seconds = validations.map(\.position.seconds)
      validation_loss = validations.map(\.loss)
      gap = zip(validations, run.trainingLosses).map { validation, training in
        training.map { validation.loss - $0 }
      }
      accuracy = validations.map(\.accuracy)
      macro_f1 = validations.map(\.macroF1)
      class_f1 = validations.map(\.classF1)
    }
  }

  struct Judgment: Encodable {
    let kind: Verdict.Kind
    let headline: String
    let explanation: String
  }

  let name: String
  let path: String
  let is_classifier: Bool
  let classes: [String]?
  let settings: [RunFact]
  let results: [RunFact]
  let verdict: Judgment
  let best_index: Int?
  let steps: Steps
  let validations: Validations
  let resumed_at: [Int]
  let samples: [RunRecord.Sample]
  let teachers: [RunData]
  let unreadable_lines: [Int]
  let reading: TextReading?
  let novelty: NoveltyReading?
  let classification: ClassificationReading?
  let reading_missing: String?

  init(_ report: RunReport, named name: String) {
    let run = report.run
    let verdict = Verdict(on: run)
    let best = run.best
    self.name = name
    path = run.path
    is_classifier = run.isClassifier
    classes = run.classes
    settings = run.settings
    results = run.results
    self.verdict = Judgment(
      kind: verdict.kind, headline: verdict.headline, explanation: verdict.explanation)
    best_index = run.validations.firstIndex { $0 == best }
    steps = Steps(run.steps)
    validations = Validations(of: run)
    resumed_at = run.beginnings.map(\.step).filter { $0 > 0 }
    samples = run.samples
    teachers = run.teachers.map { RunData(RunReport(run: $0), named: $0.name) }
    unreadable_lines = run.metrics.unreadable
    reading = report.reading
    novelty = report.novelty
    classification = report.classification
    reading_missing = report.readingMissing
  }
}
