#if canImport(Glibc)
  import Glibc
#endif

/// A network and its weights, a language model or a classifier: what a checkpoint holds.
public struct Network: Sendable {
  public let configuration: ModelConfiguration
  public let layout: ParameterLayout
  /// All weights in the order of `layout`. Written only while nothing else holds the model.
  package let parameters: FloatBuffer

  /// A model with zero weights, of a configuration that has been validated.
  package init(valid configuration: ModelConfiguration) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    parameters = FloatBuffer(count: layout.count)
  }

  /// A model with random weights: those of the recurrent layers uniform in ±1/√H as in PyTorch, the
  /// embedding normal with deviation 1, biases zero but for gates that start open. Attention begins
  /// as the mean, n-grams without influence.
  ///
  /// The head that predicts symbols is uniform in ±10/√H: about as large as training makes it, so
  /// that the layers learn from the first steps on instead of waiting for it to grow.
  public init(_ configuration: ModelConfiguration, seed: UInt64) throws(ConfigurationError) {
    try configuration.validate()
    self.init(valid: configuration)
    var random = Xoshiro256(seed: seed, stream: [0x1217])
    for index in parameters[layout.embedding.range].indices {
      parameters[layout.embedding.range][index] = normal(using: &random)
    }
    for tensor in layout.tensors
    where tensor.isMatrix && tensor != layout.embedding && tensor != layout.ngrams {
      let elements = parameters[tensor.range]
      let bound =
        (tensor == layout.head?.weight ? 10 : 1) / Float(configuration.hiddenSize).squareRoot()
      for index in elements.indices {
        elements[index] = (2 * random.uniform() - 1) * bound
      }
    }
    if let normalization = layout.normalization {
      parameters[normalization.variance.range].update(repeating: 1)
    }
    let initialBiases = configuration.cell.initialBiases
    for direction in layout.layers.joined() {
      let bias = parameters[direction.biasIH.range]
      for (gate, value) in initialBiases.enumerated() {
        for cell in 0..<configuration.hiddenSize {
          let row = GateOrder.row(
            gate: gate, cell: cell, gates: initialBiases.count, hidden: configuration.hiddenSize)
          bias[row] = value
        }
      }
    }
  }

  /// A copy that shares nothing with this one.
  package func copy() -> Network {
    Network(
      configuration: configuration, layout: layout, parameters: FloatBuffer(copying: parameters))
  }

  /// The same network with other weights, which it shares.
  package func replacing(parameters: FloatBuffer) -> Network {
    precondition(parameters.count == layout.count)
    return Network(configuration: configuration, layout: layout, parameters: parameters)
  }

  private init(
    configuration: ModelConfiguration, layout: ParameterLayout, parameters: FloatBuffer
  ) {
    self.configuration = configuration
    self.layout = layout
    self.parameters = parameters
  }

  /// The elements of a tensor, row-major, in PyTorch's order.
  public func elements(of tensor: ParameterLayout.Tensor) -> [Float] {
    Self.fileOrder(of: tensor, in: parameters)
  }

  /// A tensor of any buffer laid out as the parameters, in PyTorch's order.
  package static func fileOrder(
    of tensor: ParameterLayout.Tensor, in buffer: FloatBuffer
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: tensor.range.count) { destination, count in
      count = tensor.range.count
      guard let base = destination.baseAddress else { return }
      GateOrder.deinterleave(tensor, from: buffer.pointer + tensor.range.lowerBound, into: base)
    }
  }

  /// Takes the elements of a tensor given row-major in PyTorch's order.
  package static func setFileOrder(
    _ elements: [Float], of tensor: ParameterLayout.Tensor, in buffer: FloatBuffer
  ) {
    precondition(elements.count == tensor.range.count)
    elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      GateOrder.interleave(tensor, from: base, into: buffer.pointer + tensor.range.lowerBound)
    }
  }
}

/// A normal number by the polar method (Marsaglia and Bray 1964).
private func normal(using random: inout some RandomNumberGenerator) -> Float {
  while true {
    let x = 2 * random.uniform() - 1
    let y = 2 * random.uniform() - 1
    let s = x * x + y * y
    if s > 0 && s < 1 { return x * (-2 * log(s) / s).squareRoot() }
  }
}
