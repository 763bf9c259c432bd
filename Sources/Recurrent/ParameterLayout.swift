/// Where each tensor of a network lies in its flat buffer of parameters.
///
/// The optimizer is then one loop, the gradient's norm one reduction and a checkpoint one pass.
/// Names and shapes are PyTorch's. Only the order of the rows of the recurrent layers' tensors
/// differs: the gates are interleaved in blocks of 16 cells (`GateOrder`), as the kernels read them.
/// Each tensor begins on a cache line; the elements between tensors are zero and stay so.
public struct ParameterLayout: Equatable, Sendable {
  /// A named tensor.
  public struct Tensor: Equatable, Sendable {
    /// PyTorch's name, for instance `lstm.weight_hh_l0`.
    public let name: String
    public let shape: [Int]
    /// Its elements in the flat buffer.
    package let range: Range<Int>
    /// The number of gates whose rows are interleaved; 1 where rows are in file order.
    package let interleavedGates: Int
    /// Whether it multiplies the state: `weight_hh`.
    package let isRecurrent: Bool

    /// Weight decay is for matrices.
    package var isMatrix: Bool { shape.count > 1 }
  }

  /// The tensors of one direction of one layer.
  package struct Direction: Equatable, Sendable {
    /// `[G·H, K]`, K the layer's input size
    package let weightIH: Tensor
    /// `[G·H, H]`
    package let weightHH: Tensor
    /// `[G·H]`
    package let biasIH: Tensor
    /// `[G·H]`
    package let biasHH: Tensor

    package var tensors: [Tensor] { [weightIH, weightHH, biasIH, biasHH] }
  }

  /// A linear layer's tensors.
  package struct Linear: Equatable, Sendable {
    /// `[outputs, inputs]`
    package let weight: Tensor
    /// `[outputs]`
    package let bias: Tensor
  }

  /// What a classifier's features are normalised by: PyTorch's `BatchNorm1d` without affine
  /// parameters, in evaluation.
  package struct Normalization: Equatable, Sendable {
    /// `[F]`
    package let mean: Tensor
    /// `[F]`
    package let variance: Tensor
    /// Added to the variance.
    package static let epsilon: Float = 1e-5
  }

  /// `[V, E]`
  package let embedding: Tensor
  /// Of n-grams, `[buckets, E]`.
  package let ngrams: Tensor?
  /// By layer, then by direction.
  package let layers: [[Direction]]
  /// From a step's output to the next symbol's logits, `[V, D·H]`; not of every classifier.
  package let head: Linear?
  /// From features to the classes' logits, `[C, F]`; of classifiers.
  package let classifier: Linear?
  /// The query of attention pooling, `[D·H]`.
  package let attention: Tensor?
  /// The running mean and variance of a classifier's features, `[F]` each.
  package let normalization: Normalization?
  /// All of them in the order of the buffer.
  public let tensors: [Tensor]
  /// Elements of the flat buffer.
  public let count: Int

