import Checkpoints
import Classification
import Paths
import Recurrent
import Text

/// What a new classifier is made of and trained with, checked, but for its texts.
struct NewClassifier {
  let settings: ClassifierSettings
  let options: ClassifierOptions
  let device: Device
  /// The language model to begin with.
  let source: TrainedModel?

  /// - Parameter vocabulary: that of the texts that train.
  func trainer(on parts: LabelledParts, _ vocabulary: Vocabulary) throws -> ClassifierTrainer {
    guard !settings.calibrate || !parts.validation.indices.isEmpty else {
      throw Failure.usage("--calibrate needs texts to validate on: they say how sure is too sure")
    }
    return try ClassifierTrainer(
      parts, vocabulary: vocabulary, from: source, options: options, device: device,
      shape: settings.adjust)
  }

  /// Says what is taken from the model to begin with.
  func tellBeginning(with vocabulary: Vocabulary) {
    guard let source, let path = settings.network.initializeFrom else { return }
    let known = vocabulary.symbolCount(sharedWith: source.vocabulary)
    say(
      "Beginning with \(path: path): its layers, and what it knows of "
        + "\(known.formatted()) of \(vocabulary.count.formatted()) symbols.\n")
  }
}
