/// The first layer's input product of every symbol, `[V, G·H]`, each element one chain of fused sums over
/// the embedding, as a device makes it.
func inputTable(embedding: [Float], weights: [Float], size: Int) -> [Float] {
  let rows = weights.count / size
  let symbols = embedding.count / size
  return [Float](unsafeUninitializedCapacity: symbols * rows) { table, count in
    embedding.withUnsafeBufferPointer { embedding in
      weights.withUnsafeBufferPointer { weights in
        for symbol in 0..<symbols {
          for row in 0..<rows {
            var sum: Float = 0
            for k in 0..<size {
              sum.addProduct(embedding[symbol * size + k], weights[row * size + k])
            }
            table[symbol * rows + row] = sum
          }
        }
      }
    }
    count = symbols * rows
  }
}
