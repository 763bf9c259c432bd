import Foundation
import Generation

/// Candidates as a plain array, every transform written down as its definition says, in Double.
struct Reference {
  typealias Entry = (symbol: Int32, logit: Double)

  var entries: [Entry]

  init(_ logits: [Float], allowed: [Bool]? = nil) {
    let permitted = logits.indices.filter { allowed?[$0] ?? true }
    entries = permitted.filter { logits[$0] > -.infinity }.map { (Int32($0), Double(logits[$0])) }
    if entries.isEmpty { entries = permitted.map { (Int32($0), 0) } }
  }

  var symbols: Set<Int32> { Set(entries.map(\.symbol)) }

  func probabilities(temperature: Double = 1) -> [Double] {
    let largest = entries.map(\.logit).max() ?? 0
    let weights = entries.map { exp(($0.logit - largest) / temperature) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private mutating func keep(_ isKept: (_ position: Int) -> Bool) {
    entries = entries.indices.filter(isKept).map { entries[$0] }
  }

  /// Keeps the first positions of `order` whose probability reaches `mass`.
  private mutating func keep(inOrder order: [Int], mass: Double) {
    let probabilities = probabilities()
    var sum = 0.0
    var kept: Set<Int> = []
    for position in order where kept.isEmpty || sum < mass {
      kept.insert(position)
      sum += probabilities[position]
    }
    keep { kept.contains($0) }
  }

  private var byProbability: [Int] {
    entries.indices.sorted {
      entries[$0].logit == entries[$1].logit
        ? entries[$0].symbol < entries[$1].symbol : entries[$0].logit > entries[$1].logit
    }
  }

  mutating func topK(_ k: Int) {
    let kept = Set(byProbability.prefix(k))
    keep { kept.contains($0) }
  }

  mutating func topP(_ p: Double) {
    keep(inOrder: byProbability, mass: p)
  }

  mutating func minP(_ p: Double) {
    let probabilities = probabilities()
    let largest = probabilities.max() ?? 0
    keep { probabilities[$0] >= p * largest }
  }

  mutating func typicalP(_ p: Double) {
    let probabilities = probabilities()
    let entropy = probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    // Rounded, so that equal logits tie as they do by definition.
    let distances = probabilities.map { (abs(-log($0) - entropy) * 1e9).rounded() }
    let order = entries.indices.sorted {
      distances[$0] == distances[$1]
        ? entries[$0].symbol < entries[$1].symbol : distances[$0] < distances[$1]
    }
    keep(inOrder: order, mass: p)
  }

  mutating func penalize(_ recent: some Collection<Int32>, by penalty: Double) {
    for position in entries.indices where recent.contains(entries[position].symbol) {
      let logit = entries[position].logit
      entries[position].logit = logit > 0 ? logit / penalty : logit * penalty
    }
  }

  /// The distribution over all symbols that the sampler should draw from.
  static func distribution(
    _ logits: [Float], _ options: SamplingOptions, allowed: [Bool]? = nil, text: [Int32] = []
  ) -> [Double] {
    var reference = Reference(logits, allowed: allowed)
    reference.penalize(text.suffix(options.repetitionWindow), by: options.repetitionPenalty)
    if let topK = options.topK { reference.topK(topK) }
    if let typicalP = options.typicalP { reference.typicalP(typicalP) }
    if let topP = options.topP { reference.topP(topP) }
    if let minP = options.minP { reference.minP(minP) }
    var distribution = Array(repeating: 0.0, count: logits.count)
    let probabilities = reference.probabilities(temperature: options.temperature)
    for (entry, probability) in zip(reference.entries, probabilities) {
      distribution[Int(entry.symbol)] = probability
    }
    return distribution
  }
}

/// Logits such as a model gives; half of the time in coarse steps, so that there are ties.
func randomLogits(count: Int, using generator: inout some RandomNumberGenerator) -> [Float] {
  let scale = Float.random(in: 0.1..<8, using: &generator)
  let isCoarse = Bool.random(using: &generator)
  return (0..<count).map { _ in
    let logit = Float.random(in: -1..<1, using: &generator)
    return isCoarse ? (4 * logit).rounded() / 4 * scale : logit * scale
  }
}
