import LabelledData
import Recurrent
import Training

/// What teachers expect of each text that trains: none of them has been trained on it.
///
/// The texts are dealt into as many folds as there are teachers. Each is trained on the others, with
/// all that the options put beside its network, and tells of its own fold how probable each class is.
/// These distributions are a share of the student's targets (Hinton et al. 2015): of texts that a
/// teacher has read it would repeat the labels.
struct ClassifierDistillation {
  /// The student's.
  let options: ClassifierOptions
  /// Where the student began, and its teachers do; nil where it has gone on from there.
  let start: TrainedClassifier?
  let texts: LabelledTexts
  let training: [Int]
  let device: Device

  /// Trains the teachers, or goes on with that in their folders.
  ///
  /// - Returns: what is expected of each text that trains, `[training][C]`; nil if it was stopped.
  func expectations(
    in folder: RunFolder?, stops: () -> Bool, report: (ClassificationEvent) throws -> Void
  ) throws -> [[Float]]? {
    let count = min(options.teachers, training.count)
    var random = Xoshiro256(seed: options.seed, stream: [RandomStream.teachers])
    let folds = texts.folds(count, of: training, using: &random)
    var expected: [Int: [Float]] = [:]
    for (index, fold) in folds.enumerated() where !fold.isEmpty {
      let own = Set(fold)
      let parts = LabelledParts(
        texts, training: training.filter { !own.contains($0) }, validation: fold)
      guard !parts.training.isEmpty else { continue }
      let (teacher, folder) = try teacher(index + 1, on: parts, in: folder)
      try report(.teaching(number: index + 1, count: count))
      guard try teacher.run(in: folder, stops: stops, report: report) != .interrupted else {
        return nil
      }
      try teacher.calibrate(folder)
      guard let best = teacher.best else { continue }
      let classifier = Classifier(
        best, precision: device.precision(for: .reading), device: device)
      let rows = classifier.probabilities(
        of: fold.map { classifier.symbols(in: texts.bytes(of: $0)) })
      for (text, row) in zip(fold, rows) { expected[text] = row }
    }
    let none = [Float](repeating: 1 / Float(texts.labels.count), count: texts.labels.count)
    return training.map { expected[$0] ?? none }
  }

  /// A teacher, from where its run in the folder stands.
  private func teacher(
    _ number: Int, on parts: LabelledParts, in folder: RunFolder?
  ) throws -> (ClassifierTrainer, RunFolder?) {
    let place = try folder?.teacher(number)
    if let place, place.hasRun {
      let path = place.folder.resumePath
      var point = try ClassifierResumePoint(contentsOf: path)
      _ = point.move(to: device, keepsPrecision: options.precision != .float32)
      return (
        try ClassifierTrainer(
          resuming: point, path: path, texts: texts, training: parts.training,
          validation: parts.validation, device: device), place.folder
      )
    }
    var options = options
    options.teachers = 0
    options.seed &+= UInt64(number)
    guard let start else {
      throw TrainingError.cannotResume(
        path: place?.folder.resumePath ?? "", reason: "a teacher's run is gone")
    }
    return (
      try ClassifierTrainer(
        start, texts: texts, training: parts.training, validation: parts.validation,
        options: options, device: device), place?.folder
    )
  }
}
