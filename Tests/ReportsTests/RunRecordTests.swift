import FileTesting
import Files
import Foundation
import Testing

@testable import Reports

struct RunRecordTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func everyLineIsRead() throws {
    let run = try folder.run(MetricsLines.language)
    #expect(run.name == "run")
    #expect(run.steps.map(\.position.step) == (1...20).map { $0 * 20 })
    let training: [Double?] = (1...20).map { 1 + 3.0 / Double($0) }
    #expect(run.steps.map(\.trainLoss) == training)
    #expect(run.steps[0].learningRate == 0.002 && run.steps[0].gradientNorm == 0.5)
    let validation: [Double] = (1...5).map { 1.25 + 1 / Double($0) }
    #expect(run.validations.map(\.loss) == validation)
    #expect(run.samples.map(\.text) == ["He is", "A king.\nHe was </script>"])
    #expect(run.setting("seed")?.count == 7)
    #expect(run.best?.position.step == 400)
    #expect(!run.isClassifier && run.metrics.unreadable == [])
  }

  /// What a process that was killed leaves, and what later versions may write.
  @Test func brokenEndsAndUnknownLinesAreLeftOut() throws {
    try folder.write(
      """
      \(MetricsLines.step(10, "2.5"))
      {"event":"step","step":15,"train_loss":
      [1]
      {"event":"dreamt","step":16}
      {"event":"step","step":1e300,"train_loss":1}
      {"event":"step","step":-3,"train_loss":1}
      {"step":17}

      \(MetricsLines.step(20, "2.25"))
      {"event":"step","st
      """, to: "run/metrics.jsonl")
    let run = try RunRecord(folder: folder.file("run"))
    #expect(run.steps.map(\.trainLoss) == [2.5, 2.25])
    #expect(run.metrics.unreadable == [2, 3])
    #expect(run.metrics.lines.count == 6)
  }

  @Test func aResumedRunHasItsLastSettings() throws {
    let run = try folder.run([
      MetricsLines.began(command: "first"), MetricsLines.step(10, "2"),
      MetricsLines.began(10, command: "second"), MetricsLines.step(20, "1"),
      #"{"event":"began","step":20}"#,
    ])
    #expect(run.beginnings.map(\.step) == [0, 10, 20])
    #expect(run.settings.first == RunFact("command", "second"))
    #expect(run.settings.first { $0.name == "resumed" }?.value == "after step 10, step 20")
  }

  /// Validations stand between steps in proportion, and after the last where it is.
  @Test func validationsHaveCharactersAndTime() throws {
    let run = try folder.run([
      MetricsLines.step(10, "2"), MetricsLines.validation(10, "2"), MetricsLines.step(20, "1"),
      MetricsLines.validation(5, "3"), MetricsLines.validation(15, "2"),
      MetricsLines.validation(25, "1"),
    ])
    #expect(run.validations.map(\.position.step) == [5, 10, 15, 25])
    #expect(run.validations.map(\.position.characters) == [500, 1000, 1500, 2000])
    #expect(run.validations.map(\.position.seconds) == [10, 20, 30, 40])
    #expect(run.trainingLosses == [nil, 2, 2, 1])
  }

  @Test func teachersAreRead() throws {
    for number in [1, 2, 16, 17] {
      try folder.write(MetricsLines.step(10, "2") + "\n", to: "run/teacher-\(number)/metrics.jsonl")
    }
    try folder.write("", to: "run/teacher-3/metrics.jsonl")
    let run = try folder.run([MetricsLines.step(10, "1")])
    #expect(run.teachers.map(\.name) == ["teacher-1", "teacher-2", "teacher-16"])
  }

  @Test(arguments: [true, false])
  func teachersAreShownBeforeTheRunItself(_ hasFile: Bool) throws {
    try folder.write(
      MetricsLines.began(vocabulary: "bytes") + "\n" + MetricsLines.step(10, "2") + "\n",
      to: "run/teacher-1/metrics.jsonl")
    if hasFile { try folder.write("", to: "run/metrics.jsonl") }
    let run = try RunRecord(folder: folder.file("run"))
    #expect(run.teachers.map(\.name) == ["teacher-1"] && run.lossUnit == .byte)
    let terminal = terminalReport(on: run, width: 80)
    #expect(terminal.hasPrefix("run: Only its teachers have learned so far\n"))
    #expect(terminal.contains("\n\nteacher-1: Nothing was validated\n"))
    #expect(csv(of: [run]).contains("run/teacher-1,step,"))
  }

  @Test func theTestPartIsTold() throws {
    let test = #"{"bits_per_character":2,"event":"test","step":20,"test_characters":9,"test_loss":"#
    let run = try folder.run([
      MetricsLines.began(), MetricsLines.step(20, "2"), MetricsLines.validation(20, "1.5"),
      test + "1.75}", test + "1.625}", test + "\"none\"}",
    ])
    #expect(run.test == .init(step: 20, loss: 1.625))
    let results = run.results.map { "\($0.name) \($0.value)" }
    #expect(results.contains("test loss 1.6250"))
    #expect(results.contains("test bits per character 2.3444"))
    #expect(terminalReport(on: run, width: 80).contains("test loss "))
    #expect(csv(of: [run]).contains(",bits_per_character,test_loss,test_characters,"))
  }

  @Test func accuracyCountsBeforeTheLoss() throws {
    let run = try folder.run([
      MetricsLines.began(classes: ["ham", "spam"]),
      MetricsLines.classified(10, 0.5, accuracy: 0.9, f1: [0.8, 0.7]),
      MetricsLines.classified(20, 0.6, accuracy: 0.95, f1: [0.9, 0.8]),
      MetricsLines.classified(30, 0.4, accuracy: 0.95, f1: [0.9, 0.8]),
      MetricsLines.classified(40, 0.3, accuracy: 0.9, f1: [0.9, 0.8]),
    ])
    #expect(run.classes == ["ham", "spam"] && run.isClassifier)
    #expect(run.best?.position.step == 30)
    #expect(run.best?.classF1 == [0.9, 0.8])
    #expect(
      run.results.prefix(3).map { "\($0.name) \($0.value)" } == [
        "best accuracy 95.00%", "macro F1 there 90.00%", "validation loss there 0.4000",
      ])
  }

  @Test func lossesThatAreNoNumbers() throws {
    let run = try folder.run([MetricsLines.step(10, "\"nan\""), MetricsLines.step(20, "\"inf\"")])
    #expect(run.steps[0].trainLoss?.isNaN == true && run.steps[1].trainLoss == .infinity)
  }

  @Test func whatIsNoRun() throws {
    func error(_ name: String) -> ReportError? {
      do throws(ReportError) {
        _ = try RunRecord(folder: folder.file(name))
        return nil
      } catch {
        return error
      }
    }
    #expect(error("none") == .noFolder(path: folder.file("none")))
    try folder.write("", to: "file")
    #expect(error("file") == .notAFolder(path: folder.file("file")))
    try folder.write("", to: "other/notes.txt")
    #expect(error("other") == .noMetrics(folder: folder.file("other")))
    try folder.write("", to: "new/metrics.jsonl")
    #expect(error("new") == .empty(path: folder.file("new/metrics.jsonl")))
    try folder.write("\nstep 1\nstep 2\n", to: "text/metrics.jsonl")
    #expect(error("text") == .unreadable(path: folder.file("text/metrics.jsonl"), line: 2))
    let deep = String(repeating: "[", count: 100_000)
    try folder.write("{\"a\":\(deep)", to: "deep/metrics.jsonl")
    #expect(error("deep") == .unreadable(path: folder.file("deep/metrics.jsonl"), line: 1))
    try folder.write("", to: "folder/metrics.jsonl/file")
    #expect(error("folder") == .file(.notAFile(path: folder.file("folder/metrics.jsonl"))))
  }

  @Test func namesAreThoseOfFolders() throws {
    let run = try folder.run([MetricsLines.step(10, "1")])
    for (path, name) in [
      ("/tmp/a", "a"), ("a/", "a"), ("a/.", "a"), (".", "this folder"), ("..", ".."), ("/", "/"),
    ] {
      #expect(RunRecord(metrics: run.metrics, of: path).name == name)
    }
  }
}
