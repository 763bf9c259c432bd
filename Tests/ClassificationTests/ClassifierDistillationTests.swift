import Checkpoints
import FileTesting
import Foundation
import LabelledData
import Recurrent
import Testing
import Training

@testable import Classification

@Suite("Teachers of a classifier")
struct ClassifierDistillationTests {
  private let texts: LabelledTexts
  private let parts: LabelledParts

  init() throws {
    texts = try LabelledTexts(
      (0..<60).map { index in
        (label: ["x", "y", "z"][index % 3], text: "\(["ab", "cd", "ef"][index % 3])\(index)")
      })
    parts = try LabelledParts(texts, validationFraction: 0.2)
  }

  private func trainer(_ change: (inout ClassifierOptions) -> Void = { _ in }) throws
    -> ClassifierTrainer
  {
    var options = ClassifierOptions()
    options.precision = .float32
    options.threads = 1
    options.epochs = 3
    options.batchSize = 8
    options.learningRate = 2e-2
    options.linear = 2
    options.teachers = 3
    change(&options)
    return try ClassifierTrainer(parts, options: options) {
      ($0.layers, $0.hiddenSize, $0.embeddingSize) = (1, 8, 4)
    }
  }

  @Test func eachTextHasWhatATeacherExpectsThatHasNotReadIt() throws {
    // Labels by chance: who has read a text knows its label, and who has not does not.
    let names = (0..<60).map { index in
      let mixed = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
      return (label: mixed >> 63 == 0 ? "x" : "y", text: "n\(index)")
    }
    let texts = try LabelledTexts(names)
    let student = try ClassifierTrainer(
      LabelledParts(texts, validationFraction: 0.2),
      options: {
        var options = ClassifierOptions()
        options.precision = .float32
        options.threads = 1
        options.epochs = 2
        options.linear = 3
        options.teachers = 4
        return options
      }()
    ) { ($0.layers, $0.hiddenSize, $0.embeddingSize) = (1, 8, 4) }
    var numbers: [Int] = []
    _ = try student.run(stops: { false }) { event in
      switch event {
      case .teaching(let number, let count):
        #expect(count == 4)
        numbers.append(number)
      case .taught: numbers.append(0)
      default: break
      }
    }
    #expect(numbers == [1, 2, 3, 4, 0])
    let expected = student.expected
    #expect(expected.count == student.training.count)
    let right = zip(expected, student.training).count { row, text in
      row[Int(texts.labelIndices[text])] > 0.5
    }
    #expect(expected.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-4 })
    #expect(Double(right) < 0.8 * Double(expected.count))
  }

  @Test func aRunThatStopsAmongItsTeachersEndsAsOneLeftAlone() throws {
    let folder = try TemporaryFolder()
    let whole = folder.file("whole")
    let run = folder.file("run")
    #expect(try trainer().run(in: RunFolder(path: whole, isNew: true)) == .completed)

    var left = 14
    let first = try trainer()
    let outcome = try first.run(
      in: RunFolder(path: run, isNew: true),
      stops: {
        left -= 1
        return left < 0
      })
    #expect(outcome == .interrupted && first.progress.step == 0)
    let place = try RunFolder(path: run, isNew: false)
    let point = try ClassifierResumePoint(contentsOf: place.resumePath)
    let resumed = try ClassifierTrainer(
      resuming: point, path: place.resumePath, texts: texts, training: parts.training,
      validation: parts.validation)
    #expect(try resumed.run(in: place) == .completed)
    let best = try [whole, run].map {
      try Data(contentsOf: URL(filePath: "\($0)/best.safetensors"))
    }
    #expect(best[0] == best[1])
    let alone = folder.file("alone")
    let untaught = try trainer { $0.teachers = 0 }
    #expect(try untaught.run(in: RunFolder(path: alone, isNew: true)) == .completed)
    #expect(try Data(contentsOf: URL(filePath: "\(alone)/best.safetensors")) != best[0])
  }

  @Test func aStudentOnItsWayNeedsItsTeachers() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    let trainer = try trainer()
    var isTaught = false
    var steps = 0
    _ = try trainer.run(
      in: RunFolder(path: run, isNew: true),
      stops: {
        steps += isTaught ? 1 : 0
        return steps > 2
      }
    ) { event in
      if case .taught = event { isTaught = true }
    }
    #expect(trainer.progress.step == 3)
    try FileManager.default.removeItem(atPath: "\(run)/teacher-2")
    let place = try RunFolder(path: run, isNew: false)
    let resumed = try ClassifierTrainer(
      resuming: ClassifierResumePoint(contentsOf: place.resumePath), path: place.resumePath,
      texts: texts, training: parts.training, validation: parts.validation)
    #expect(
      throws: TrainingError.cannotResume(
        path: "\(run)/teacher-2/resume.safetensors", reason: "a teacher's run is gone")
    ) { try resumed.run(in: place) }
  }
}
