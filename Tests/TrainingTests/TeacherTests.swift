import Checkpoints
import FileTesting
import Foundation
import Generation
import Recurrent
import Testing
import Text
import Training

/// Networks that are trained first, and what the student has of them.
@Suite("Teachers")
struct TeacherTests {
  private var bench: Bench = {
    var bench = Bench()
    bench.options.teachers = 2
    bench.options.teacherEpochs = 1
    return bench
  }()

  /// The same first step's loss, but other weights after it; with no weight on what teachers expect
  /// the same run as without any.
  @Test func aShareOfTheTargetsIsTheirs() throws {
    var alone = bench
    alone.options.teachers = 0
    let expected = try alone.trainer()
    let steps = try Told(expected).steps
    for weight in [Float(0), 0.5] {
      var bench = bench
      bench.options.teacherWeight = weight
      let trainer = try bench.trainer()
      let told = try Told(trainer).steps
      #expect(told.first?.trainLoss == steps.first?.trainLoss)
      let isSame =
        trainer.averagedModel.parameters.values == expected.averagedModel.parameters.values
      #expect(isSame == (weight == 0))
      #expect((told.map(\.trainLoss) == steps.map(\.trainLoss)) == (weight == 0))
    }
  }

  /// A student that never sees the text's symbols as targets learns to expect them all the same, in
  /// the text and in what the teacher wrote.
  @Test(arguments: [0, 10_000])
  func aStudentOfTeachersAlone(teacherText: Int) throws {
    var bench = bench
    bench.options.teachers = 1
    bench.options.teacherText = teacherText
    bench.options.teacherEpochs = 30
    bench.options.teacherWeight = 1
    bench.options.learningRate = 1e-2
    bench.options.dropout = .none
    bench.options.weightDrop = 0
    bench.options.maxSteps = 200
    let losses = try Told(bench.trainer()).steps.map(\.trainLoss)
    #expect(losses[199] < 0.6 * losses[0])
  }

  /// Teachers share what is to be written; each writes what a network of its weights does.
  @Test func whatTeachersWrite() throws {
    var bench = bench
    bench.options.teacherText = 10_001
    let folder = try TemporaryFolder()
    let told = try Told(bench.trainer(), in: folder)
    let whole = try #require(told.plan)
    // Half of the six lanes read the text, and it takes twice the steps to read all of it.
    #expect(whole.lanes == 6)
    #expect(whole.stepsPerEpoch == (whole.trainingCharacters - 1) / 3 / whole.sequenceLength)
    for (number, characters) in [(1, 2 * 2500), (2, 2 * 2501)] {
      let written = try folder.bytes(of: "teacher-\(number)/written.txt")
      let trained = try TrainedModel(
        contentsOf: "\(folder.path)/teacher-\(number)/last.safetensors")
      let text = try EncodedText(
        Corpus(bytes: Array(written)), vocabulary: trained.vocabulary)
      // Two texts, and a line feed after each.
      #expect(text.count == characters + 2)
      #expect(text.unknownCount == 0)
      // What it writes is what it expects.
      let score = try TextScorer(trained.model, precision: .float32).score(text)
      #expect(score.natsPerCharacter < log(Double(trained.vocabulary.count)))
    }
  }

  /// Less than a character for each teacher, and less than one for each lane.
  @Test(arguments: [1, 5])
  func nextToNothingIsWritten(teacherText: Int) throws {
    var bench = bench
    bench.options.teacherText = teacherText
    #expect(try Told(bench.trainer()).outcome == .completed)
  }

  /// Stopped in each teacher and in the student, a run ends in the same bytes.
  @Test(arguments: [0, 2000])
  func aStoppedRunEndsInTheSameBytes(teacherText: Int) throws {
    var bench = bench
    bench.options.teacherText = teacherText
    let whole = try TemporaryFolder()
    let expected = try Told(bench.trainer(), in: whole)
    #expect(expected.outcome == .completed)
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/resume.safetensors"
    var outcomes: [TrainingOutcome] = []
    // A teacher has 4 steps, writes a text, and reads one or two; the student has 12 steps. So it
    // is stopped in the first, in the second, at its end, and twice in the student.
    for (index, stop) in [2, 5, 3, 7, 6, 1000].enumerated() {
      let trainer =
        try index == 0
        ? bench.trainer()
        : Trainer(resuming: ResumePoint(contentsOf: path), path: path, corpus: bench.corpus)
      outcomes.append(
        try Told(trainer, in: folder, isNew: index == 0, untilAll: stop).outcome)
    }
    #expect(outcomes == Array(repeating: .interrupted, count: 5) + [.completed])
    for name in [
      "best.safetensors", "last.safetensors", "teacher-1/last.safetensors",
      "teacher-2/last.safetensors",
    ] {
      #expect(try folder.bytes(of: name) == whole.bytes(of: name), "\(name)")
    }
  }

