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
    case .standard: 16_000_000
    case .best: 30_000_000
    }
  }

  private var mostEpochs: Int { self == .quick ? 15 : 40 }
  private var fewestEpochs: Int { self == .quick ? 2 : 4 }
  private var hiddenSize: Int { self == .best ? 192 : 128 }

  /// Shapes a network.
  ///
  /// - Parameters:
  ///   - readsForward: whether it reads in that direction alone.
  ///   - keepsBody: whether its embedding and its layers stay as they are.
  package func adjust(
    _ shape: inout ModelConfiguration, readsForward: Bool = false, keepsBody: Bool = false
  ) {
    shape.bidirectional = !readsForward
    shape.classifier?.ngrams = NgramEmbedding(longest: 4, buckets: 1 << 16)
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
    let characters = parts.trainingCharacters(atMost: options.limit.length)
    options.epochs =
      epochs ?? min(mostEpochs, max(fewestEpochs, budget / max(1, characters)))
    options.learningRate = 4e-3
    options.dropout = Dropout(embedding: 0.2, output: 0.5)
    options.labelSmoothing = 0.05
    options.patience = max(4, options.epochs / 3)
    guard !parts.validation.indices.isEmpty else { return options }
    // What n-grams count for is fitted to the texts that validate.
    options.naiveBayes = 4
    options.linear = self == .quick ? 5 : 6
    options.teachers = self == .best ? 4 : 0
    return options
  }
}

extension LabelledParts {
  /// Characters of the texts that train, of each at most `limit`.
  fileprivate func trainingCharacters(atMost limit: Int) -> Int {
    training.reduce(0) { $0 + min(limit, texts.scalarCount(of: $1)) }
  }
}
