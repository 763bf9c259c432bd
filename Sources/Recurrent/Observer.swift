/// Reads streams through a language model and shows what its cells did at each step, and what each
/// symbol read did to a prediction. In single precision.
///
/// Shapes: `T` steps of a chunk, `B` lanes, `H` hidden, `E` embedding, `V` vocabulary. Not for several
/// threads at a time.
package protocol Observer: AnyObject {
  /// `T`
  var steps: Int { get }
  /// `B`
  var lanes: Int { get }

  /// Begins anew: every lane's state is zero.
  func restart()

  /// Reads a chunk of valid symbols, `[T, B]`, from the states that the last one led to.
  func read(_ symbols: [Int32])

  /// What a layer's cells did in the last chunk: writes `[T, B, H]`, cells in the order of files.
  func copy(_ activity: Activity, layer: Int, into values: inout [Float])

  /// The same of one lane alone: writes `[T, H]`.
  func copy(_ activity: Activity, layer: Int, lane: Int, into values: inout [Float])

  /// The surprisal in nats of what came after each symbol of the last chunk: writes `[T, B]`, 0 for
  /// targets below 0.
  func surprisal(of targets: [Int32], into values: inout [Float])

  /// The logits of what comes after a symbol of the last chunk: writes `[V]`.
  func logits(step: Int, lane: Int, into values: inout [Float])

  /// The gradient of the surprisal of each lane's target, which comes after the last chunk's last
  /// symbol, by the embedding of each of the chunk's symbols: writes `[T, B, E]`, in nats.
  ///
  /// The state before the chunk is held fixed. What the cells did is overwritten.
  /// - Parameter targets: `[B]`
  func inputGradients(ofLast targets: [Int32], into values: inout [Float])
}

/// What can be seen of a cell.
package enum Activity: Hashable, Sendable {
  /// The hidden state, which is what other cells see.
  case hidden
  /// The cell state, of cells that have one.
  case cell
  /// A gate after its function, by its number in `Cell.gateNames`.
  case gate(Int)
}

extension Cell {
  /// The gates in the order of the rows in PyTorch, G of them.
  package var gateNames: [String] {
    switch self {
    case .lstm: ["input", "forget", "candidate", "output"]
    case .gru: ["reset", "update", "candidate"]
    case .rnn: ["output"]
    }
  }
}