  /// The time of a run is that of its teachers, too, and goes on where it is stopped or killed.
  @Test func teachersTakeTime() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/resume.safetensors"
    func run(_ trainer: Trainer, isNew: Bool, stop: Int) throws -> Double? {
      var first: Double?
      var asked = 0
      var isTaught = false
      _ = try trainer.run(
        in: RunFolder(path: folder.path, isNew: isNew),
        stops: {
          asked += 1
          return asked >= stop
        }
      ) { event in
        switch event {
        case .teaching: usleep(100_000)
        case .taught: isTaught = true
        case .step(let report) where isTaught: first = first ?? report.elapsedSeconds
        default: break
        }
      }
      return first
    }
    // Stopped in the first teacher.
    #expect(try run(bench.trainer(), isNew: true, stop: 2) == nil)
    let stopped = try ResumePoint(contentsOf: path).progress
    #expect(stopped.step == 0 && stopped.elapsedSeconds >= 0.1)
    // Both teachers again.
    func resumed() throws -> Trainer {
      try Trainer(resuming: ResumePoint(contentsOf: path), path: path, corpus: bench.corpus)
    }
    let elapsed = try #require(try run(resumed(), isNew: false, stop: .max))
    #expect(elapsed >= 0.3)
    let lines = try folder.metrics().compactMap { $0["elapsed_seconds"] as? Double }
    #expect(lines.count == 12 && lines.first.map { $0 >= 0.299 } == true)

    // Killed with a teacher half-trained: its own file has the time, the student's has not.
    let teacher = "\(folder.path)/teacher-2/resume.safetensors"
    var half = try ResumePoint(contentsOf: teacher)
    half.progress.elapsedSeconds = 1000
    try half.write(to: teacher)
    var student = try ResumePoint(contentsOf: path)
    student.options.maxSteps = 14
    try student.write(to: path)
    #expect(try #require(try run(resumed(), isNew: false, stop: .max)) >= 1000)
  }

  /// A teacher is what `standard` makes of the text, with another seed.
  @Test func aTeacherIsARunOfItsOwn() throws {
    let folder = try TemporaryFolder()
    _ = try Told(bench.trainer(), in: folder)
    let corpus = try bench.corpus
    let split = Split(corpus: corpus, validationFraction: bench.validationFraction)
    let vocabulary = try Vocabulary(scanning: corpus, training: split.training)
    let training = try EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary)
    for number in 1...2 {
      var options = Preset.standard.options(
        characters: training.count, vocabularySize: vocabulary.count, epochs: 1)
      options.seed = bench.options.seed + UInt64(number)
      options.precision = bench.options.precision
      options.threads = bench.options.threads
      let alone = try TemporaryFolder()
      _ = try Told(
        Trainer(
          Network(
            Preset.standard.configuration(
              characters: training.count, vocabularySize: vocabulary.count), seed: options.seed),
          training: training,
          validation: EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary),
          options: options), in: alone)
      #expect(
        try alone.bytes(of: "best.safetensors")
          == folder.bytes(of: "teacher-\(number)/best.safetensors"))
    }
  }

  /// A new run in the folder of another has teachers of its own.
  @Test func teachersOfAnotherRunAreNotGoneOnWith() throws {
    let folder = try TemporaryFolder()
    _ = try Told(bench.trainer(), in: folder)
    let first = try folder.bytes(of: "teacher-1/best.safetensors")
    var other = bench
    other.options.seed = 100
    _ = try Told(other.trainer(), in: folder)
    #expect(try folder.bytes(of: "teacher-1/best.safetensors") != first)
  }

  /// Two bytes for each of the vocabulary's 256 and each of the text's: refused before any of it.
  @Test func aTextTooLongForTeachers() throws {
    let corpus = try Corpus(text: String(repeating: "a", count: 8_400_000))
    let text = try EncodedText(corpus, vocabulary: .bytes)
    let model = try Network(
      ModelConfiguration(
        layers: 1, hiddenSize: 4, embeddingSize: 2, vocabularySize: text.vocabulary.count), seed: 1)
    var options = TrainingOptions()
    options.precision = .float32
    _ = try Trainer(model, training: text, validation: nil, options: options)
    options.teachers = 1
    #expect {
      _ = try Trainer(model, training: text, validation: nil, options: options)
    } throws: {
      "\($0)"
        == "teachers must be 0 for so long a text, as what they expect of it would take 4101 MB, "
        + "got 1"
    }
    options.teacherText = .max
    let short = try EncodedText(Corpus(text: "aaaaaaaaa"), vocabulary: .bytes)
    #expect {
      _ = try Trainer(model, training: short, validation: nil, options: options)
    } throws: {
      "\($0)".hasPrefix("teacher-text must be less, as what they expect of it would take ")
    }
  }

  @Test func optionsOutOfRange() {
    for (name, change) in [
      ("teachers", { $0.teachers = 17 }), ("teacher-weight", { $0.teacherWeight = 1.5 }),
      ("teacher-epochs", { $0.teacherEpochs = 0 }), ("teacher-text", { $0.teacherText = 1 }),
    ] as [(String, (inout TrainingOptions) -> Void)] {
      var options = TrainingOptions()
      change(&options)
      #expect {
        try options.validate()
      } throws: {
        "\($0)".hasPrefix("\(name) must be ")
      }
    }
  }
}
