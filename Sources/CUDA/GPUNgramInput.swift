import CCUDA
import CKernels
import Recurrent

/// What the n-grams of packed texts add to the embeddings of their symbols on a GPU, and its
/// gradients. Which rows of the table that takes is found on the host, while the GPU reads.
///
/// Shapes: `T` steps, `B` lanes, `E` embedding, `N` the longest n-gram.
final class GPUNgramInput {
  /// Those that the last pass has gradients of; nil without training.
  let touched: GPUTouchedRows?
  private let gpu: GPU
  private let weights: GPUWeights
  /// `N - 1`: n-grams begin with pairs.
  private let lengths: Int
  /// `[buckets, E]`
  private let table: ParameterLayout.Tensor
  private let lanes: Int
  /// `[N - 1, T·B]`: the rows of the table for the n-grams that end at each step, pairs first.
  private let rows: GPUBuffer
  private let rowsOfTexts: PinnedBuffer<Int32>
  private let gatherAdd: Kernel
  private let touchedSums: Kernel

  /// Nil for a network without n-grams.
  init?(_ weights: GPUWeights, steps: Int, lanes: Int, isTrained: Bool) throws(CUDAError) {
    guard let ngrams = weights.network.configuration.classifier?.ngrams,
      let table = weights.network.layout.ngrams
    else { return nil }
    let gpu = weights.gpu
    self.gpu = gpu
    self.weights = weights
    lengths = ngrams.longest - 1
    self.table = table
    self.lanes = lanes
    let count = lengths * steps * lanes
    rows = try GPUBuffer(gpu, bytes: count * 4)
    rowsOfTexts = try PinnedBuffer(gpu, count: count)
    touched = isTrained ? try GPUTouchedRows(of: table.shape[0], most: count, on: gpu) : nil
    gatherAdd = try gpu.kernel("gather_add_\(weights.precision.suffix)")
    touchedSums = try gpu.kernel("touched_sums_\(weights.precision.suffix)")
  }

  /// Takes the texts that the next pass reads. Not before the GPU has been waited for since the
  /// last time.
  /// - Parameter symbols: `[T, B]`, of the host.
  func take(_ symbols: UnsafePointer<Int32>, steps: Int) throws(CUDAError) {
    let count = steps * lanes
    guard count > 0, let first = rowsOfTexts.elements.baseAddress else { return }
    ck_ngram_rows(
      Int64(count), Int64(lanes), Int64(lengths), Int64(table.shape[0]), symbols, first)
    try rowsOfTexts.upload(lengths * count, to: rows.pointer)
  }

  /// Adds the n-grams' embeddings to those of the symbols, stored `[T·B, E]`.
  /// - Parameter mask: that of the embedding, `[B, E]`; 0 where all is kept.
  func add(to input: GPUBuffer, rows count: Int, mask: cu_pointer) throws(CUDAError) {
    let size = table.shape[1]
    for length in 0..<lengths {
      try gpu.launch(
        gatherAdd, elements: count * size,
        gather_arguments(
          table: weights.values(table), index: rows.pointer + cu_pointer(length * count * 4),
          mask: mask, out: input.pointer, rows: Int32(count), columns: Int32(size),
          lanes: Int32(lanes)))
    }
  }

  /// Begins a pass that trains: no row has a gradient yet.
  func begin(in gradients: GPUBuffer) throws(CUDAError) {
    touched?.begin()
    try gpu.zero(weights.exactPointer(table, in: gradients), bytes: table.range.count * 4)
  }

  /// Writes the gradients of those rows of the table that texts have touched, from those of what
  /// was added, stored `[T·B, E]`. What lies past a text's end touches none.
  func backward(
    _ inputGradients: GPUBuffer, steps active: StepLanes, mask: cu_pointer,
    into gradients: GPUBuffer
  ) throws(CUDAError) {
    guard let touched else { preconditionFailure("a workspace for training is needed") }
    guard lengths > 0, let index = rowsOfTexts.elements.baseAddress else { return }
    try touched.list(index, of: lengths, steps: active, lanes: lanes)
    let columns = table.shape[1]
    try gpu.launch(
      touchedSums, blocks: touched.count * ((columns + 31) / 32), threads: GPU.threads,
      touched_sums_arguments(
        values: inputGradients.pointer, mask: mask, rows: touched.rows.pointer,
        starts: touched.starts.pointer, places: touched.places.pointer,
        out: weights.exactPointer(table, in: gradients), count: Int32(touched.count),
        columns: Int32(columns), lanes: Int32(lanes)))
  }
}
