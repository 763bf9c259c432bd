import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// Settings that need no tuning, scaled to the text.
///
/// A preset is an amount of work: so many characters are read, be it in many passes over a short text
/// or in part of one over a long text. The more passes, the more dropout, as every pass after the
/// first teaches more of the text by heart.
public enum Preset: String, Codable, CaseIterable, Sendable {
  /// Some minutes.
  case quick
  /// Three to four times as long.
  case standard
  /// Hours.
  case best

  /// Characters to read.
  private var budget: Int {
    switch self {
    case .quick: 6_000_000
    case .standard: 20_000_000
    case .best: 60_000_000
    }
  }

  /// The most passes: a short text has no more to teach after them.
  private var mostEpochs: Int {
    switch self {
    case .quick: 25
    case .standard: 50
    case .best: 100
    }
  }

  /// The network for a text of `characters` to train on. Of a text below a megabyte there is less to
  /// learn than a network of full size would hold.
  public func configuration(characters: Int, vocabularySize: Int) -> ModelConfiguration {
    let full = self == .best ? 768.0 : 512
    let share = min(1, sqrt(sqrt(Double(characters) / 900_000)))
    return ModelConfiguration(
      layers: 2, hiddenSize: max(128, Int(full * share / 32 + 0.5) * 32), embeddingSize: 128,
      vocabularySize: vocabularySize)
  }

  /// How to train on a text of `characters`.
  /// - Parameter epochs: passes over it, where they are given.
  public func options(characters: Int, epochs: Int? = nil) -> TrainingOptions {
    var options = TrainingOptions()
    options.lanes = characters < 4_000_000 ? 32 : 64
    options.sequenceLength = 128
    let affordable = Double(budget) / Double(max(1, characters))
    options.epochs = epochs ?? min(mostEpochs, max(1, Int(affordable.rounded())))
    let passes = epochs.map(Double.init) ?? min(Double(mostEpochs), affordable)

    let characterPerStep = options.lanes * options.sequenceLength
    let steps = max(1, Int(passes * Double(characters)) / characterPerStep)
    if passes < 1 {
      options.maxSteps = steps
      options.validateEvery = max(1, steps / 10)
    }
    options.learningRate = 3e-3
    options.warmupSteps = min(200, steps / 10)
    options.averageDecay = 1 - 1 / Float(min(1000, max(10, steps / 20)))

    // None for a part of a pass, and all of the shares below after some: what six passes over a
    // megabyte teach by heart asks for nearly as much dropout as what twenty do.
    let strength = Float(1.1 * passes / (passes + 1.5))
    options.dropout = Dropout(
      embedding: 0.1 * strength, betweenLayers: 0.25 * strength, output: 0.4 * strength)
    if self == .best { options.weightDrop = 0.2 }
    options.patience = max(5, options.epochs / 4)
    return options
  }
}
