import Files
import Generation
import Recurrent
import Synchronization
import Text

/// What a student learns from its teachers.
struct Lesson {
  /// What they expect at each place of the training part, then of `text`.
  var targets: SoftTargets
  /// What they wrote, to be read beside the training part.
  var text: EncodedText?
  /// How much of each target is what they expect.
  var share: Float
}

/// Born-again networks (Furlanello et al. 2018): teachers are trained on the same text as the
/// student, and the mean of what they expect is a share of its targets. What one of them has
/// memorized the others do not expect, so that the student overfits less and learns faster.
///
/// Teachers expect little but the text itself where they have read it often. A text of their own
/// tells all that they have learnt, and there is as much of it as wanted.
struct Distillation {
  /// The student's.
  let options: TrainingOptions
  let training: EncodedText
  let validation: EncodedText?
  let corpus: CorpusIdentity
  let device: Device

  private var vocabulary: Vocabulary { training.vocabulary }

  /// The most memory for what teachers expect, in bytes.
  private static let mostMemory = 4 << 30

  /// - Throws: `TrainingError.optionOutOfRange` for teachers of so long a text that what they expect
  ///   of it would take too much memory.
  static func checkMemory(
    _ options: TrainingOptions, of text: EncodedText
  ) throws(TrainingError) {
    func check(_ name: String, _ value: Int, characters: Int, of: String) throws(TrainingError) {
      let size = SoftTargets.size(count: characters, vocabularySize: text.vocabulary.count)
      guard value == 0 || size <= mostMemory else {
        throw .optionOutOfRange(
          name: name, value: "\(value)",
          range: "\(of), as what they expect of it would take \(size >> 20) MB")
      }
    }
    try check(
      "teachers", options.teachers, characters: text.count, of: "0 for so long a text")
    // Not a sum that might overflow.
    try check(
      "teacher-text", options.teacherText,
      characters: text.count + min(options.teacherText, mostMemory), of: "less")
  }

  /// Trains the teachers, or goes on with that, and takes what they expect of the training part and
  /// of what they write.
  ///
  /// - Parameter earlier: gains the seconds that the teachers took before, as their files have it.
  /// - Returns: nil if it was stopped.
  func lesson(
    in folder: RunFolder?, earlier: inout Double, stops: () -> Bool,
    report: (TrainingEvent) throws -> Void
  ) throws -> Lesson? {
    var models: [Network] = []
    var bytes: [UInt8] = []
    for number in 1...options.teachers {
      let (teacher, folder) = try teacher(number, in: folder)
      earlier += teacher.progress.elapsedSeconds
      try report(.teaching(number: number, teacher.configuration, teacher.options))
      guard try teacher.run(in: folder, stops: stops, report: report) != .interrupted else {
        return nil
      }
      models.append(teacher.averagedModel)
      let share =
        options.teacherText * number / options.teachers
        - options.teacherText * (number - 1) / options.teachers
      guard share > 0 else { continue }
      guard
        let text = try written(share, by: teacher, in: folder, stops: stops, report: report)
      else { return nil }
      bytes += text
    }
    let written =
      try bytes.isEmpty
      ? nil : EncodedText(Corpus(bytes: bytes, name: "teachers"), vocabulary: vocabulary)
    let targets = SoftTargets(
      count: training.count + (written?.count ?? 0), vocabularySize: vocabulary.count)
    for (index, model) in models.enumerated() {
      try report(.reading(teacher: index + 1))
      for (text, place) in [(training, 0), (written, training.count)] {
        guard let text, text.count > 1 else { continue }
        let scorer = TextScorer(
          model, precision: device.precision(for: .writing),
          lanes: LanguageModelTask.validationLanes(text.count), device: device)
        let isRead = scorer.addExpectations(
          of: text, share: 1 / Float(options.teachers), to: targets, at: place,
          goesOn: { !stops() })
        if let failure = device.backend.failure {
          throw TrainingError.deviceFailed(step: 0, reason: failure.description)
        }
        guard isRead else { return nil }
      }
    }
    return Lesson(targets: targets, text: written, share: options.teacherWeight)
  }

  /// A teacher, from where its run in the folder stands.
  private func teacher(
    _ number: Int, in folder: RunFolder?
  ) throws -> (Trainer, RunFolder?) {
    let place = try folder?.teacher(number)
    if let place, place.hasRun {
      let path = place.folder.resumePath
      var point = try ResumePoint(contentsOf: path)
      // As the student, which has said so.
      _ = point.move(to: device, keepsPrecision: options.precision != .float32)
      guard point.vocabulary == vocabulary else {
        throw TrainingError.cannotResume(path: path, reason: "its vocabulary is not the student's")
      }
      // That the text is the right one was the student's to ask.
      let teacher = try Trainer(
        resuming: point, path: path, corpus: training.corpus, acceptsChangedCorpus: true,
        device: device)
      // Not even a teacher is to know how well it would do there.
      teacher.test = nil
      return (teacher, place.folder)
    }
    var options = Preset.standard.options(
      characters: training.count, vocabularySize: vocabulary.count,
      epochs: self.options.teacherEpochs)
    options.seed = self.options.seed &+ UInt64(number)
    options.precision = self.options.precision
    options.threads = self.options.threads
    options.laneBlocks = self.options.laneBlocks
    options.division = self.options.division
    options.averageEvery = self.options.averageEvery
    options.gradientPrecision = self.options.gradientPrecision
    options.reportEvery = self.options.reportEvery
    options.saveMinutes = self.options.saveMinutes
    let model = try Network(
      Preset.standard.configuration(
        characters: training.count, vocabularySize: vocabulary.count), seed: options.seed)
    let teacher = try Trainer(
      model, training: training, validation: validation, options: options, corpus: corpus,
      device: device)
    return (teacher, place?.folder)
  }

  /// What a teacher writes, in texts of the same length, which together have so many characters or a
  /// few more, each ended by a line feed; from its folder, if it has been written there.
  ///
  /// - Returns: nil if it was stopped.
  private func written(
    _ characters: Int, by teacher: Trainer, in folder: RunFolder?, stops: () -> Bool,
    report: (TrainingEvent) throws -> Void
  ) throws -> [UInt8]? {
    if let folder, let known = try? MappedFile.contents(of: folder.writtenPath) { return known }
    let longest = 4096
    let count = (characters + longest - 1) / longest
    let lanes = min(128, count)
    let generator = BatchGenerator(
      teacher.averagedModel, vocabulary: vocabulary, precision: device.precision(for: .writing),
      lanes: lanes, device: device)
    let length = (characters + count - 1) / count
    var bytes: [UInt8] = []
    for first in stride(from: 0, to: count, by: lanes) {
      guard !stops() else { return nil }
      try report(.writing(characters: first * length, of: count * length))
      let round = Mutex<[UInt8]>([])
      try generator.write(
        count: min(lanes, count - first), WritingOptions(length: length),
        request: { [seed = teacher.options.seed] index in
          WritingRequest(
            prompt: [],
            random: Xoshiro256(
              seed: seed, stream: [RandomStream.writing, UInt64(first + index)]))
        },
        deliver: { _, text, _ in
          round.withLock { $0 += text + [UInt8(ascii: "\n")] }
          return true
        })
      bytes += round.withLock(\.self)
    }
    try report(.writing(characters: count * length, of: count * length))
    if let folder { try AtomicFile.write(bytes, to: folder.writtenPath) }
    return bytes
  }
}
