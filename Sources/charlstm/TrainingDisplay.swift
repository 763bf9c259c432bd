import Foundation
import Recurrent
import TerminalText
import Training

/// Shows training on standard error: one line that is written over on a terminal, plain lines
/// elsewhere.
final class TrainingDisplay {
  private let isQuiet: Bool
  private let configuration: ModelConfiguration
  private let options: TrainingOptions
  private let plan: TrainingPlan
  private let symbols: Int
  /// What is left to do after the teachers are trained.
  private let studentWork: Double
  private var run = Run()
  private var lastPlainLine = ContinuousClock.now
  private var line = StatusLine()
  /// Whether it was said before the run began how long it takes.
  private var isForecast = false

  /// The training of one network: of a teacher, or of what was asked for.
  private struct Run {
    /// From 1; nil for what was asked for.
    var teacher: Int?
    var plan: TrainingPlan?
    var lastValidation: ValidationReport?
    var hasEstimate = false
    var validationsSinceBest = 0
  }

  /// Seconds between plain lines.
  private static let interval = Duration.seconds(5)
  /// Validations without a better one that are no chance any more.
  private static let validationsToOverfit = 3

  init(of trainer: Trainer, isQuiet: Bool) {
    self.isQuiet = isQuiet
    configuration = trainer.configuration
    options = trainer.options
    plan = trainer.plan
    symbols = trainer.vocabulary.count
    // Written once and read by each teacher, at a third of what training takes, or in int8 an eighth.
    let share = trainer.device.precision(for: .writing) == .int8 ? 1.0 / 8 : 1.0 / 3
    let readings = Double(options.teacherText * (1 + options.teachers)) * share
    studentWork = plan.work + Double(plan.parameters) * readings
  }

  /// What is about to be done: first what anybody wants to know, then what was chosen.
  func begin(_ forecast: TrainingForecast?) {
    guard !isQuiet else { return }
    let tested =
      plan.testCharacters > 1 ? ", \(plan.testCharacters.formatted()) to test on at the end" : ""
    var text = """
      \(counted(plan.trainingCharacters, "character")) to train on, \
      \(plan.validationCharacters.formatted()) to validate on\(tested); a blind guess among \
      \(counted(symbols, "symbol")) has a loss of \(String(format: "%.4f", log(Double(symbols)))) nats

      """
    if let forecast {
      text += "This will take about \(clock(forecast.seconds)) on this machine"
      if let (preset, seconds) = forecast.shorter {
        text += "; --preset \(preset) would take about \(clock(seconds))"
      }
      text += ".\n"
      isForecast = true
    }
    line.print(text)
    show(configuration, options)
  }

  func show(_ event: TrainingEvent) {
    guard !isQuiet else { return }
    switch event {
    case .teaching(let number, let configuration, let options):
      run = Run(teacher: number)
      line.print("\nTeacher \(number) of \(self.options.teachers):\n")
      show(configuration, options)
    case .writing(let characters, let all): show(characters, of: all)
    case .reading(let teacher):
      run = Run()
      line.print((teacher == 1 ? "\n" : "") + "Reading what teacher \(teacher) expects\n")
    case .taught:
      run = Run()
      line.print("\nFrom what the teachers expect:\n")
      show(configuration, options)
    case .began(let plan): show(plan)
    case .step(let report): show(report)
    case .validation(let report): show(report)
    case .test(let report): show(report)
    case .saved: break
    }
  }

  /// What was chosen, by a preset or by who typed the command.
  private func show(_ configuration: ModelConfiguration, _ options: TrainingOptions) {
    guard !isQuiet else { return }
    let dropout = [
      ("on embeddings", options.dropout.embedding),
      ("between layers", options.dropout.betweenLayers),
      ("on the output", options.dropout.output),
    ].filter { $0.1 > 0 }.map {
      "\($0.1.formatted(.number.precision(.fractionLength(0...2)))) \($0.0)"
    }
    var choices = [
      "\(configuration.cell) \(configuration.layers) × \(configuration.hiddenSize)",
      "\(counted(options.epochs, "epoch")) at most",
      "learning rate \(options.learningRate.formatted())",
    ]
    if !dropout.isEmpty { choices.append("dropout \(dropout.joined(separator: ", "))") }
    if options.weightDecay > 0 {
      choices.append("weight decay \(options.weightDecay.formatted())")
    }
    if options.weightDrop > 0 { choices.append("weight drop \(options.weightDrop.formatted())") }
    if options.teachers > 0 {
      let text = options.teacherText
      choices.append(
        counted(options.teachers, "teacher")
          + (text > 0 ? " who write \(counted(text, "character"))" : ""))
    }
    line.print(choices.joined(separator: ", ") + "\n")
  }

