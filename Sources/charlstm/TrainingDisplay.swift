import Foundation
import Recurrent
import Training

/// Shows training on standard error: one line that is written over on a terminal, plain lines
/// elsewhere.
final class TrainingDisplay {
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let configuration: ModelConfiguration
  private let options: TrainingOptions
  /// What is left to do after the teachers are trained.
  private let studentWork: Double
  private var run = Run()
  private var lastPlainLine = ContinuousClock.now
  private var hasOpenLine = false
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
    // Written once and read by each teacher, at a third of what training takes, or in int8 an eighth.
    let share = trainer.device.precision(for: .writing) == .int8 ? 1.0 / 8 : 1.0 / 3
    let readings = Double(options.teacherText * (1 + options.teachers)) * share
    studentWork = trainer.plan.work + Double(trainer.plan.parameters) * readings
    show(configuration, options)
  }

  func show(_ forecast: TrainingForecast) {
    guard !isQuiet else { return }
    var text = "This will take about \(clock(forecast.seconds)) on this machine"
    if let (preset, seconds) = forecast.shorter {
      text += "; --preset \(preset) would take about \(clock(seconds))"
    }
    print(lines: text + ".\n")
    isForecast = true
  }

  func show(_ event: TrainingEvent) {
    guard !isQuiet else { return }
    switch event {
    case .teaching(let number, let configuration, let options):
      run = Run(teacher: number)
      print(lines: "\nTeacher \(number) of \(self.options.teachers):\n")
      show(configuration, options)
    case .writing(let characters, let all): show(characters, of: all)
    case .reading(let teacher):
      run = Run()
      print(lines: (teacher == 1 ? "\n" : "") + "Reading what teacher \(teacher) expects\n")
    case .taught:
      run = Run()
      print(lines: "\nFrom what the teachers expect:\n")
      show(configuration, options)
    case .began(let plan): show(plan)
    case .step(let report): show(report)
    case .validation(let report): show(report)
    case .saved: break
    }
  }

  /// What was chosen, by a preset or by who typed the command.
  private func show(_ configuration: ModelConfiguration, _ options: TrainingOptions) {
    guard !isQuiet else { return }
    let dropout = options.dropout
    var choices = [
      "\(configuration.cell) \(configuration.layers) × \(configuration.hiddenSize)",
      "\(options.epochs) \(options.epochs == 1 ? "epoch" : "epochs") at most",
      "learning rate \(options.learningRate.formatted())",
    ]
    choices += [
      ("embedding", dropout.embedding), ("layers", dropout.betweenLayers),
      ("output", dropout.output),
    ].filter { $0.1 > 0 }.map {
      "dropout of \($0.0) \($0.1.formatted(.number.precision(.fractionLength(0...2))))"
    }
    if options.weightDecay > 0 {
      choices.append("weight decay \(options.weightDecay.formatted())")
    }
    if options.weightDrop > 0 { choices.append("weight drop \(options.weightDrop.formatted())") }
    if options.teachers > 0 {
      let text = options.teacherText
      choices.append(
        "\(options.teachers) \(options.teachers == 1 ? "teacher" : "teachers")"
          + (text > 0 ? " who write \(text.formatted()) characters" : ""))
    }
    print(lines: choices.joined(separator: ", ") + "\n")
  }

  /// What a teacher has written so far.
  private func show(_ characters: Int, of all: Int) {
    let line = "\(characters.formatted()) of \(all.formatted()) characters written"
    if isTerminal {
      standardError("\r\u{1B}[K" + line)
      hasOpenLine = true
    } else if characters == all {
      standardError(line + "\n")
    }
  }

  func show(sample: String) {
    guard !isQuiet else { return }
    let indented = sample.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "  | \($0)\n" }.joined()
    print(lines: indented)
  }

  /// Leaves the cursor on a line of its own.
  func finish() {
    if hasOpenLine { standardError("\n") }
    hasOpenLine = false
  }

  private func show(_ plan: TrainingPlan) {
    run.plan = plan
    let reads =
      run.teacher == nil && options.teacherText > 0
      ? "half of them for what the teachers wrote, " : ""
    var text = """
      \(plan.parameters.formatted()) parameters; \(plan.trainingCharacters.formatted()) characters \
      to train on, \(plan.validationCharacters.formatted()) to validate on
      \(plan.lanes) lanes of \(plan.sequenceLength) steps, \(reads)\(plan.totalSteps.formatted()) \
      optimizer steps, \(plan.workers) \(plan.workers == 1 ? "worker" : "workers")

      """
    if plan.shrank {
      text += "The text is short: fewer lanes or shorter chunks than asked for.\n"
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
      text += """
        \(plan.unknownTrainingCharacters.formatted()) characters of the training part are not in \
        the vocabulary and are left out.

        """
    }
    if plan.unknownValidationCharacters > 0 {
      text += """
        \(plan.unknownValidationCharacters.formatted()) characters of the validation part do not \
        occur in the training part and are left out.

        """
    }
    if plan.doneSteps > 0 { text += ResumableRun.goingOn(after: plan.doneSteps) }
    print(lines: text)
  }

  private func show(_ report: StepReport) {
    guard let plan = run.plan else { return }
    let now = ContinuousClock.now
    let isLast = report.step == plan.totalSteps
    guard isTerminal || isLast || now - lastPlainLine >= Self.interval else { return }
    lastPlainLine = now
    let left = report.secondsLeft(of: plan.totalSteps)
    if !run.hasEstimate, !isForecast, left >= 60 {
      print(lines: "This will take about \(clock(left)) on this machine\(rest(after: left)).\n")
    }
    run.hasEstimate = true
    let line = ProgressLine(
      of: report, totalSteps: plan.totalSteps, validation: run.lastValidation, bits: true)
    if isTerminal {
      standardError("\r\u{1B}[K" + line.fitted(to: widthOfProgress()))
      hasOpenLine = true
    } else {
      standardError(line.full + "\n")
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
    print(
      lines: String(
        format: "epoch %d  step %d  validation %.4f nats %.4f bits%@\n", report.epoch, report.step,
        report.validationLoss, report.bitsPerCharacter, report.isBest ? "  (best so far)" : ""))
    run.validationsSinceBest = report.isBest ? 0 : run.validationsSinceBest + 1
    if run.validationsSinceBest == Self.validationsToOverfit {
      print(
        lines: String(
          format: """
            Overfitting: for %d validations in a row none was better than %.4f nats; the model of \
            then is kept. More text, weight decay or dropout would help, more epochs will not.

            """, run.validationsSinceBest, report.bestValidationLoss))
    }
  }

  /// Whole lines, above the one that is written over.
  private func print(lines: String) {
    standardError((hasOpenLine ? "\r\u{1B}[K" : "") + lines)
    hasOpenLine = false
  }
}

extension TrainingPlan {
  /// What the time it takes is proportional to.
  fileprivate var work: Double {
    Double(parameters) * Double((totalSteps - doneSteps) * lanes * sequenceLength)
  }
}
