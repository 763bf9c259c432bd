/// The kind of recurrent cell.
public enum Cell: String, Codable, Sendable, CaseIterable {
  /// Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate.
  case lstm
  /// Gated recurrent unit (Cho et al. 2014), in PyTorch's form.
  case gru
  /// The simple recurrent network (Elman 1990) with tanh.
  case rnn

  /// Gates `G`: a layer's weights have `G·H` rows.
  public var gateCount: Int { initialBiases.count }

  /// What the gates' input biases start at, G of them in the order of the rows in PyTorch; the
  /// recurrent biases start at zero.
  var initialBiases: [Float] {
    switch self {
    // i f g o. The forget gate starts open, its biases summing to 1 (Gers et al. 2000; Jozefowicz et
    // al. 2015).
    case .lstm: [0, 1, 0, 0]
    // r z n
    case .gru: [0, 0, 0]
    case .rnn: [0]
    }
  }

  /// Whether a cell state goes from step to step beside the hidden state.
  package var hasCellState: Bool { self == .lstm }
}
