import Checkpoints
import Classification
import Paths
import Recurrent
import TerminalText
import Text

/// What a new classifier is made of and trained with, checked, but for its texts.
struct NewClassifier {
  let settings: ClassifierSettings
  let preset: ClassifierPreset
  /// What was given, the rest as options are where there is no preset.
  let given: ClassifierOptions
  /// Sets the options that are not among the settings.
  let adjust: (inout ClassifierOptions) -> Void
  let device: Device
  /// The language model to begin with.
  let source: TrainedModel?

  /// - Parameter vocabulary: that of the texts that train.
  func trainer(on parts: LabelledParts, _ vocabulary: Vocabulary) throws -> ClassifierTrainer {
    guard !settings.calibrate || !parts.validation.indices.isEmpty else {
      throw Failure.usage("--calibrate needs texts to validate on: they say how sure is too sure")
    }
    let trainer = try ClassifierTrainer(
      parts, vocabulary: vocabulary, from: source, preset: preset,
      epochs: settings.training.optimization.epochs, device: device,
      options: { options in
        try settings.training.apply(to: &options)
        adjust(&options)
        options.threads = given.threads
        options.precision = given.precision
      }, shape: settings.adjust)
    guard settings.ngramBuckets == nil || trainer.shape.classifier?.ngrams != nil else {
      throw Failure.usage("--ngram-buckets needs --ngrams: characters alone have no n-grams")
    }
    return trainer
  }

  /// Says what the preset and what was given beside it come to.
  func tellPreset(of trainer: ClassifierTrainer) {
    let options = trainer.options
    let shape = trainer.shape
    var parts = [
      "a network of \(shape.layers) × \(shape.hiddenSize) "
        + (shape.bidirectional ? "that reads both ways" : "that reads forward")
        + (shape.classifier?.ngrams.map { ", n-grams of up to \($0.longest) too" } ?? "")
        + ", \(counted(options.epochs, "epoch"))"
    ]
    if options.naiveBayes > 0 { parts.append("naive Bayes on up to \(options.naiveBayes)") }
    if options.linear > 0 { parts.append("a logistic regression on up to \(options.linear)") }
    if options.teachers > 0 { parts.append("\(options.teachers) teachers of that kind first") }
    say("Preset \(preset.rawValue): \(parts.joined(separator: "; ")).\n")
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
