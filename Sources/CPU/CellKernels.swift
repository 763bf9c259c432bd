import CKernels
import Recurrent

/// How a kind of recurrent cell takes a step. Looked up once, before the loops over time.
///
/// Shapes: `B` lanes, `H` hidden, `G` gates. What is called stored is in the workspace's precision.
struct CellKernels: Sendable {
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

extension Cell {
  var kernels: CellKernels {
    switch self {
    case .lstm: .lstm
    case .gru: .gru
    case .rnn: .rnn
    }
  }
}

// A cell is an entry below and its kernels, in CKernels a file of the same name.

extension CellKernels {
  fileprivate static let lstm = CellKernels(
    keptCount: 0,
    hasOwnProductGradients: false,
    forward: { step, values in
      ck_lstm_forward(
        step, values.input, values.rows, values.recurrentProducts, values.carry, values.gates,
        values.cellState, values.output)
    },
    backward: { step, values in
      ck_lstm_backward(
        step, values.gates, values.previousCellState, values.cellState, values.outputGradient,
        values.recurrentGradient, values.carryGradient)
    })

  /// Keeps the candidate's recurrent product, which the reset gate multiplies.
  fileprivate static let gru = CellKernels(
    keptCount: 1,
    hasOwnProductGradients: true,
    forward: { step, values in
      ck_gru_forward(
        step, values.input, values.rows, values.recurrentProducts, values.carry, values.gates,
        values.kept, values.output)
    },
    backward: { step, values in
      ck_gru_backward(
        step, values.gates, values.kept, values.previousOutput, values.outputGradient,
        values.recurrentGradient, values.carryGradient, values.productGradients)
    })

  fileprivate static let rnn = CellKernels(
    keptCount: 0,
    hasOwnProductGradients: false,
    forward: { step, values in
      ck_rnn_forward(
        step, values.input, values.rows, values.recurrentProducts, values.carry, values.gates,
        values.output)
    },
    backward: { step, values in
      ck_rnn_backward(step, values.gates, values.outputGradient, values.recurrentGradient)
    })
}
