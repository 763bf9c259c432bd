import CKernels

/// What the n-grams of a worker's packed texts add to the embeddings of their symbols, and its
/// gradients.
///
/// Shapes: `T` steps, `B` lanes, `E` embedding, `N` the longest n-gram.
struct NgramInput {
  private let lengths: Int
  private let buckets: Int
  private let tensor: ParameterLayout.Tensor
  private let lanes: Int
  private let dropout: Float
  /// `[N - 1, T·B]`: the rows of the n-grams that end at each step, pairs first; -1 for a row that is
  /// dropped.
  private let rows: UnsafeMutablePointer<Int32>
  /// `[B]`: what chooses a text's dropped rows.
  private let keys: UnsafeMutablePointer<UInt64>
  /// `[B, E]`: the embedding's mask, scaled to keep the mean of what is not dropped.
  private let mask: UnsafeMutablePointer<Float>?

  /// Nil for a network without n-grams.
  init?(_ weights: PackedWeights, steps: Int, lanes: Int, dropout: Dropout, arena: inout Arena) {
    guard let ngrams = weights.configuration.classifier?.ngrams, let tensor = weights.layout.ngrams
    else { return nil }
    lengths = ngrams.longest - 1
    buckets = ngrams.buckets
    self.tensor = tensor
    self.lanes = lanes
    self.dropout = dropout.ngrams
    rows = arena.integers(lengths * steps * lanes)
    keys = arena.keys(lanes)
    mask = dropout.ngrams > 0 ? arena.floats(lanes * weights.configuration.embeddingSize) : nil
  }

  /// Draws what is dropped of a lane's text: rows of the table, each for the whole text (Gal and
  /// Ghahramani 2016).
  /// - Parameter embeddingMask: the masks of the embedding, drawn, `[B, E]`; nil where all is kept.
  func draw(
    lane: Int, embeddingMask: UnsafePointer<Float>?, using generator: inout Xoshiro256
  ) {
    guard let mask else { return }
    keys[lane] = generator.next()
    let size = tensor.shape[1]
    let kept = 1 / (1 - dropout)
    for index in lane * size..<(lane + 1) * size {
      mask[index] = kept * (embeddingMask?[index] ?? 1)
    }
  }

  /// Adds the n-grams' embeddings to those of the symbols, stored `[T·B, E]`.
  /// - Parameters:
  ///   - symbols: `[T, B]`, as many as `count` rows.
  ///   - embeddingMask: `[B, E]`.
  func add(
    to input: UnsafeMutableRawPointer, symbols: UnsafePointer<Int32>, count: Int,
    weights: PackedWeights, embeddingMask: UnsafePointer<Float>?
  ) {
    ck_ngram_rows(
      Int64(count), Int64(lanes), Int64(lengths), Int64(buckets), symbols,
      mask == nil ? nil : keys, UInt32(Double(dropout) * 0x1p32), rows)
    for length in 0..<lengths {
      ck_gather_add(
        weights.use.precision.element, Int64(count), Int64(tensor.shape[1]), weights.bias(tensor),
        rows + length * count, Int64(lanes), UnsafePointer(mask) ?? embeddingMask, input)
    }
  }

  /// Writes the gradients of the table from those of what was added, stored `[T·B, E]`.
  func backward(
    _ inputGradients: UnsafeRawPointer, count: Int, element: ck_element,
    embeddingMask: UnsafePointer<Float>?, into gradients: FloatBuffer
  ) {
    let table = gradients.pointer + tensor.range.lowerBound
    table.update(repeating: 0, count: tensor.range.count)
    for length in 0..<lengths {
      ck_scatter_add(
        element, Int64(count), Int64(tensor.shape[1]), inputGradients, rows + length * count,
        Int64(lanes), UnsafePointer(mask) ?? embeddingMask, table)
    }
  }
}
