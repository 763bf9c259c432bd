import Recurrent
import Text

extension Trainer {
  /// Trains a new network on a corpus, whose last tenth validates, as a preset would.
  ///
  /// ```swift
  /// let trainer = try Trainer(corpus: corpus, preset: .quick) { $0.threads = 4 }
  /// ```
  ///
  /// - Parameters:
  ///   - epochs: passes over the training part, 1 to 1,000,000; as many as the preset has where nil.
  ///     Dropout, weight decay and patience follow from it.
  ///   - device: where it is trained; `options.threads` of this machine's processors where nil.
  ///   - adjust: changes what the preset has chosen.
  /// - Throws: `CorpusError.invalidUTF8`; `TrainingError` for options out of range and for a corpus
  ///   too short.
  public convenience init(
    corpus: Corpus, preset: Preset = .standard, epochs: Int? = nil, device: Device? = nil,
    options adjust: (inout TrainingOptions) -> Void = { _ in }
  ) throws {
    try self.init(
      CorpusParts(corpus), preset: preset, epochs: epochs, device: device, options: adjust)
  }

  /// Trains a network on the parts of a corpus as a preset would.
  ///
  /// - Parameters:
  ///   - start: where training starts, in the parts' vocabulary; it is not changed. Where nil, a new
  ///     network of the preset's shape.
  ///   - epochs: passes over the training part, 1 to 1,000,000; as many as the preset has where nil.
  ///     Dropout, weight decay and patience follow from it.
  ///   - device: where it is trained; `options.threads` of this machine's processors where nil.
  ///   - adjust: changes what the preset has chosen.
  /// - Throws: `TrainingError` for options out of range and for a corpus too short.
  public convenience init(
    _ parts: CorpusParts, from start: Network? = nil, preset: Preset = .standard,
    epochs: Int? = nil, device: Device? = nil,
    options adjust: (inout TrainingOptions) -> Void = { _ in }
  ) throws {
    // Before a preset computes with it.
    var given = TrainingOptions()
    given.epochs = epochs ?? given.epochs
    try given.validate()

    let characters = parts.training.count
    let vocabularySize = parts.training.vocabulary.count
    let shape =
      start?.configuration
      ?? preset.configuration(characters: characters, vocabularySize: vocabularySize)
    precondition(shape.vocabularySize == vocabularySize, "a network of another vocabulary")
    var options = preset.options(
      characters: characters, vocabularySize: vocabularySize, hiddenSize: shape.hiddenSize,
      epochs: epochs)
    adjust(&options)
    try self.init(
      start ?? Network(shape, seed: options.seed), training: parts.training,
      validation: parts.validation, options: options, corpus: parts.identity, device: device)
    test = parts.test
  }
}
