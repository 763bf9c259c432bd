import CPU
import Generation
import Recurrent
import Text

/// An untrained model of a few symbols, its head's weights enlarged so that its choices are not all
/// alike.
struct TinyModel {
  let vocabulary: Vocabulary
  let model: Network

  init(
    _ cell: Cell = .lstm, hidden: Int = 24, scalars: String = "\n abcdefgh",
    byteFallback: Bool = false, seed: UInt64 = 1
  ) throws {
    let vocabulary = try Vocabulary(
      scalars: scalars.unicodeScalars.sorted { $0.value < $1.value }, byteFallback: byteFallback)
    try self.init(vocabulary, cell: cell, hidden: hidden, seed: seed)
  }

  init(_ vocabulary: Vocabulary, cell: Cell = .lstm, hidden: Int = 24, seed: UInt64 = 1) throws {
    // Tests run on many threads: products that each took all processors would wait for each other.
    _ = WorkerTeam(count: 1)
    self.vocabulary = vocabulary
    model = try Network(
      ModelConfiguration(
        cell: cell, layers: 2, hiddenSize: hidden, embeddingSize: 6,
        vocabularySize: vocabulary.count), seed: seed)
    for index in model.layout.head?.weight.range ?? 0..<0 { model.parameters.elements[index] *= 2 }
  }

  /// Text `index` of a seed, with what is known of it, written alone.
  func write(
    _ options: WritingOptions, prompt: String = "", seed: UInt64 = 5, index: Int = 0,
    precision: Precision = .float32, threads: Int = 1
  ) throws -> Written {
    let generator = Generator(
      model, vocabulary: vocabulary, precision: precision, device: .cpu(threads: threads))
    var state = generator.start()
    generator.read(vocabulary.encode(prompt).symbols, into: &state)
    var random = Xoshiro256(seed: seed, stream: [UInt64(index)])
    var text: [UInt8] = []
    let passage = try generator.write(from: &state, options, using: &random) {
      text += $0
      return true
    }
    return Written(text: text, passage: passage)
  }

  /// Nats of a text after a prompt, symbol by symbol.
  func score(_ text: String, after prompt: String = "") throws -> Double {
    let generator = Generator(
      model, vocabulary: vocabulary, precision: .float32, device: .cpu(threads: 1))
    var state = generator.start()
    generator.read(vocabulary.encode(prompt).symbols, into: &state)
    return vocabulary.encode(text).symbols.reduce(0) { nats, symbol in
      let loss = state.logits.withUnsafeBufferPointer { surprisal(of: symbol, in: $0) }
      generator.read(CollectionOfOne(symbol), into: &state)
      return nats + Double(loss)
    }
  }
}
