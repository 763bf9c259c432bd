extension Network {
  /// The network in which the hidden state of some cells is held at a value: a copy with other
  /// weights, as every device and precision reads weights.
  ///
  /// With h_j = v, `W·h` is the product without column j, and `v·W[:, j]` beside it. So column j of
  /// all that reads h becomes zero, and `v·W[:, j]` is added to the bias that stands with it:
  /// `bias_hh` for `weight_hh` (which in PyTorch's GRU the reset gate multiplies with the product),
  /// `bias_ih` for the layer above, the head's bias for the head. What the cell itself computes goes
  /// on, and nothing reads it; its h in a state is not v.
  ///
  /// - Throws: `ClampError` for a cell that there is not or that is given twice, and for what is no
  ///   language model.
  public func clamping(_ clamps: [Clamp]) throws(ClampError) -> Network {
    guard !clamps.isEmpty else { return self }
    guard let head = layout.head, configuration.classifier == nil, !configuration.bidirectional
    else { throw .noLanguageModel }
    var places: Set<CellPlace> = []
    for clamp in clamps {
      try clamp.place.check(in: configuration)
      guard places.insert(clamp.place).inserted else { throw .heldTwice(clamp.place) }
    }
    let network = copy()
    for clamp in clamps {
      let layer = clamp.place.layer
      let own = layout.layers[layer - 1][0]
      network.hold(clamp, asInputOf: own.weightHH, own.biasHH)
      if layer < configuration.layers {
        let above = layout.layers[layer][0]
        network.hold(clamp, asInputOf: above.weightIH, above.biasIH)
      } else {
        network.hold(clamp, asInputOf: head.weight, head.bias)
      }
    }
    return network
  }

  /// Moves the cell's column of `weight`, times its value, into `bias`. Rows of both have the same
  /// order.
  private func hold(
    _ clamp: Clamp, asInputOf weight: ParameterLayout.Tensor, _ bias: ParameterLayout.Tensor
  ) {
    let weights = parameters[weight.range]
    let biases = parameters[bias.range]
    let width = weight.shape[1]
    for row in 0..<weight.shape[0] {
      let index = row * width + clamp.place.cell
      biases[row] += clamp.value * weights[index]
      weights[index] = 0
    }
  }
}
