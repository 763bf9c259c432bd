import Checkpoints
import FileTesting
import Foundation
import Generation
import Recurrent
import Testing
import Text
import Training

@Suite("Trainer")
struct TrainerTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func learns() throws {
    var bench = Bench()
    bench.hidden = 32
    bench.options.maxSteps = 250
    bench.options.dropout = .none
    bench.options.learningRate = 0.03
    bench.options.averageDecay = 0.9
    let told = try Told(bench.trainer())
    #expect(told.outcome == .completed)
    #expect(try #require(told.steps.first).trainLoss > 2.5)
    // Eight pieces, drawn alike: their choice alone costs 0.5 nats a character.
    let loss = try #require(told.validations.last).validationLoss
    #expect((0.3..<0.9).contains(loss))
  }

  @Test(arguments: Cell.allCases, [1, 2])
  func theSameSeedGivesTheSameRun(_ cell: Cell, threads: Int) throws {
    var bench = Bench(cell: cell)
    bench.options.threads = threads
    let other = try TemporaryFolder()
    let first = try Told(bench.trainer(), in: folder)
    let second = try Told(bench.trainer(), in: other)
    #expect(first.steps.map(\.trainLoss) == second.steps.map(\.trainLoss))
    #expect(first.steps.map(\.gradientNorm) == second.steps.map(\.gradientNorm))
    #expect(first.validations == second.validations)
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(try folder.bytes(of: name) == other.bytes(of: name))
    }
    bench.options.seed = 2
    #expect(try Told(bench.trainer()).steps.map(\.trainLoss) != first.steps.map(\.trainLoss))
  }

  @Test func divisionsAgree() throws {
    var bench = Bench()
    bench.options.division = .lanes
    let lanes = try Told(bench.trainer())
    bench.options.division = .units
    let units = try Told(bench.trainer())
    #expect(lanes.plan?.division == "2 threads")
    #expect(units.plan?.division == "2 threads, which divide the hidden units")
    for (first, second) in zip(units.steps, lanes.steps) {
      #expect(abs(first.trainLoss - second.trainLoss) < 1e-4 * first.trainLoss)
    }
  }

  @Test func workersAgree() throws {
    var bench = Bench()
    let shared = try Told(bench.trainer())
    bench.options.threads = 1
    let alone = try Told(bench.trainer())
    #expect(shared.plan?.division == "2 threads" && alone.plan?.division == "1 thread")
    for (first, second) in zip(shared.steps, alone.steps) {
      #expect(abs(first.trainLoss - second.trainLoss) < 1e-4 * first.trainLoss)
    }
  }

  @Test func stepsAreCounted() throws {
    var bench = Bench()
    bench.options.maxSteps = nil
    bench.options.epochs = 2
    bench.options.reportEvery = 5
    bench.options.validateEvery = 7
    let trainer = try bench.trainer()
    let perEpoch = trainer.plan.stepsPerEpoch
    #expect(perEpoch > 14)
    #expect(trainer.plan.totalSteps == 2 * perEpoch)
    #expect(!trainer.plan.shrank)
    let told = try Told(trainer)
    #expect(told.outcome == .completed)
    #expect(trainer.progress.step == 2 * perEpoch && trainer.progress.epoch == 2)
    let all = 1...2 * perEpoch
    #expect(told.steps.map(\.step) == all.filter { $0 % 5 == 0 || $0 == 2 * perEpoch })
    #expect(
      told.validations.map(\.step) == all.filter { $0 % 7 == 0 || $0 % perEpoch == 0 })
    #expect(told.steps.map(\.epoch) == told.steps.map { ($0.step - 1) / perEpoch + 1 })
    #expect(told.steps.map(\.characters) == told.steps.map { $0.step * 120 })
    #expect(
      told.validations.map(\.bestValidationLoss)
        == told.validations.indices.map { end in
          told.validations[...end].map(\.validationLoss).reduce(.infinity, min)
        })

    bench.options.maxSteps = 4
    let short = try Told(bench.trainer())
    #expect(short.plan?.totalSteps == 4)
    #expect(short.steps.map(\.step) == [4])
    #expect(short.validations.map(\.step) == [4])
  }

  @Test func patienceEndsTheRun() throws {
    // The validation part is of two characters that the training part hardly has.
    var bench = Bench(
      text: String(repeating: "ab", count: 900) + String(repeating: "cd", count: 100))
    bench.text = "cd" + bench.text
    bench.options.dropout = .none
    bench.options.maxSteps = nil
    bench.options.epochs = 1000
    bench.options.learningRate = 0.02
    bench.options.averageDecay = 0.5
    bench.options.validateEvery = 5
    bench.options.patience = 3
    let told = try Told(bench.trainer(), in: folder)
    #expect(told.outcome == .patienceExhausted)
    #expect(told.validations.suffix(3).map(\.isBest) == [false, false, false])
    let best = try #require(told.validations.last { $0.isBest })
    #expect(told.validations.last?.bestValidationLoss == best.validationLoss)
    let saved = try TrainedModel(contentsOf: "\(folder.path)/best.safetensors")
    #expect(saved.summary?.steps == best.step)
    #expect(saved.summary?.validationLoss == best.validationLoss)
  }

  /// What is saved as best is what was validated.
  @Test func theBestIsTheAverage() throws {
    var bench = Bench()
    bench.options.validateEvery = 4
    let trainer = try bench.trainer()
    let told = try Told(trainer, in: folder)
    let best = try TrainedModel(contentsOf: "\(folder.path)/best.safetensors")
    let corpus = try bench.corpus
    let split = Split(corpus: corpus, validationFraction: 0.1)
    let validation = try EncodedText(
      corpus, byteRange: split.validation, vocabulary: best.vocabulary)
    let loss = try #require(told.validations.last { $0.isBest }).validationLoss
    #expect(abs(try score(best.model, validation) - loss) < 1e-9)
    let last = try TrainedModel(contentsOf: "\(folder.path)/last.safetensors")
    #expect(
      last.model.parameters.values == trainer.averagedModel.parameters.values)
  }

  @Test func aLossBeyondNumbersStopsTheRun() throws {
    var bench = Bench()
    bench.options.maxSteps = 8
    bench.options.validateEvery = 2
    _ = try Told(bench.trainer(), in: folder, until: 4)
    let path = "\(folder.path)/resume.safetensors"
    let best = try folder.bytes(of: "best.safetensors")

    var point = try ResumePoint(contentsOf: path)
    point.options.learningRate = 1e30
    point.options.validateEvery = 1
    let trainer = try Trainer(resuming: point, path: path, corpus: bench.corpus)
    #expect {
      _ = try Told(trainer, in: folder, isNew: false)
    } throws: { error in
      guard case .diverged(let step, _) = error as? TrainingError else { return false }
      return (5...6).contains(step)
    }
    #expect(try folder.bytes(of: "best.safetensors") == best)
    // Every line that was written is one of numbers.
    #expect(try folder.metrics().count >= 4)
  }

  @Test(arguments: Cell.allCases)
  func oneSymbol(_ cell: Cell) throws {
    let bench = Bench(text: String(repeating: "a", count: 500), cell: cell)
    let told = try Told(bench.trainer(), in: folder)
    #expect(told.outcome == .completed)
    #expect(told.steps.allSatisfy { $0.trainLoss == 0 && $0.gradientNorm == 0 })
    #expect(told.validations.allSatisfy { $0.validationLoss == 0 })
  }

  @Test func shortTexts() throws {
    var bench = Bench(text: String(Bench.text.prefix(300)))
    let few = try Told(bench.trainer())
    let plan = try #require(few.plan)
    #expect(plan.shrank)
    #expect(plan.lanes == 3 && plan.sequenceLength == 20)
    #expect(few.outcome == .completed)
    #expect(few.validations.count > 0)

    bench.text = "ab"
    bench.validationFraction = 0
    let two = try Told(bench.trainer(), in: folder)
    #expect(two.plan?.lanes == 1 && two.plan?.sequenceLength == 1)
    #expect(two.plan?.division == "1 thread")
    #expect(two.validations.isEmpty)
    // With nothing to validate on, the latest is the best there is.
    let best = try TrainedModel(contentsOf: "\(folder.path)/best.safetensors")
    #expect(best.summary?.steps == 12 && best.summary?.validationLoss == nil)

    bench.text = "é"
    #expect(throws: TrainingError.corpusTooShort(characters: 1)) { try bench.trainer() }
  }

  @Test func optionsOutOfRange() throws {
    for (change, message) in [
      ({ $0.lanes = 0 }, "batch-size must be 1 to 65536, got 0"),
      ({ $0.sequenceLength = 65537 }, "sequence-length must be 1 to 65536, got 65537"),
      ({ $0.learningRate = .nan }, "learning-rate must be above 0, finite, got nan"),
      ({ $0.dropout.output = 1 }, "dropout-output must be 0 to below 1, got 1.0"),
      ({ $0.clipNorm = -1 }, "clip-norm must be 0 or more, got -1.0"),
      ({ $0.patience = 0 }, "patience must be 1 or more, got 0"),
      ({ $0.maxSteps = 0 }, "max-steps must be 1 or more, got 0"),
      ({ $0.weightDrop = 1 }, "weight-drop must be 0 to below 1, got 1.0"),
    ] as [((inout TrainingOptions) -> Void, String)] {
      var bench = Bench()
      change(&bench.options)
      #expect {
        try bench.trainer()
      } throws: {
        "\($0)" == message
      }
    }
  }

  @Test func metricsAreTheDocumentedOnes() throws {
    var bench = Bench()
    bench.options.validateEvery = 5
    let told = try Told(bench.trainer(), in: folder)
    let lines = try folder.metrics()
    let steps = lines.filter { $0["event"] as? String == "step" }
    let validations = lines.filter { $0["event"] as? String == "validation" }
    #expect(steps.count == 12 && validations.count == 3 && lines.count == 16)
    let began = try #require(lines.first)
    #expect(
      Set(began.keys).subtracting(["machine"]) == [
        "event", "step", "date", "division", "arithmetic", "precision", "seed", "cell", "layers",
        "hidden_size", "parameters", "total_steps", "vocabulary", "uniform_loss",
        "training_characters", "validation_characters",
      ])
    #expect(began["event"] as? String == "began" && began["total_steps"] as? Int == 12)
    for line in steps {
      #expect(
        Set(line.keys) == [
          "event", "epoch", "step", "characters", "train_loss", "learning_rate", "gradient_norm",
          "characters_per_second", "elapsed_seconds",
        ])
    }
    for line in validations {
      #expect(
        Set(line.keys) == [
          "event", "epoch", "step", "validation_loss", "bits_per_character",
          "best_validation_loss",
        ])
    }
    // Foundation's reader of JSON is off by a last digit now and then.
    func agree(_ lines: [[String: Any]], _ key: String, _ expected: [Double]) -> Bool {
      lines.count == expected.count
        && zip(lines, expected).allSatisfy { abs(($0[key] as? Double ?? .nan) - $1) < 1e-12 }
    }
    #expect(agree(steps, "train_loss", told.steps.map(\.trainLoss)))
    #expect(agree(steps, "step", (1...12).map { Double($0) }))
    #expect(agree(validations, "validation_loss", told.validations.map(\.validationLoss)))
    // A new run in the folder begins with new metrics.
    _ = try Told(bench.trainer(), in: folder)
    #expect(try folder.metrics().count == 16)
  }

  private func score(_ model: Network, _ text: EncodedText) throws -> Double {
    try TextScorer(model, precision: .float32).score(text).natsPerCharacter
  }
}

