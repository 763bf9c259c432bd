import Checkpoints
import Foundation
import LabelledData
import Recurrent

/// The texts that a classifier is validated on and calibrated to, and what is read of them.
struct ValidationTexts {
  let texts: LabelledTexts
  let indices: [Int]
  private let options: ClassifierOptions

  init(_ texts: LabelledTexts, _ indices: [Int], options: ClassifierOptions) {
    self.texts = texts
    self.indices = indices
    self.options = options
  }

  var count: Int { indices.count }

  /// The share of them that the most frequent class has: the accuracy of always naming it.
  var commonestShare: Double {
    let counts = indices.reduce(into: [:] as [Int32: Int]) { counts, index in
      counts[texts.labelIndices[index], default: 0] += 1
    }
    return Double(counts.values.max() ?? 0) / Double(max(1, count))
  }

  func report(of classifier: Classifier) -> ClassificationReport {
    classificationReport(
      of: texts, indices, with: classifier, topK: 1, reading: { pieces($0, as: classifier) })
  }

  /// What is read of a text: all of it, and a stretch where stretches are trained on, always the same.
  func pieces(_ index: Int, as classifier: Classifier) -> [[Int32]] {
    let symbols = classifier.symbols(in: texts.bytes(of: index))
    guard options.crop > 0 else { return [symbols] }
    var random = Xoshiro256(
      seed: options.seed, stream: [RandomStream.validation, UInt64(index)])
    return [symbols, options.stretch(of: symbols[...], using: &random)]
  }

  /// A classifier beside those on n-grams that the options ask for, with the factors on the logits of
  /// each that suit these texts.
  func calibrated(
    _ trained: TrainedClassifier, by training: EncodedTexts, precision: Precision, device: Device
  ) -> TrainedClassifier {
    var trained = trained
    trained.temperature = 1
    trained.experts = NgramExperts()
    trained.leastLogOdds = nil
    let network = Classifier(trained, precision: precision, device: device)
    let read = indices.flatMap { index in
      pieces(index, as: network).map { (symbols: $0, label: texts.labelIndices[index]) }
    }
    let labels = read.map { Int($0.label) }
    let experts = options.experts(
      on: training, classes: trained.labels.count, vocabulary: trained.vocabulary,
      surprisal: { regression in
        let logits = read.map { regression.logits(of: $0.symbols) }
        let factor = fittedFactors(of: [logits], labels: labels)[0]
        return surprisal(of: labels, by: logits, factor: factor)
      })
    let factors = fittedFactors(
      of: [network.logits(of: read.map(\.symbols))] + experts.logits(of: read.map(\.symbols)),
      labels: labels)
    trained.temperature = 1 / factors[0]
    trained.experts = experts.scaled(by: factors.dropFirst().map { $0 / factors[0] })
    let report = report(of: Classifier(trained, precision: precision, device: device))
    trained.summary?.validationAccuracy = report.accuracy
    trained.summary?.validationMacroF1 = report.macroF1
    trained.summary?.validationLoss = report.meanNegativeLogLikelihood
    return trained
  }
}

extension ClassifierOptions {
  /// What is read of a text in training: a random stretch of it, or all of it.
  func stretch(
    of symbols: ArraySlice<Int32>, using random: inout some RandomNumberGenerator
  ) -> [Int32] {
    guard crop > 0, symbols.count > crop else { return Array(symbols) }
    // Short stretches as often as long ones: their logarithm is uniform.
    let octaves = log2(Float(symbols.count) / Float(crop))
    let length = min(
      symbols.count,
      Int(Float(crop) * exp2(octaves * Float.random(in: 0...1, using: &random))))
    // Beginnings are like no other place, and are what is typed first.
    let start =
      Bool.random(using: &random)
      ? 0 : Int.random(in: 0...symbols.count - length, using: &random)
    return Array(symbols.dropFirst(start).prefix(length))
  }
}
