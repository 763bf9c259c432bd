import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// Settings that need no tuning, scaled to the text.
///
/// A preset is an amount of work: so many characters are read, be it in many passes over a short text
/// or in part of one over a long text. The more passes, the more dropout and weight decay, as every
/// pass after the first memorizes more of the text.
public enum Preset: String, Codable, CaseIterable, Sendable {
  /// Some minutes.
  case quick
  /// Twice as long.
  case standard
  /// Hours: of a text so short that it would be memorized, three networks as `standard` makes
  /// them and a fourth that learns from those; of a longer one, a larger network.
  case best

  /// Characters of the text to read.
  private func budget(teachers: Int) -> Int {
    switch self {
    case .quick: 6_000_000
    case .standard: 12_000_000
    case .best: teachers > 0 ? 15_000_000 : 60_000_000
    }
  }

  /// The most passes: a short text has no more to teach after them.
  private var mostEpochs: Int { self == .quick ? 25 : 50 }

  /// How many characters teachers may write for a text of `characters` to train on, as what they
  /// expect of both is in memory; 0 where there are no teachers.
  private func mostTeacherText(characters: Int, vocabularySize: Int) -> Int {
    let mostMemory = 2 << 30
    let text =
      mostMemory / SoftTargets.size(count: 1, vocabularySize: vocabularySize) - characters
    // A longer text is memorized less, and of one with many symbols too little would be written.
    return self == .best && characters <= 2_000_000 && text >= 4 * characters ? text : 0
  }

  /// The network for a text of `characters` to train on. Of a text below a megabyte there is less to
  /// learn than a network of full size would hold.
  public func configuration(characters: Int, vocabularySize: Int) -> ModelConfiguration {
    let isTaught = mostTeacherText(characters: characters, vocabularySize: vocabularySize) > 0
    let full = self == .best && !isTaught ? 768.0 : 512
    let share = min(1, sqrt(sqrt(Double(characters) / 900_000)))
    return ModelConfiguration(
      layers: 2, hiddenSize: max(128, Int(full * share / 32 + 0.5) * 32), embeddingSize: 128,
      vocabularySize: vocabularySize)
  }

  /// How to train on a text of `characters`.
  /// - Parameters:
  ///   - hiddenSize: the network's, where it is not that of `configuration`.
  ///   - epochs: passes over it, where they are given.
  public func options(
    characters: Int, vocabularySize: Int, hiddenSize: Int? = nil, epochs: Int? = nil
  ) -> TrainingOptions {
    var options = TrainingOptions()
    let mostTeacherText = mostTeacherText(characters: characters, vocabularySize: vocabularySize)
    options.teachers = mostTeacherText > 0 ? 3 : 0
    options.lanes = characters < 4_000_000 ? 32 : 64
    // Twice the steps of 128 at the same cost, and better for it; the state goes on all the same.
    options.sequenceLength = 64
    let affordable = Double(budget(teachers: options.teachers)) / Double(max(1, characters))
    options.epochs = epochs ?? min(mostEpochs, max(1, Int(affordable.rounded())))
    let passes = epochs.map(Double.init) ?? min(Double(mostEpochs), affordable)

    // As many as the student will read, if there is memory: none is read twice then.
    options.teacherText = min(mostTeacherText, Int(passes * Double(characters)))
    // Of the text: the other half of the lanes reads what teachers wrote.
    let charactersPerStep =
      options.lanes * options.sequenceLength / (options.teachers > 0 ? 2 : 1)
    let steps = max(1, Int(passes * Double(characters)) / charactersPerStep)
    if passes < 1 {
      options.maxSteps = steps
      options.validateEvery = max(1, steps / 10)
    }
    let hiddenSize =
      hiddenSize
      ?? configuration(characters: characters, vocabularySize: vocabularySize).hiddenSize
    // A small network learns faster from larger steps.
    options.learningRate = Float((60 * sqrt(min(4, 512 / Double(hiddenSize)))).rounded() / 10_000)
    options.warmupSteps = min(200, steps / 20)
    options.averageDecay = 1 - 1 / Float(min(1000, max(10, steps / 40)))

    // 1 at fifteen passes, for which the shares below are; none for a small part of one. Who learns
    // from teachers memorizes less, as half of what is read is new and no target is certain.
    let taught = options.teachers > 0 ? 0.4 : 1
    let strength = min(1.25, pow(passes / 15, 0.6)) * taught
    func probability(_ share: Double) -> Float { Float((share * strength * 20).rounded() / 20) }
    options.dropout = Dropout(
      embedding: probability(0.1), betweenLayers: probability(0.25), output: probability(0.4))
    // What does most against memorizing: a text that is read often needs thirty times the usual
    // hundredth (Kim et al. 2025, arXiv 2509.14786), with which one that is read seldom learns too
    // little. So does the smaller network of a shorter text, for which dropout is enough.
    let decay =
      0.3 * min(1, passes / 6) * min(1, Double(characters) / 900_000) * taught * taught
    options.weightDecay = Float(max(1, (decay * 100).rounded()) / 100)
    if self == .best && options.teachers == 0 { options.weightDrop = 0.2 }
    // Half of the passes: much of what there is to gain comes late, as the rate falls.
    options.patience = max(5, options.epochs / 2)
    return options
  }
}
