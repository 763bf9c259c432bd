import Checkpoints
import Recurrent
import Text

extension ClassifierTrainer {
  /// Trains a new classifier on labelled texts as a preset would.
  ///
  /// ```swift
  /// let trainer = try ClassifierTrainer(LabelledParts(texts), preset: .quick)
  /// _ = try trainer.run(in: folder)
  /// try trainer.calibrate(folder)
  /// ```
  ///
  /// What the preset puts beside the network is added by ``calibrate(_:)``.
  ///
  /// - Parameters:
  ///   - vocabulary: that of the training texts where nil.
  ///   - source: a language model whose embedding and layers the classifier begins with.
  ///   - epochs: passes over the texts that train; as many as the preset has where nil.
  ///   - device: where it is trained; `options.threads` of this machine's processors where nil.
  ///   - adjust: changes what the preset has chosen.
  ///   - adjustShape: changes the network that the preset has chosen; its classes and its vocabulary
  ///     stay as they are.
  /// - Throws: `TrainingError` for options out of range or that contradict each other or the shape;
  ///   `ConfigurationError` for a shape that no machine could hold; what `adjust` throws.
  public convenience init(
    _ parts: LabelledParts, vocabulary: Vocabulary? = nil, from source: TrainedModel? = nil,
    preset: ClassifierPreset, epochs: Int? = nil, device: Device? = nil,
    options adjust: (inout ClassifierOptions) throws -> Void = { _ in },
    shape adjustShape: (inout ModelConfiguration) -> Void = { _ in }
  ) throws {
    var options = preset.options(for: parts, epochs: epochs)
    try adjust(&options)
    let startsFromModel = source != nil
    let readsForward = startsFromModel || options.languageModelLoss > 0
    try self.init(
      parts, vocabulary: vocabulary, from: source, options: options, device: device
    ) { shape in
      preset.adjust(&shape, for: parts, readsForward: readsForward, keepsBody: startsFromModel)
      adjustShape(&shape)
    }
  }
}
