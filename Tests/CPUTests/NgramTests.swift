import CPU
import CKernels
import Recurrent
import Testing

@Suite("N-grams")
struct NgramTests {
  /// `[N - 1][T · B]`
  private func rows(
    _ symbols: [Int32], lanes: Int, lengths: Int = 2, buckets: Int = 1 << 20
  ) -> [[Int32]] {
    var index = [Int32](repeating: 7, count: lengths * symbols.count)
    ck_ngram_rows(
      Int64(symbols.count), Int64(lanes), Int64(lengths), Int64(buckets), symbols, &index)
    return (0..<lengths).map { Array(index[$0 * symbols.count..<($0 + 1) * symbols.count]) }
  }

  @Test func rowsAreThoseOfWhatEndsThere() {
    // Two lanes: 1 2 3 1 2 and 2 3 1 2 4.
    let found = rows([1, 2, 2, 3, 3, 1, 1, 2, 2, 4], lanes: 2)
    let (pairs, triples) = (found[0], found[1])
    // The pair 1 2 ends at steps 1 and 4 of the first lane and 3 of the second, 3 1 at 3 and 2.
    #expect(pairs[2] == pairs[8] && pairs[2] == pairs[7])
    #expect(pairs[6] == pairs[5] && triples[8] == triples[7])
    // A beginning is a symbol of its own: 2 at a beginning is no other 2; and lengths do not mix.
    #expect(Set(pairs).count == 6 && Set(triples).count == 8)
    #expect(Set(pairs).isDisjoint(with: triples))
    #expect(rows([1, 2, 2, 3], lanes: 2, buckets: 3).joined().allSatisfy { (0..<3).contains($0) })
  }

  /// Central differences of the loss by the table's weights that some text reaches, and by the
  /// embedding they are added to.
  @Test(arguments: [Dropout.none, Dropout(embedding: 0.3)])
  func gradients(_ dropout: Dropout) throws {
    let model = try Network(
      ModelConfiguration(
        layers: 1, hiddenSize: 5, embeddingSize: 3, vocabularySize: 4, bidirectional: true,
        classifier: ClassifierConfiguration(
          classes: 2, pooling: .mean, ngrams: NgramEmbedding(longest: 3, buckets: 32))), seed: 1)
    let table = try #require(model.layout.ngrams)
    #expect(model.parameters[table.range].allSatisfy { $0 == 0 })
    var generator = Xoshiro256(seed: 3)
    for tensor in [table, try #require(model.layout.classifier).weight] {
      for index in tensor.range { model.parameters.elements[index] = generator.symmetric(2) }
    }
    let weights = PackedWeights(
      model, for: .init(precision: .float32, lanes: 3, training: true, inputTable: false))
    let workspace = TextWorkspace(weights, steps: 4, lanes: 3, dropout: dropout)
    workspace.drawMasks { Xoshiro256(seed: 11, stream: [UInt64($0)]) }
    let symbols: [Int32] = [0, 1, 2, 1, 2, 3, 2, 3, 0, 3, 0, 0]
    func loss(_ gradients: FloatBuffer) -> Double {
      weights.packShare(of: 0, workers: 1)
      return workspace.train(
        symbols, lengths: [4, 3, 3],
        labels: [0, 1, 1],
        targets: LabelTargets(
          classWeights: [1, 1], smoothing: 0, scale: 1),
        gradients: gradients
      ).classification
    }
    let gradients = FloatBuffer(count: model.layout.count)
    // What earlier passes have left is overwritten, in the table where this one comes by.
    for index in gradients.elements.indices { gradients.elements[index] = 7 }
    _ = loss(gradients)
    let passRows = workspace.touchedRows
    let touched = try #require(passRows).rows
    let texts: [[Int32]] = [[0, 1, 2, 3], [1, 2, 3], [2, 3, 0]]
    let textRows = Set(texts.flatMap { rows($0, lanes: 1, buckets: 32).joined() })
    #expect(Set(touched) == textRows && touched.count == textRows.count)
    for row in Int32(0)..<32 where !textRows.contains(row) {
      let start = table.range.lowerBound + 3 * Int(row)
      #expect(gradients[start..<start + 3].allSatisfy { $0 == 7 })
      gradients[start..<start + 3].update(repeating: 0)
    }
    let ignored = FloatBuffer(count: model.layout.count)
    for tensor in [table, model.layout.embedding] {
      var expected: [Float] = []
      for index in tensor.range {
        let value = model.parameters.elements[index]
        func changed(_ steps: Float) -> Double {
          model.parameters.elements[index] = value + steps / 16
          return loss(ignored)
        }
        let slope = 8 * (changed(1) - changed(-1)) - (changed(2) - changed(-2))
        expected.append(Float(slope * 16 / 12))
        model.parameters.elements[index] = value
      }
      let found = Array(gradients.elements[tensor.range])
      #expect(relativeError(found, expected) < 3e-3, "gradient of \(tensor.name)")
    }
  }
}
