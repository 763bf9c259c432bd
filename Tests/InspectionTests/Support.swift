import CPU
import Recurrent
import Text

@testable import Inspection

/// A text of words, and a network with weights that leave no cell idle.
struct Reading {
  let text: EncodedText
  let model: Network

  init(
    _ cell: Cell = .lstm, layers: Int = 2, hidden: Int = 20, words: Int = 700, bytes: Bool = false
  ) throws {
    var random = Xoshiro256(seed: 4)
    let words = (0..<words).map { _ in
      ["the ", "sea ", "and ", "a stone, ", "\n", "Night ", "<é> "].randomElement(using: &random)
        ?? ""
    }
    let corpus = try Corpus(text: words.joined())
    text = try EncodedText(
      corpus,
      vocabulary: Vocabulary(
        scanning: corpus, training: 0..<corpus.byteCount, kind: bytes ? .bytes : .scalars))
    model = try Network(
      ModelConfiguration(
        cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: 4,
        vocabularySize: text.vocabulary.count), seed: 3)
    for tensor in model.layout.tensors where tensor.isMatrix {
      for index in tensor.range { model.parameters.elements[index] *= 2 }
    }
  }

  var budget: PageBudget { PageBudget(model.configuration) }

  func window(at offset: Int = 0) throws -> TextWindow {
    try TextWindow(of: model, on: text, at: offset, budget: budget, device: .cpu(threads: 2))
  }

  func survey() throws -> CellSurvey {
    try CellSurvey(of: model, on: text, device: .cpu(threads: 2))
  }

  /// One stream that has read up to a character from a number before it on, in chunks that end there.
  func observer(
    before position: Int, reading count: Int
  ) -> (observer: any Observer, symbols: [Int32]) {
    let steps = TextWindow.reachLength
    let observer = Device.cpu(threads: 1).backend.observer(of: model, lanes: 1, steps: steps)
    let symbols = text.symbols(from: position - count, count: count)
    for first in stride(from: 0, to: count, by: steps) {
      observer.read(Array(symbols[first..<first + steps]))
    }
    return (observer, symbols)
  }
}
