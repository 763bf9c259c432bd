import Checkpoints
import FileTesting
import Foundation
import Recurrent
import Testing
import Text
import Training

/// A run that was stopped and goes on ends in the same bytes as one that was not.
@Suite("Resuming")
struct ResumeTests {
  private let folder: TemporaryFolder
  private let whole: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    whole = try TemporaryFolder()
  }

  private var path: String { "\(folder.path)/resume.safetensors" }

  private func resumed(_ corpus: Corpus) throws -> Trainer {
    try Trainer(resuming: ResumePoint(contentsOf: path), path: path, corpus: corpus)
  }

  static let precisions: [Precision] = [.float32, .bfloat16, .int16]

  @Test(arguments: Cell.allCases, precisions)
  func endsInTheSameBytes(_ cell: Cell, _ precision: Precision) throws {
    var bench = Bench(cell: cell, validationFraction: 0.3)
    bench.options.precision = precision
    bench.options.sequenceLength = 37
    bench.options.maxSteps = nil
    bench.options.epochs = 3
    let expected = try Told(bench.trainer(), in: whole)
    let perEpoch = try #require(expected.plan).stepsPerEpoch
    #expect(perEpoch > 5)

    // Within an epoch, at its end, and within the next.
    let stops = [2, perEpoch, perEpoch + 4]
    var steps: [StepReport] = []
    for (index, stop) in stops.enumerated() {
      let trainer = try index == 0 ? bench.trainer() : resumed(bench.corpus)
      let told = try Told(trainer, in: folder, isNew: index == 0, until: stop)
      #expect(told.outcome == .interrupted)
      #expect(trainer.progress.step == stop)
      steps += told.steps
    }
    let last = try Told(resumed(bench.corpus), in: folder, isNew: false)
    #expect(last.outcome == .completed)
    #expect(last.plan?.doneSteps == stops.last)
    steps += last.steps

    #expect(steps.map(\.step) == expected.steps.map(\.step))
    #expect(steps.map(\.epoch) == expected.steps.map(\.epoch))
    #expect(steps.map(\.trainLoss) == expected.steps.map(\.trainLoss))
    #expect(steps.map(\.learningRate) == expected.steps.map(\.learningRate))
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(try folder.bytes(of: name) == whole.bytes(of: name))
    }
    let losses = try [folder, whole].map { folder in
      try folder.metrics().filter { $0["event"] as? String != "began" }
        .map { $0["train_loss"] as? Double ?? $0["validation_loss"] as? Double }
    }
    #expect(losses[0] == losses[1])
  }

  /// Where the model that a validation would have kept could not be written, the run that goes on from
  /// what was kept elsewhere validates again: there may be no step to come that does.
  @Test(arguments: [0.3, 0]) func aValidationThatFailedIsMadeUpFor(fraction: Double) throws {
    let bench = Bench(validationFraction: fraction)
    let expected = try Told(bench.trainer(), in: whole)
    let trainer = try bench.trainer()
    let run = try RunFolder(path: folder.path, isNew: true)
    #expect(throws: CheckpointError.self) {
      _ = try trainer.run(in: run) { event in
        guard case .step(let report) = event, report.step == 12 else { return }
        try FileManager.default.removeItem(atPath: folder.path)
      }
    }
    try FileManager.default.createDirectory(
      atPath: folder.path, withIntermediateDirectories: true)
    try trainer.resumePoint.write(to: path)
    let told = try Told(resumed(bench.corpus), in: folder, isNew: false)
    #expect(told.outcome == .completed && told.steps.isEmpty)
    #expect(told.validations == expected.validations)
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(try folder.bytes(of: name) == whole.bytes(of: name))
    }
    // Once.
    #expect(try Told(resumed(bench.corpus), in: folder, isNew: false).validations.isEmpty)
  }

  /// A file that is rewritten where it lies ends neither the run nor its readers, not even with no
  /// known character left in it; going on from the run then says what has happened.
  @Test(.timeLimit(.minutes(1))) func aTextRewrittenWhileItIsTrainedOnIsNoticed() throws {
    let textFile = "\(whole.path)/text"
    let original = Data(Bench.text.utf8)
    try original.write(to: URL(filePath: textFile))
    var bench = Bench()
    bench.file = textFile
    bench.options.maxSteps = 40
    let trainer = try bench.trainer()
    let file = try FileHandle(forUpdating: URL(filePath: textFile))
    try file.write(contentsOf: Data(repeating: UInt8(ascii: "#"), count: original.count))
    try file.close()
    let told = try Told(trainer, in: folder)
    #expect(told.outcome == .completed)
    #expect {
      _ = try resumed(Corpus(paths: [textFile]))
    } throws: { error in
      "\(error)".contains("the corpus is not the one the run began with")
    }
  }

  /// What was best before a stop still counts after it.
  @Test func rememberTheBest() throws {
    var bench = Bench()
    bench.options.validateEvery = 3
    bench.options.maxSteps = 9
    _ = try Told(bench.trainer(), in: folder, until: 4)
    let best = try folder.bytes(of: "best.safetensors")
    var point = try ResumePoint(contentsOf: path)
    #expect(point.progress.step == 4 && point.progress.bestLoss != nil)
    point.progress.bestLoss = 0
    let trainer = try Trainer(resuming: point, path: path, corpus: bench.corpus)
    let told = try Told(trainer, in: folder, isNew: false)
    #expect(told.validations.map(\.isBest) == [false, false])
    #expect(try folder.bytes(of: "best.safetensors") == best)
  }

  @Test func aFinishedRunHasNothingLeft() throws {
    let bench = Bench()
    _ = try Told(bench.trainer(), in: folder)
    let told = try Told(resumed(bench.corpus), in: folder, isNew: false)
    #expect(told.outcome == .completed)
    #expect(told.steps.isEmpty && told.validations.isEmpty)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let bench = Bench()
    _ = try Told(bench.trainer(), in: folder, until: 3)
    #expect {
      _ = try resumed(Corpus(text: Bench.text + "x"))
    } throws: { error in
      let bytes = Bench.text.utf8.count
      return "\(error)"
        == "cannot resume \(path): the corpus has \(bytes + 1) bytes, the run began with "
        + "\(bytes); give the text the run began with, or accept-changed-corpus to go on with "
        + "this one from the beginning of the epoch"
    }

    func refuses(_ change: (inout ResumePoint) -> Void) throws -> Bool {
      var point = try ResumePoint(contentsOf: path)
      change(&point)
      do {
        _ = try Trainer(resuming: point, path: path, corpus: bench.corpus)
        return false
      } catch is TrainingError {
        return true
      }
    }
    #expect(try !refuses { _ in })
    #expect(try refuses { $0.progress.chunk = 1_000_000 })
    #expect(try refuses { $0.progress.chunk = -1 })
    #expect(try refuses { $0.progress.epoch = -1 })
    #expect(try refuses { $0.states.removeLast() })
    #expect(try refuses { $0.options.lanes = 0 })
    #expect(try refuses { $0.options.precision = .int8 })

    // A model is no resume file, and the reverse.
    #expect(throws: CheckpointError.self) {
      try ResumePoint(contentsOf: "\(folder.path)/last.safetensors")
    }
    #expect(throws: CheckpointError.self) { try TrainedModel(contentsOf: path) }
    let cut = try folder.bytes(of: "resume.safetensors").dropLast(100)
    try folder.write(cut, to: "resume.safetensors")
    #expect(throws: CheckpointError.self) { try ResumePoint(contentsOf: path) }
  }
}
