import LabelledData
import Recurrent

/// Settings of a classifier that need no tuning, scaled to its texts.
///
/// Beside the network there are a naive Bayes classifier and a logistic regression on n-grams: of few
/// texts, and of those that words decide, counts say more than a network learns. A preset is an
/// amount of work for the network: so many characters are read, be it in many passes over few texts
/// or in few over many.
public enum ClassifierPreset: String, Codable, CaseIterable, Sendable {
  /// A minute or two.
  case quick
  /// Some minutes.
  case standard
  /// A larger network that learns from others, each of which has read other texts.
  case best

  /// Characters of the texts to read.
  private var budget: Int {
    switch self {
    case .quick: 4_000_000
    case .standard: 14_000_000
    case .best: 16_000_000
    }
  }

  private var mostEpochs: Int { self == .quick ? 15 : 40 }
  private var fewestEpochs: Int { self == .quick ? 2 : 4 }
  private var hiddenSize: Int { self == .best ? 192 : 128 }

  /// Characters of a text on the average from which on the network reads n-grams. Shorter ones leave
  /// it little beside them, and their n-grams are learnt by heart.
  private static let long = 150

  /// What `options` sets, by the names on the command line.
  package static let chosenOptions = [
    "epochs", "learning-rate", "dropout-embedding", "dropout-output", "patience", "naive-bayes",
    "linear", "teachers",
  ]

  /// Shapes a network for texts.
  ///
  /// - Parameters:
  ///   - readsForward: whether it reads in that direction alone.
  ///   - keepsBody: whether its embedding and its layers stay as they are.
  package func adjust(
    _ shape: inout ModelConfiguration, for parts: LabelledParts, readsForward: Bool = false,
    keepsBody: Bool = false
  ) {
    shape.bidirectional = !readsForward
    if parts.meanLength >= Self.long {
      shape.classifier?.ngrams = NgramEmbedding(longest: 4, buckets: 1 << 16)
    }
    guard !keepsBody else { return }
    shape.layers = 1
    shape.hiddenSize = hiddenSize
    shape.embeddingSize = 64
  }

  /// How to train on texts.
  ///
  /// - Parameter epochs: passes over them, where they are given.
  public func options(for parts: LabelledParts, epochs: Int? = nil) -> ClassifierOptions {
    var options = ClassifierOptions()
    let affordable = budget / max(1, parts.trainingCharacters)
    options.epochs = epochs ?? min(mostEpochs, max(fewestEpochs, affordable))
    options.learningRate = 4e-3
    options.dropout =
      parts.meanLength >= Self.long
      ? Dropout(embedding: 0.3, output: 0.5) : Dropout(embedding: 0.1, output: 0.3)
    options.patience = max(4, options.epochs / 3)
    options.teachers = self == .best ? 3 : 0
    guard !parts.validation.indices.isEmpty else { return options }
    // What n-grams count for is fitted to the texts that validate.
    options.naiveBayes = 4
    options.linear = self == .quick ? 5 : 6
    return options
  }
}

extension LabelledParts {
  /// Characters of the texts that train, of each at most as many as are read.
  fileprivate var trainingCharacters: Int {
    let limit = TextLimit().length
    return training.reduce(0) { $0 + min(limit, texts.scalarCount(of: $1)) }
  }

  fileprivate var meanLength: Int { trainingCharacters / max(1, training.count) }
}
