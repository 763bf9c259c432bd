import CKernels

/// The kind of recurrent cell.
public enum Cell: String, Codable, Sendable, CaseIterable {
  /// Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate.
  case lstm
  /// Gated recurrent unit (Cho et al. 2014), in PyTorch's form.
  case gru
  /// The simple recurrent network (Elman 1990) with tanh.
  case rnn

  /// Gates `G`: a layer's weights have `G·H` rows.
  public var gateCount: Int { definition.gateCount }

  var definition: CellDefinition {
    switch self {
    case .lstm: .lstm
    case .gru: .gru
    case .rnn: .rnn
    }
  }
}

// A cell is an entry below and its kernels, in CKernels a file of the same name.

extension CellDefinition {
  /// Gates i f g o. The forget gate starts open, its biases summing to 1 (Gers et al. 2000;
  /// Jozefowicz et al. 2015).
  fileprivate static let lstm = CellDefinition(
    initialBiases: [0, 1, 0, 0],
    hasCellState: true,
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

  /// Gates r z n. Keeps the candidate's recurrent product, which the reset gate multiplies.
  fileprivate static let gru = CellDefinition(
    initialBiases: [0, 0, 0],
    hasCellState: false,
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

  fileprivate static let rnn = CellDefinition(
    initialBiases: [0],
    hasCellState: false,
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
