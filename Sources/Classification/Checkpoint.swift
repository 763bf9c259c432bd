import Checkpoints

/// What a model file holds.
///
/// It stands in this module because no lower one knows both kinds.
public enum Checkpoint: Sendable {
  case languageModel(TrainedModel)
  case classifier(TrainedClassifier)

  /// Reads a model file of either kind, which is opened once.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is no model, or whose parts do not
  ///   fit together.
  public init(contentsOf path: String) throws(CheckpointError) {
    let file = try ModelFile(path: path)
    self =
      file.isClassifier
      ? .classifier(try TrainedClassifier(file)) : .languageModel(try TrainedModel(file))
  }
}
