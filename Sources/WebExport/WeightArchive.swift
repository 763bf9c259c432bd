import Recurrent

/// A network's tensors one after another, as a page's scripts read them.
struct WeightArchive {
  /// Where a tensor lies.
  struct Tensor: Encodable {
    enum Form: String, Encodable {
      case int8, bfloat16, float32
    }

    let name: String
    let type: Form
    /// In bytes, a multiple of 4.
    let offset: Int
    let count: Int
  }

  private(set) var tensors: [Tensor] = []
  /// A multiple of 4 of them.
  private(set) var bytes: [UInt8] = []

  /// - Precondition: a language model.
  init(_ network: Network) {
    let configuration = network.configuration
    let hidden = configuration.hiddenSize
    let embedding = network.elements(of: network.layout.embedding)
    for (layer, directions) in network.layout.layers.enumerated() {
      let tensors = directions[0]
      if layer > 0 {
        append(
          "input.\(layer)",
          QuantizedMatrix(network.elements(of: tensors.weightIH), columns: hidden))
      } else {
        append(embedding, by: network.elements(of: tensors.weightIH), configuration)
      }
      append(
        "recurrent.\(layer)",
        QuantizedMatrix(network.elements(of: tensors.weightHH), columns: hidden))
      append(
        "bias.\(layer)",
        Self.bias(
          network.elements(of: tensors.biasIH), network.elements(of: tensors.biasHH), configuration)
      )
    }
    if let head = network.layout.head {
      append("head", QuantizedMatrix(network.elements(of: head.weight), columns: hidden))
      append("head.bias", network.elements(of: head.bias))
    }
  }

  /// The first layer's input product by symbol, or its two factors where they are smaller.
  private mutating func append(
    _ embedding: [Float], by weights: [Float], _ configuration: ModelConfiguration
  ) {
    let rows = weights.count / configuration.embeddingSize
    let factors = [embedding, weights].map { $0.count * Self.form(of: $0).size }.reduce(0, +)
    if configuration.vocabularySize * rows * 4 <= factors {
      append(
        "table",
        inputTable(embedding: embedding, weights: weights, size: configuration.embeddingSize))
    } else {
      append("embedding", embedding)
      append("input.0", weights)
    }
  }

  /// What is added to the products: both biases, summed but for the GRU's candidate, whose recurrent one
  /// the reset gate multiplies.
  private static func bias(
    _ input: [Float], _ recurrent: [Float], _ configuration: ModelConfiguration
  ) -> [Float] {
    let sums = zip(input, recurrent).map { $0 + $1 }
    guard configuration.cell == .gru else { return sums }
    let candidate = 2 * configuration.hiddenSize
    return Array(sums[..<candidate] + input[candidate...] + recurrent[candidate...])
  }

  private mutating func append(_ name: String, _ matrix: QuantizedMatrix) {
    place(name, .int8, count: matrix.values.count)
    bytes += matrix.values.lazy.map { UInt8(bitPattern: $0) }
    align()
    append("\(name).steps", matrix.steps)
  }

  private mutating func append(_ name: String, _ values: [Float]) {
    let form = Self.form(of: values)
    place(name, form, count: values.count)
    for value in values {
      let bits = value.bitPattern
      let shifts: [UInt32] = form == .bfloat16 ? [16, 24] : [0, 8, 16, 24]
      for shift in shifts { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    align()
  }

  private mutating func place(_ name: String, _ form: Tensor.Form, count: Int) {
    tensors.append(Tensor(name: name, type: form, offset: bytes.count, count: count))
  }

  private mutating func align() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  /// Half the size where no value loses a bit by it, as of a model that was saved in it.
  private static func form(of values: [Float]) -> Tensor.Form {
    values.allSatisfy { $0.bitPattern & 0xFFFF == 0 } ? .bfloat16 : .float32
  }
}

extension WeightArchive.Tensor.Form {
  /// Bytes of a value.
  var size: Int {
    switch self {
    case .int8: 1
    case .bfloat16: 2
    case .float32: 4
    }
  }
}
