import CPU
import Form
import Foundation
import Generation
import Recurrent
import Text

/// An untrained model of a few letters, and what it makes of whole texts, by reading each.
struct TinyWriter {
  let vocabulary: Vocabulary
  let generator: Generator
  let model: Network
  let device: Device

  init(_ scalars: String, hidden: Int = 8, seed: UInt64 = 3, threads: Int = 1) throws {
    _ = WorkerTeam(count: 1)
    vocabulary = try Vocabulary(
      scalars: scalars.unicodeScalars.sorted { $0.value < $1.value }, byteFallback: false)
    model = try Network(
      ModelConfiguration(
        layers: 1, hiddenSize: hidden, embeddingSize: 4, vocabularySize: vocabulary.count),
      seed: seed)
    for index in model.layout.head?.weight.range ?? 0..<0 { model.parameters.elements[index] *= 4 }
    device = .cpu(threads: threads)
    generator = Generator(model, vocabulary: vocabulary, precision: .float32, device: device)
  }

  func writer(_ particles: Int) -> FormWriter {
    FormWriter(
      model, vocabulary: vocabulary, precision: .float32, particles: particles, device: device)
  }

  func state(after prompt: String = "") -> TextState {
    var state = generator.start()
    generator.read(vocabulary.encode(prompt).symbols, into: &state)
    return state
  }

  /// Of each next symbol.
  func probabilities(_ state: TextState, temperature: Double = 1) -> [Double] {
    let weights = state.logits.map { exp(Double($0) / temperature) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// The probability of a text.
  func probability(of text: String, after state: TextState, temperature: Double = 1) -> Double {
    var state = state
    return vocabulary.encode(text).symbols.reduce(1) { product, symbol in
      defer { generator.read([symbol], into: &state) }
      return product * probabilities(state, temperature: temperature)[Int(symbol)]
    }
  }

  /// π of every text of at most `length` characters that has any, by its definition.
  ///
  /// - Parameter accepts: whether a text keeps to the form.
  func weights(
    length: Int, prompt: String = "", following: String? = nil, temperature: Double = 1,
    accepts: (String) -> Bool
  ) -> [String: Double] {
    var weights: [String: Double] = [:]
    let letters = vocabulary.scalars.map(String.init)
    /// Adds those that begin with `text`; returns whether there are any.
    func add(_ text: String, _ state: TextState, _ probability: Double) -> Bool {
      var isPossible = accepts(text)
      var leaving = 0.0
      let expected = probabilities(state, temperature: temperature)
      if text.unicodeScalars.count < length {
        for (symbol, letter) in letters.enumerated() {
          var next = state
          generator.read([Int32(symbol)], into: &next)
          if add(text + letter, next, probability * expected[symbol]) {
            isPossible = true
          } else {
            leaving += expected[symbol]
          }
        }
      } else {
        leaving = 1
      }
      if accepts(text) {
        let end =
          following.map { self.probability(of: $0, after: state, temperature: temperature) }
          ?? leaving
        if end > 0 { weights[text] = probability * end }
      }
      return isPossible
    }
    _ = add("", state(after: prompt), 1)
    return weights
  }
}