  /// What a teacher has written so far.
  private func show(_ characters: Int, of all: Int) {
    let text = "\(characters.formatted()) of \(all.formatted()) characters written"
    if line.isTerminal {
      var shown = ProgressLine()
      shown.add(text, rank: 0)
      line.show(shown)
    } else if characters == all {
      standardError(text + "\n")
    }
  }

  func show(sample: String) {
    guard !isQuiet else { return }
    let indented = sample.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "  | \($0)\n" }.joined()
    line.print(indented, wraps: false)
  }

  /// Leaves the cursor on a line of its own.
  func finish() { line.finish() }

  private func show(_ plan: TrainingPlan) {
    run.plan = plan
    let written =
      run.teacher == nil && options.teacherText > 0
      ? ", half of them written by the teachers" : ""
    var text = """
      \(counted(plan.parameters, "parameter")); \(counted(plan.totalSteps, "step")) of \
      \(plan.lanes) × \(counted(plan.sequenceLength, "character"))\(written), \
      on \(plan.division)

      """
    if plan.shrank {
      text += "The text is short: a step has fewer characters than asked for.\n"
    }
    if plan.validationCharacters == 0 {
      text += """
        No part of the text is kept to validate on: the latest model counts as the best, and nothing \
        shows when it begins to learn the text by heart.

        """
    } else if plan.validationCharacters < 2 {
      text += "The text is too short to validate on: the latest model counts as the best.\n"
    }
    if plan.unknownTrainingCharacters > 0 {
      text +=
        counted(
          plan.unknownTrainingCharacters, "character of the training part is",
          plural: "characters of the training part are")
        + " not in the vocabulary, and left out.\n"
    }
    if plan.unknownValidationCharacters > 0 {
      text +=
        counted(
          plan.unknownValidationCharacters, "character of the validation part is",
          plural: "characters of the validation part are")
        + " not in the training part, and left out.\n"
    }
    if plan.doneSteps > 0 { text += ResumableRun.goingOn(after: plan.doneSteps) }
    line.print(text)
  }

  private func show(_ report: StepReport) {
    guard let plan = run.plan else { return }
    let now = ContinuousClock.now
    let isLast = report.step == plan.totalSteps
    guard line.isTerminal || isLast || now - lastPlainLine >= Self.interval else { return }
    lastPlainLine = now
    let left = report.secondsLeft(of: plan.totalSteps)
    if !run.hasEstimate, !isForecast, left >= 60 {
      line.print("This will take about \(clock(left)) on this machine\(rest(after: left)).\n")
    }
    run.hasEstimate = true
    let shown = ProgressLine(
      of: report, totalSteps: plan.totalSteps, validation: run.lastValidation, bits: true)
    if line.isTerminal {
      line.show(shown)
    } else {
      standardError(shown.full + "\n")
    }
  }

  /// How long all takes that comes with and after a teacher that takes `left` seconds more.
  private func rest(after left: Double) -> String {
    guard let teacher = run.teacher, let work = run.plan?.work, work > 0 else { return "" }
    let further = Double(options.teachers - teacher) * work + studentWork
    return ", and all together \(clock(left * (1 + further / work)))"
  }

  private func show(_ report: ValidationReport) {
    run.lastValidation = report
    line.print(
      String(
        format: "epoch %d  step %d  validation %.4f nats %.4f bits%@\n", report.epoch, report.step,
        report.validationLoss, report.bitsPerCharacter, report.isBest ? "  (best so far)" : ""))
    run.validationsSinceBest = report.isBest ? 0 : run.validationsSinceBest + 1
    if run.validationsSinceBest == Self.validationsToOverfit {
      line.print(
        String(
          format: """
            Overfitting: for %d validations in a row none was better than %.4f nats; the model of \
            then is kept. More text, weight decay or dropout would help, more epochs will not.

            """, run.validationsSinceBest, report.bestValidationLoss))
    }
  }

  private func show(_ report: TestReport) {
    var text = String(
      format: "test part, %@: %.4f nats, %.4f bits per character\n",
      counted(report.characters, "character"), report.testLoss, report.bitsPerCharacter)
    if report.unknownCharacters > 0 {
      text +=
        counted(
          report.unknownCharacters, "character of the test part is",
          plural: "characters of the test part are")
        + " not in the vocabulary, and left out.\n"
    }
    line.print(text)
  }
}

extension TrainingPlan {
  /// What the time it takes is proportional to.
  fileprivate var work: Double {
    Double(parameters) * Double((totalSteps - doneSteps) * lanes * sequenceLength)
  }
}
