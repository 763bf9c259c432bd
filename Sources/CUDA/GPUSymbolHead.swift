import CCUDA
import Recurrent

/// The linear layer from a step's output to the next symbol's logits on a GPU, and softmax with
/// cross-entropy behind it.
///
/// Shapes: rows of a chunk `[T·B]`, `D·H` outputs, `V` vocabulary.
final class GPUSymbolHead {
  private let gpu: GPU
  private let weights: GPUWeights
  private let tensors: ParameterLayout.Linear
  private let vocabulary: Int
  private let precision: Precision
  /// Rows that are computed together, so that their logits need not much memory.
  private let most: Int
  /// `[rows, V]` of a block, in single precision.
  private let logits: GPUBuffer
  /// Stored `[rows, V]` of a block; nil without training.
  private let logitGradients: GPUBuffer?
  /// `[V]`: those of a block.
  private let biasGradient: GPUBuffer?
  private let addBias: Kernel
  private let crossEntropy: Kernel
  private let softmax: Kernel
  private let columnSums: Kernel

  /// About the most logits of a block.
  private static let largestBlock = 1 << 26

  /// - Parameter together: rows of a block; as many as memory should allow if nil.
  init(
    _ tensors: ParameterLayout.Linear, of weights: GPUWeights, rows: Int, isTrained: Bool,
    together: Int? = nil
  ) throws(CUDAError) {
    gpu = weights.gpu
    self.weights = weights
    self.tensors = tensors
    vocabulary = weights.network.configuration.vocabularySize
    precision = weights.precision
    most = min(rows, together ?? max(16, Self.largestBlock / vocabulary))
    logits = try GPUBuffer(gpu, bytes: most * vocabulary * 4)
    logitGradients =
      isTrained ? try GPUBuffer(gpu, bytes: most * vocabulary * precision.bytes) : nil
    biasGradient = isTrained ? try GPUBuffer(gpu, bytes: vocabulary * 4) : nil
    addBias = try gpu.kernel("add_bias")
    crossEntropy = try gpu.kernel("cross_entropy_\(precision.suffix)")
    softmax = try gpu.kernel("softmax")
    columnSums = try gpu.kernel("column_sums_\(precision.suffix)")
  }

  /// What teachers expect of rows, on the GPU.
  struct Soft {
    /// `[rows]`: 0 where nothing is expected.
    var isSoft: cu_pointer
    /// bfloat16 `[rows, V]`
    var distributions: cu_pointer
    /// What of a target it takes the place of.
    var share: Float
  }

  private func blocks(of rows: Int) -> [Range<Int>] {
    stride(from: 0, to: rows, by: most).map { $0..<min($0 + most, rows) }
  }

  /// Some rows of a matrix.
  private func part(_ matrix: GPUMatrix, _ rows: Range<Int>) -> GPUMatrix {
    var part = matrix
    part.pointer += cu_pointer(rows.lowerBound * matrix.stride * matrix.precision.bytes)
    part.rows = rows.count
    return part
  }

  private func multiply(_ input: GPUMatrix, _ rows: Range<Int>) throws(CUDAError) {
    try gpu.multiply(
      part(input, rows), by: weights.matrix(tensors.weight).transposed,
      into: GPUMatrix(logits.pointer, rows.count, vocabulary, .float32))
  }

  /// Asks for the logits with bias, `[rows, V]`; there once the GPU has been waited for.
  func computeLogits(
    _ input: GPUMatrix, into result: PinnedBuffer<Float>
  ) throws(CUDAError) {
    for rows in blocks(of: input.rows) {
      try multiply(input, rows)
      try gpu.launch(
        addBias, elements: rows.count * vocabulary,
        add_bias_arguments(
          values: logits.pointer, bias: weights.values(tensors.bias), rows: Int32(rows.count),
          columns: Int32(vocabulary)))
      try result.download(
        rows.count * vocabulary, from: logits.pointer, at: rows.lowerBound * vocabulary)
    }
  }