@Suite("Schedules")
struct ScheduleTests {
  private func factors(_ schedule: LearningRateSchedule, warmup: Int, total: Int) -> [Float] {
    (0..<total).map { schedule.factor(step: $0, warmup: warmup, total: total) }
  }

  @Test func warmUpRises() {
    for schedule in LearningRateSchedule.allCases {
      let rates = factors(schedule, warmup: 4, total: 10)
      #expect(Array(rates[..<5]) == [0.25, 0.5, 0.75, 1, 1])
      #expect(factors(schedule, warmup: 0, total: 10)[0] == 1)
      // A run that is shorter than its warm-up.
      #expect(factors(schedule, warmup: 8, total: 2) == [0.125, 0.25])
    }
  }

  @Test func fallsAsNamed() {
    #expect(factors(.constant, warmup: 0, total: 5) == [1, 1, 1, 1, 1])
    let linear = factors(.linear, warmup: 0, total: 4)
    #expect(zip(linear, [1, 0.7525, 0.505, 0.2575]).allSatisfy { abs($0 - $1) < 1e-6 })
    let cosine = factors(.cosine, warmup: 2, total: 6)
    // Half a cosine from 1 to 0.01, at 0, 1/4, 1/2 and 3/4.
    let expected: [Float] = [0.5, 1, 1, 0.855_018, 0.505, 0.154_982]
    #expect(zip(cosine, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    for schedule in [LearningRateSchedule.linear, .cosine] {
      #expect(abs(schedule.factor(step: 100, warmup: 0, total: 100) - 0.01) < 1e-6)
    }
  }
}