  public init(_ configuration: ModelConfiguration) {
    var all: [Tensor] = []
    var end = 0
    func tensor(
      _ name: String, _ shape: [Int], gates: Int = 1, isRecurrent: Bool = false
    ) -> Tensor {
      let size = shape.reduce(1, *)
      let tensor = Tensor(
        name: name, shape: shape, range: end..<end + size, interleavedGates: gates,
        isRecurrent: isRecurrent)
      all.append(tensor)
      end = (end + size + 15) / 16 * 16
      return tensor
    }

    let hidden = configuration.hiddenSize
    let gates = configuration.cell.gateCount
    embedding = tensor(
      "embedding.weight", [configuration.vocabularySize, configuration.embeddingSize])
    ngrams = configuration.classifier?.ngrams.map {
      tensor("ngrams.weight", [$0.buckets, configuration.embeddingSize])
    }
    layers = (0..<configuration.layers).map { layer in
      (0..<configuration.directions).map { direction in
        let prefix = configuration.cell.rawValue
        let suffix = "l\(layer)" + (direction == 1 ? "_reverse" : "")
        return Direction(
          weightIH: tensor(
            "\(prefix).weight_ih_\(suffix)",
            [gates * hidden, configuration.inputSize(ofLayer: layer)], gates: gates),
          weightHH: tensor(
            "\(prefix).weight_hh_\(suffix)", [gates * hidden, hidden], gates: gates,
            isRecurrent: true),
          biasIH: tensor("\(prefix).bias_ih_\(suffix)", [gates * hidden], gates: gates),
          biasHH: tensor("\(prefix).bias_hh_\(suffix)", [gates * hidden], gates: gates))
      }
    }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) -> Linear {
      Linear(
        weight: tensor("\(name).weight", [outputs, inputs]),
        bias: tensor("\(name).bias", [outputs]))
    }
    let kind = configuration.classifier
    head =
      kind?.hasLanguageModelHead ?? true
      ? linear("head", configuration.vocabularySize, configuration.outputSize) : nil
    classifier = kind.map { linear("classifier", $0.classes, configuration.featureCount) }
    normalization = kind.map { _ in
      Normalization(
        mean: tensor("normalization.running_mean", [configuration.featureCount]),
        variance: tensor("normalization.running_var", [configuration.featureCount]))
    }
    attention =
      kind?.pooling == .attention ? tensor("attention.weight", [configuration.outputSize]) : nil
    tensors = all
    count = end
  }

  /// The buffer cut where a language model's backward pass goes on to the next part: the head, then each
  /// layer from the last one down, the first with the embedding.
  package var segments: [Range<Int>] {
    let ends =
      layers.dropFirst().map { $0[0].weightIH.range.lowerBound }
      + [head?.weight.range.lowerBound ?? count, count]
    return zip([0] + ends.dropLast(), ends).map { $0..<$1 }.reversed()
  }

  /// What a tensor belongs to, from below: 0 the embeddings, then each layer, `L + 1` the head that
  /// predicts symbols, `L + 2` the classifier, and `L + 3` what no gradient reaches.
  package func group(of tensor: Tensor) -> Int {
    if tensor == embedding || tensor == ngrams { return 0 }
    let layer = layers.firstIndex { directions in
      directions.contains {
        $0.tensors.contains(tensor)
      }
    }
    if let layer { return layer + 1 }
    if tensor == normalization?.mean || tensor == normalization?.variance {
      return layers.count + 3
    }
    return tensor == head?.weight || tensor == head?.bias ? layers.count + 1 : layers.count + 2
  }

  /// The one of whose rows a step reads few, so that optimizers may leave out the others.
  package var sparseTable: Tensor? { ngrams }

  /// The number of values that gradients train, without the padding between tensors.
  public var parameterCount: Int { trainedTensors.reduce(0) { $0 + $1.range.count } }

  /// Those that gradients reach.
  package var trainedTensors: [Tensor] { tensors.filter { group(of: $0) <= layers.count + 2 } }
}

/// The order of the rows of a recurrent layer's tensors.
///
/// In files all rows of the first gate come first, as in PyTorch (i f g o; r z n). In memory they
/// come in blocks of 16 cells, in each block the first gate's rows, then the second's: what the
/// kernels read and write for a block of cells is then one contiguous run.
package enum GateOrder {
  /// Cells of a block.
  package static let block = 16

  /// The row in memory of `gate` of `cell`, for G gates of H cells. The last block holds the
  /// `H mod 16` cells that are left.
  package static func row(gate: Int, cell: Int, gates: Int, hidden: Int) -> Int {
    let first = cell / block * block
    let cells = min(block, hidden - first)
    return gates * first + gate * cells + (cell - first)
  }

  /// Copies a tensor from memory's order to the file's.
  static func deinterleave(
    _ tensor: ParameterLayout.Tensor, from source: UnsafePointer<Float>,
    into destination: UnsafeMutablePointer<Float>
  ) {
    forEachRow(of: tensor) { file, memory, width in
      (destination + file * width).update(from: source + memory * width, count: width)
    }
  }

  /// Copies a tensor from the file's order to memory's.
  static func interleave(
    _ tensor: ParameterLayout.Tensor, from source: UnsafePointer<Float>,
    into destination: UnsafeMutablePointer<Float>
  ) {
    forEachRow(of: tensor) { file, memory, width in
      (destination + memory * width).update(from: source + file * width, count: width)
    }
  }

  private static func forEachRow(
    of tensor: ParameterLayout.Tensor, _ body: (_ file: Int, _ memory: Int, _ width: Int) -> Void
  ) {
    let gates = tensor.interleavedGates
    let hidden = tensor.shape[0] / gates
    let width = tensor.range.count / tensor.shape[0]
    guard gates > 1 else { return body(0, 0, tensor.range.count) }
    for gate in 0..<gates {
      for cell in 0..<hidden {
        body(
          gate * hidden + cell, row(gate: gate, cell: cell, gates: gates, hidden: hidden), width)
      }
    }
  }
}
