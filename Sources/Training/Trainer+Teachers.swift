import Checkpoints
import Generation
import Recurrent
import Text

/// Born-again networks (Furlanello et al. 2018): teachers are trained on the same text as the
/// student, and what they expect on the average is a share of its targets. What one of them has
/// learnt by heart the others do not expect, so that the student overfits less and learns faster.
extension Trainer {
  /// The most memory for what teachers expect, in bytes.
  private static let mostMemory = 4 << 30

  /// - Throws: `TrainingError.optionOutOfRange` for teachers of so long a text that what they expect
  ///   of it would take too much memory.
  static func checkMemory(
    ofTeachers count: Int, of text: EncodedText
  ) throws(TrainingError) {
    let size = SoftTargets.size(count: text.count, vocabularySize: text.vocabulary.count)
    guard count == 0 || size <= mostMemory else {
      throw .optionOutOfRange(
        name: "teachers", value: "\(count)",
        range: "0 for so long a text, as what they expect of it would take \(size >> 20) MB")
    }
  }

  /// Trains the teachers, or goes on with that, and takes what they expect of the training part.
  ///
  /// - Returns: whether that is done; otherwise it was asked to stop.
  func learnFromTeachers(
    in folder: RunFolder?, stops: () -> Bool, report: (TrainingEvent) throws -> Void
  ) throws -> Bool {
    let targets = SoftTargets(count: training.count, vocabularySize: vocabulary.count)
    for number in 1...options.teachers {
      let (teacher, folder) = try teacher(number, in: folder)
      try report(.teaching(number: number, teacher.configuration, teacher.options))
      guard try teacher.run(in: folder, stops: stops, report: report) != .interrupted else {
        return false
      }
      TextScorer(
        teacher.averagedModel, precision: options.precision,
        lanes: Self.validationLanes(training.count), team: team
      ).addExpectations(of: training, share: 1 / Float(options.teachers), to: targets)
    }
    for worker in workers { worker.softTargets = (targets, options.teacherWeight) }
    try report(.taught)
    return true
  }

  /// A teacher, from where its run in the folder stands.
  private func teacher(
    _ number: Int, in folder: RunFolder?
  ) throws -> (Trainer, RunFolder?) {
    let place = try folder?.teacher(number)
    if let place, place.hasRun {
      let path = place.folder.resumePath
      let point = try ResumePoint(contentsOf: path)
      guard point.vocabulary == vocabulary else {
        throw TrainingError.cannotResume(path: path, reason: "its vocabulary is not the student's")
      }
      // That the text is the right one was the student's to ask.
      let teacher = try Trainer(
        resuming: point, path: path, corpus: training.corpus, acceptsChangedCorpus: true)
      return (teacher, place.folder)
    }
    var options = Preset.standard.options(
      characters: training.count, epochs: self.options.teacherEpochs)
    options.seed = self.options.seed &+ UInt64(number)
    options.precision = self.options.precision
    options.threads = self.options.threads
    options.reportEvery = self.options.reportEvery
    options.saveMinutes = self.options.saveMinutes
    let model = try Network(
      Preset.standard.configuration(
        characters: training.count, vocabularySize: vocabulary.count), seed: options.seed)
    let teacher = try Trainer(
      model, training: training, validation: validation, options: options)
    return (teacher, place?.folder)
  }
}
