import CKernels

/// What a kind of recurrent cell is to the rest of the network: its gates, what it remembers and
/// how it takes a step. Looked up once, before the loops over time.
///
/// Shapes: `B` lanes, `H` hidden, `G` gates. What is called stored is in the workspace's precision.
struct CellDefinition: Sendable {
  /// What the gates' input biases start at, G of them in the order of the rows in PyTorch; the
  /// recurrent biases start at zero.
  let initialBiases: [Float]
  /// Whether a cell state goes from step to step beside the hidden state.
  let hasCellState: Bool
  /// How many values of a cell, besides its gates, output and cell state, the backward step needs
  /// of the forward step.
  let keptCount: Int
  /// Whether the gradients of the recurrent products differ from those of the input products, as
  /// where a gate multiplies a recurrent product alone.
  let hasOwnProductGradients: Bool
  /// Takes a step.
  let forward: @Sendable (UnsafePointer<ck_step>, ForwardStep) -> Void
  /// Turns a step's activations into gradients.
  let backward: @Sendable (UnsafePointer<ck_step>, BackwardStep) -> Void

  /// `G`
  var gateCount: Int { initialBiases.count }

  /// What a step forward reads and writes.
  struct ForwardStep {
    /// Stored `[*, G·H]`: the input products, lane b's in row `rows[b]`, or in row b where `rows`
    /// is nil; may be `gates`.
    let input: UnsafeRawPointer
    /// `[B]`
    let rows: UnsafePointer<Int32>?
    /// `[B, G·H]`
    let recurrentProducts: UnsafePointer<Float>
    /// `[B, H]`, updated: the cell state in full precision; where there is none, the hidden state.
    let carry: UnsafeMutablePointer<Float>
    /// Stored `[B, G·H]`, written: the activations.
    let gates: UnsafeMutableRawPointer
    /// Stored `[B, H]`, written: the cell state.
    let cellState: UnsafeMutableRawPointer
    /// Stored `[B, keptCount·H]`, written.
    let kept: UnsafeMutableRawPointer
    /// Stored `[B, H]`, written: the hidden state.
    let output: UnsafeMutableRawPointer
  }

  /// What a step backward reads and writes.
  struct BackwardStep {
    /// Stored `[B, G·H]`: the activations, replaced by the gradients of the input products.
    let gates: UnsafeMutableRawPointer
    /// Stored `[B, H]`: the cell states before and after the step.
    let previousCellState: UnsafeRawPointer
    let cellState: UnsafeRawPointer
    /// Stored `[B, keptCount·H]`
    let kept: UnsafeRawPointer
    /// Stored `[B, H]`: the hidden state before the step.
    let previousOutput: UnsafeRawPointer
    /// Stored `[B, H]`: the gradient that reaches the output from above.
    let outputGradient: UnsafeRawPointer
    /// `[B, H]`: the one that reaches it through the next step's recurrent products.
    let recurrentGradient: UnsafePointer<Float>
    /// `[B, H]`, updated: the gradient of `carry` after the step, then before it.
    let carryGradient: UnsafeMutablePointer<Float>
    /// Stored `[B, G·H]`, written: the gradients of the recurrent products; `gates` unless
    /// `hasOwnProductGradients`.
    let productGradients: UnsafeMutableRawPointer
  }
}
