import CKernels
import Recurrent

/// What the n-grams of a worker's packed texts add to the embeddings of their symbols, and its
/// gradients.
///
/// Shapes: `T` steps, `B` lanes, `E` embedding, `N` the longest n-gram. A mask is that of the
/// embedding, `[B, E]`; nil where all is kept.
struct NgramInput {
  /// `N - 1`: n-grams begin with pairs.
  private let lengths: Int
  /// `[buckets, E]`
  private let table: ParameterLayout.Tensor
  private let lanes: Int
  /// `[N - 1, T·B]`: the rows of the table for the n-grams that end at each step, pairs first.
  private let rows: UnsafeMutablePointer<Int32>
  /// Those that the last backward pass has written gradients of; nil without training.
  let touched: TouchedRows?

  /// Nil for a network without n-grams.
  init?(_ weights: PackedWeights, steps: Int, lanes: Int, arena: inout Arena) {
    guard let ngrams = weights.configuration.classifier?.ngrams, let table = weights.layout.ngrams
    else { return nil }
    lengths = ngrams.longest - 1
    self.table = table
    self.lanes = lanes
    rows = arena.integers(lengths * steps * lanes)
    touched =
      weights.use.training
      ? TouchedRows(of: table.shape[0], most: lengths * steps * lanes) : nil
  }

  /// Adds the n-grams' embeddings to those of the symbols, stored `[T·B, E]`.
  /// - Parameter symbols: `[T, B]`, the first `count` of them.
  func add(
    to input: UnsafeMutableRawPointer, symbols: UnsafePointer<Int32>, count: Int,
    weights: PackedWeights, mask: UnsafePointer<Float>?
  ) {
    ck_ngram_rows(
      Int64(count), Int64(lanes), Int64(lengths), Int64(table.shape[0]), symbols, rows)
    for length in 0..<lengths {
      ck_gather_add(
        weights.use.precision.element, Int64(count), Int64(table.shape[1]),
        weights.values(of: table),
        rows + length * count, Int64(lanes), mask, input)
    }
  }

  /// Writes the gradients of those rows of the table that texts have touched, from those of what was
  /// added, stored `[T·B, E]`. What lies past a text's end touches none.
  func backward(
    _ inputGradients: UnsafeRawPointer, steps active: StepLanes, precision: Precision,
    mask: UnsafePointer<Float>?, into gradients: FloatBuffer
  ) {
    let gradient = gradients.pointer + table.range.lowerBound
    let columns = table.shape[1]
    for length in 0..<lengths {
      for step in 0..<active.steps {
        let texts = active(step, of: lanes)
        let index = rows + (length * active.steps + step) * lanes
        touched?.add(index, count: texts, zeroing: gradient, columns: columns)
        ck_scatter_add(
          precision.element, Int64(texts), Int64(columns), Int64(columns),
          inputGradients + step * lanes * columns * precision.size, index, Int64(lanes), mask,
          gradient)
      }
    }
  }
}