  /// Writes each row's surprisal of its target, in nats.
  /// - Parameters:
  ///   - targets: below 0 for none.
  ///   - losses: `[rows]`
  ///   - expected: where the softmax of each row is wanted, `[rows, V]`, times a share.
  func loss(
    _ input: GPUMatrix, targets: cu_pointer, losses: cu_pointer,
    expected: (pointer: cu_pointer, share: Float)? = nil
  ) throws(CUDAError) {
    for rows in blocks(of: input.rows) {
      try multiply(input, rows)
      try gpu.launch(
        crossEntropy, rows: rows.count, vocabulary: vocabulary, arguments(rows, targets, losses))
      guard let expected else { continue }
      try gpu.launch(
        softmax, rows: rows.count, vocabulary: vocabulary,
        softmax_arguments(
          logits: logits.pointer, bias: weights.values(tensors.bias),
          out: expected.pointer + cu_pointer(rows.lowerBound * vocabulary * 4),
          rows: Int32(rows.count), vocabulary: Int32(vocabulary), share: expected.share))
    }
  }

  private func arguments(
    _ rows: Range<Int>, _ targets: cu_pointer, _ losses: cu_pointer
  ) -> cross_entropy_arguments {
    var arguments = cross_entropy_arguments()
    arguments.logits = logits.pointer
    arguments.bias = weights.values(tensors.bias)
    arguments.targets = targets + cu_pointer(rows.lowerBound * 4)
    arguments.losses = losses + cu_pointer(rows.lowerBound * 4)
    arguments.rows = Int32(rows.count)
    arguments.vocabulary = Int32(vocabulary)
    return arguments
  }

  /// Writes each row's surprisal of its target, in nats, and `scale` times the gradients of their
  /// sum.
  /// - Parameters:
  ///   - inputGradients: stored `[rows, D·H]`.
  ///   - gradients: in the order of the parameters.
  func lossAndGradients(
    _ input: GPUMatrix, targets: cu_pointer, soft: Soft? = nil, scale: Float, losses: cu_pointer,
    inputGradients: cu_pointer, gradients: GPUBuffer
  ) throws(CUDAError) {
    guard let logitGradients, let biasGradient else {
      preconditionFailure("a workspace for training is needed")
    }
    let bias = weights.exactPointer(tensors.bias, in: gradients)
    for rows in blocks(of: input.rows) {
      try multiply(input, rows)
      var arguments = arguments(rows, targets, losses)
      arguments.gradients = logitGradients.pointer
      arguments.scale = scale
      if let soft {
        arguments.is_soft = soft.isSoft + cu_pointer(rows.lowerBound * 4)
        arguments.soft = soft.distributions + cu_pointer(rows.lowerBound * vocabulary * 2)
        arguments.soft_amount = scale * soft.share
      }
      try gpu.launch(crossEntropy, rows: rows.count, vocabulary: vocabulary, arguments)
      let errors = GPUMatrix(logitGradients.pointer, rows.count, vocabulary, precision)
      try gpu.multiply(
        errors, by: weights.matrix(tensors.weight),
        into: part(GPUMatrix(inputGradients, input.rows, input.columns, precision), rows))
      let isFirst = rows.lowerBound == 0
      try gpu.multiply(
        errors.transposed, by: part(input, rows),
        into: weights.exactMatrix(tensors.weight, in: gradients), accumulate: !isFirst)
      try gpu.launch(
        columnSums, columns: vocabulary,
        column_sums_arguments(
          values: errors.pointer, out: isFirst ? bias : biasGradient.pointer,
          rows: Int32(rows.count), columns: Int32(vocabulary), stride: Int32(vocabulary)))
      if !isFirst {
        try gpu.launch(
          addBias, elements: vocabulary,
          add_bias_arguments(
            values: bias, bias: biasGradient.pointer, rows: 1, columns: Int32(vocabulary)))
      }
    }
  }
}
