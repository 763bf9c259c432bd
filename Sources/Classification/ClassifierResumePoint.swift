import Checkpoints
import LabelledData
import Recurrent
import Text
import Training

/// What tells the labelled texts of a run from others.
package struct DataIdentity: Codable, Equatable, Sendable {
  /// Of the files; others with the same texts are the same.
  package var names: [String]
  var trainingTexts: Int
  var validationTexts: Int
  /// XXH64 of all texts with their labels, in hexadecimal: a JSON number is not exact with every
  /// reader.
  var xxh64: String

  init(
    names: [String], _ texts: LabelledTexts, _ training: [Int], _ held: LabelledTexts,
    _ validation: [Int]
  ) {
    self.names = names
    trainingTexts = training.count
    validationTexts = validation.count
    var hash = ContentHash()
    for (texts, indices) in [(texts, training), (held, validation)] {
      for index in indices {
        let bytes = texts.bytes(of: index)
        // The length tells where a text ends.
        withUnsafeBytes(of: (UInt64(bytes.count), UInt64(texts.labelIndices[index]))) {
          hash.add($0)
        }
        bytes.withUnsafeBytes { hash.add($0) }
      }
    }
    xxh64 = String(hash.value, radix: 16)
  }

  func isSame(as other: DataIdentity) -> Bool {
    (trainingTexts, validationTexts, xxh64)
      == (other.trainingTexts, other.validationTexts, other.xxh64)
  }
}

/// Everything that a run needs to go on as if it had never stopped.
package struct ClassifierResumePoint {
  package var options: ClassifierOptions
  package var progress: TrainingProgress
  package var data: DataIdentity
  package var vocabulary: Vocabulary
  package var labels: [String]
  package var weights: WeightsInTraining
  /// That of the device which the run was on.
  package var arithmetic: String?
  /// Nil in files from before it was kept, and in runs that no command began.
  package var setup: RunSetup?
}

extension ClassifierResumePoint {
  /// Whether the run is of these texts, divided so.
  package func isOf(_ parts: LabelledParts) -> Bool {
    parts.texts.labels == labels
      && DataIdentity(
        names: [], parts.texts, parts.training, parts.validation.texts, parts.validation.indices
      ).isSame(as: data)
  }
}

extension ClassifierResumePoint: MovableRun {
  /// Reads a resume file.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is something else, or whose parts
  ///   do not fit together.
  package init(contentsOf path: String) throws(CheckpointError) {
    let file = try ModelFile(path: path)
    vocabulary = file.vocabulary
    guard let classifier = file.configuration.classifier else {
      throw .isLanguageModel(path: path)
    }
    options = try file.decode("options")
    progress = try file.decode("progress")
    data = try file.decode("data")
    setup = try file.decodeIfPresent("setup")
    labels = try file.decode("labels")
    guard labels.count == classifier.classes else {
      throw .invalidMetadata(
        path: path, key: "labels",
        reason: "they are \(labels.count), the configuration has \(classifier.classes) classes")
    }
    do throws(TrainingError) {
      try options.validate()
    } catch {
      throw .invalidMetadata(path: path, key: "options", reason: error.description)
    }
    arithmetic = file.contents.metadata["instruction_set"]
    weights = try WeightsInTraining(file.contents, file.configuration)
  }

  package func write(to path: String) throws(CheckpointError) {
    var metadata = [
      "configuration": json(weights.model.configuration), "data": json(data),
      "labels": json(labels), "options": json(options), "progress": json(progress),
      "vocabulary": json(vocabulary),
    ]
    metadata["instruction_set"] = arithmetic
    metadata["setup"] = setup.map { json($0) }
    try ModelFile.write(weights.tensors, metadata: metadata, to: path)
  }
}
