import Checkpoints
import Cluster
import ClusterTesting
import DeviceTesting
import FileTesting
import Foundation
import Generation
import Recurrent
import Testing
import Text

@testable import Training

/// The part of a text that nothing is chosen on.
@Suite("Test part")
struct TestPartTests {
  private let folder: TemporaryFolder
  private let whole: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    whole = try TemporaryFolder()
  }

  private var path: String { "\(folder.path)/resume.safetensors" }

  private func parts() throws -> CorpusParts {
    try CorpusParts(Bench().corpus, validationFraction: 0.2, testFraction: 0.1)
  }

  private func trainer(
    steps: Int = 12, teachers: Int = 0, on device: Device? = .cpu(threads: 1)
  ) throws -> Trainer {
    let parts = try parts()
    let shape = ModelConfiguration(
      layers: 1, hiddenSize: 12, embeddingSize: 5,
      vocabularySize: parts.training.vocabulary.count)
    return try Trainer(parts, from: Network(shape, seed: 1), device: device) { options in
      options = Bench().options
      options.maxSteps = steps
      options.validateEvery = 6
      options.laneBlocks = 1
      options.teachers = teachers
      options.teacherEpochs = 1
    }
  }

  private func resumed(on device: Device? = .cpu(threads: 1)) throws -> Trainer {
    try Trainer(
      resuming: ResumePoint(contentsOf: path), path: path, corpus: Bench().corpus, device: device)
  }

  private func tests(_ folder: TemporaryFolder) throws -> [[String: Any]] {
    try folder.metrics().filter { $0["event"] as? String == "test" }
  }

  @Test func theBestModelReadsItOnceAtTheEnd() throws {
    let trainer = try trainer()
    #expect(trainer.plan.testCharacters == (try parts().test?.count))
    let told = try Told(trainer, in: folder)
    let report = try #require(told.test)
    let best = try TrainedModel(contentsOf: folder.file("best.safetensors"))
    let test = try #require(try parts().test)
    let score = try TextScorer(best.model, device: .cpu(threads: 1)).score(test)
    #expect(report.testLoss == score.natsPerCharacter && report.characters == test.count - 1)
    #expect(best.summary?.testLoss == report.testLoss)
    #expect(report.step == 12 && report.unknownCharacters == 0)
    let lines = try tests(folder)
    #expect(lines.count == 1)
    let loss = try #require(lines[0]["test_loss"] as? Double)
    #expect(abs(loss - report.testLoss) < 1e-12)
    #expect(lines[0]["test_characters"] as? Int == report.characters)
    #expect(try folder.metrics().last?["event"] as? String == "test")
    #expect(try folder.metrics()[0]["test_characters"] as? Int == test.count)
    // What there is nothing more to do for does not read it again.
    #expect(try Told(resumed(), in: folder, isNew: false).test == nil)
    #expect(try tests(folder).count == 1)
  }

  /// The rest of a run is what it is without a test part of the same text.
  @Test func nothingIsChosenOnIt() throws {
    let all = try parts()
    let cut = try Bench().corpus
    var told: [Told] = []
    for test in [all.test, nil] {
      let trainer = try trainer()
      trainer.test = test
      told.append(try Told(trainer))
    }
    #expect(told[0].validations == told[1].validations && told[0].test == nil)
    #expect(all.training.byteRange.count + (all.validation?.byteRange.count ?? 0) < cut.byteCount)
  }

  @Test func aStoppedRunDoesNotReadIt() throws {
    _ = try Told(trainer(), in: whole)
    let stopped = try Told(trainer(), in: folder, until: 7)
    #expect(stopped.outcome == .interrupted && stopped.test == nil)
    #expect(try TrainedModel(contentsOf: folder.file("best.safetensors")).summary?.testLoss == nil)
    #expect(try tests(folder).isEmpty)
    let point = try ResumePoint(contentsOf: path)
    #expect(point.corpus.testBytes == (try parts().test?.byteRange.count))
    #expect(try Told(resumed(), in: folder, isNew: false).test != nil)
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(try folder.bytes(of: name) == whole.bytes(of: name))
    }
    #expect(
      try tests(folder).map { $0["test_loss"] as? Double }
        == tests(whole).map { $0["test_loss"] as? Double })
  }

  /// Stopped after the last step, before all of it has been read.
  @Test func whatWasNotReadToTheEndIsReadLater() throws {
    let trainer = try trainer()
    let long = try EncodedText(
      Corpus(text: String(repeating: Bench.text, count: 2)), vocabulary: trainer.vocabulary)
    trainer.test = long
    var asked = 0
    // The folder's lock goes with it.
    let outcome = try trainer.run(
      in: RunFolder(path: folder.path, isNew: true),
      stops: {
        guard trainer.progress.step == 12 else { return false }
        asked += 1
        return asked > 2
      })
    #expect(outcome == .interrupted && asked == 3)
    #expect(try tests(folder).isEmpty)
    #expect(try Told(resumed(), in: folder, isNew: false).test != nil)
  }

  @Test func teachersAreNotTold() throws {
    let told = try Told(trainer(teachers: 1), in: folder, untilAll: 9)
    #expect(told.outcome == .interrupted)
    _ = try Told(resumed(), in: folder, isNew: false)
    #expect(try tests(folder).count == 1)
    let lines = try String(
      contentsOfFile: folder.file("teacher-1/metrics.jsonl"), encoding: .utf8)
    #expect(!lines.contains(#""event":"test""#))
    let teacher = try TrainedModel(contentsOf: folder.file("teacher-1/best.safetensors"))
    #expect(teacher.summary?.validationLoss != nil && teacher.summary?.testLoss == nil)
  }

  @Test func onManyProcesses() throws {
    let alone = try Told(trainer(), in: whole)
    let cluster = ThreadCluster(processes: 2, threads: 1)
    let told = try Told(
      trainer(on: .cluster(over: cluster.link, threads: nil, ownThreads: 1)), in: folder)
    #expect(told.test == alone.test && told.test != nil)
    #expect(try folder.bytes(of: "best.safetensors") == whole.bytes(of: "best.safetensors"))
  }

  @Test func aDamagedSplitIsRefused() throws {
    _ = try Told(trainer(), in: folder, until: 3)
    var point = try ResumePoint(contentsOf: path)
    for bytes in [-1, point.corpus.bytes] {
      point.corpus.testBytes = bytes
      try point.write(to: path)
      #expect(throws: CheckpointError.self) { try ResumePoint(contentsOf: path) }
    }
  }
}
