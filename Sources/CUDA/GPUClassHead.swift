import CCUDA
import Recurrent

/// Pooling over the steps of packed texts on a GPU, normalisation, the linear layer from features
/// to the classes' logits, and softmax with cross-entropy behind it. All of it in single precision.
///
/// Shapes: `T` steps, `B` lanes, `D·H` outputs, `F` features, `C` classes.
final class GPUClassHead {
  /// `[B, C]`
  let logits: GPUBuffer
  private let gpu: GPU
  private let weights: GPUWeights
  private let tensors: ParameterLayout.Linear
  private let normalization: ParameterLayout.Normalization
  private let configuration: ModelConfiguration
  private let parts: [Pooling]
  private let steps: Int
  private let lanes: Int
  private let classes: Int
  private let width: Int
  /// `[B]`, 0 for lanes that hold nothing.
  private let lengths: GPUBuffer
  private let lengthsOfTexts: PinnedBuffer<Int32>
  /// `[B, F]`
  private let pooled: GPUBuffer
  /// `[B, F]`: the same, normalised.
  private let features: GPUBuffer
  /// `[B, D·H]`: the steps of the largest values.
  private let largest: GPUBuffer?
  /// `[B, T]`: attention's weights.
  private let attention: GPUBuffer?
  private let kernels: [Pooling: Kernel]
  private let normalize: Kernel
  private let addBias: Kernel
  private let training: Training?

  /// What only training needs.
  private struct Training {
    /// `[B, F]`
    var featureGradients: GPUBuffer
    /// Attention's: `[B, T]`, and `[B, D·H]` for each lane.
    var attention: (scores: GPUBuffer, query: GPUBuffer)?
    /// `[B]`; below 0 for lanes that hold nothing.
    var labels: GPUBuffer
    var labelsOfTexts: PinnedBuffer<Int32>
    /// `[C]`
    var classWeights: GPUBuffer
    var classWeightsOfTexts: PinnedBuffer<Float>
    /// `[B, C]`: what teachers expect.
    var expected: GPUBuffer
    var expectedOfTexts: PinnedBuffer<Float>
    /// `[B]`
    var losses: GPUBuffer
    var lossesOfTexts: PinnedBuffer<Float>
    /// `[2, F]`: sums of features, and of their squares.
    var moments: GPUBuffer
    var momentsOfTexts: PinnedBuffer<Float>
    var kernels: [Pooling: Kernel]
    var loss: Kernel
    var sumMoments: Kernel
    var columnSums: Kernel
  }

  init(
    _ weights: GPUWeights, steps: Int, lanes: Int, isTrained: Bool
  ) throws(CUDAError) {
    let layout = weights.network.layout
    let configuration = weights.network.configuration
    guard let tensors = layout.classifier, let normalization = layout.normalization,
      let classifier = configuration.classifier
    else { preconditionFailure("a classifier is needed") }
    let gpu = weights.gpu
    self.gpu = gpu
    self.weights = weights
    self.tensors = tensors
    self.normalization = normalization
    self.configuration = configuration
    self.steps = steps
    self.lanes = lanes
    let (parts, classes, width) = (
      classifier.pooling.parts, classifier.classes, configuration.outputSize
    )
    self.parts = parts
    self.classes = classes
    self.width = width
    let (hasMax, hasAttention) = (parts.contains(.max), parts.contains(.attention))
    let count = lanes * configuration.featureCount
    lengths = try GPUBuffer(gpu, bytes: lanes * 4)
    lengthsOfTexts = try PinnedBuffer(gpu, count: lanes)
    pooled = try GPUBuffer(gpu, bytes: count * 4)
    features = try GPUBuffer(gpu, bytes: count * 4)
    logits = try GPUBuffer(gpu, bytes: lanes * classes * 4)
    largest = hasMax ? try GPUBuffer(gpu, bytes: lanes * width * 4) : nil
    attention = hasAttention ? try GPUBuffer(gpu, bytes: steps * lanes * 4) : nil
    let suffix = weights.precision.suffix
    func kernels(_ direction: String) throws(CUDAError) -> [Pooling: Kernel] {
      var kernels: [Pooling: Kernel] = [:]
      for part in parts {
        kernels[part] = try gpu.kernel("pool_\(part.rawValue)\(direction)_\(suffix)")
      }
      return kernels
    }
    self.kernels = try kernels("")
    normalize = try gpu.kernel("normalize")
    addBias = try gpu.kernel("add_bias")
    guard isTrained else {
      training = nil
      return
    }
    let moments = 2 * configuration.featureCount
    training = Training(
      featureGradients: try GPUBuffer(gpu, bytes: count * 4),
      attention: hasAttention
        ? (
          try GPUBuffer(gpu, bytes: steps * lanes * 4),
          try GPUBuffer(gpu, bytes: lanes * width * 4)
        ) : nil,
      labels: try GPUBuffer(gpu, bytes: lanes * 4),
      labelsOfTexts: try PinnedBuffer(gpu, count: lanes),
      classWeights: try GPUBuffer(gpu, bytes: classes * 4),
      classWeightsOfTexts: try PinnedBuffer(gpu, count: classes),
      expected: try GPUBuffer(gpu, bytes: lanes * classes * 4),
      expectedOfTexts: try PinnedBuffer(gpu, count: lanes * classes),
      losses: try GPUBuffer(gpu, bytes: lanes * 4),
      lossesOfTexts: try PinnedBuffer(gpu, count: lanes),
      moments: try GPUBuffer(gpu, bytes: moments * 4),
      momentsOfTexts: try PinnedBuffer(gpu, count: moments), kernels: try kernels("_backward"),
      loss: try gpu.kernel("class_loss"), sumMoments: try gpu.kernel("moments"),
      columnSums: try gpu.kernel("column_sums_f32"))
  }

  private func matrix(_ buffer: GPUBuffer, _ columns: Int) -> GPUMatrix {
    GPUMatrix(buffer.pointer, lanes, columns, .float32)
  }

  // MARK: - Forward

  /// Leaves the classes' logits `[B, C]` in `logits`. A lane without steps has those of features
  /// that are zero before they are normalised. Not before the GPU has been waited for since the
  /// last time.
  /// - Parameters:
  ///   - outputs: stored `[T, B, D·H]`.
  ///   - given: of the texts; lanes after them hold none.
  func forward(_ outputs: cu_pointer, lengths given: [Int]) throws(CUDAError) {
    for lane in 0..<lanes {
      lengthsOfTexts.elements[lane] = lane < given.count ? Int32(given[lane]) : 0
    }
    try lengthsOfTexts.upload(to: lengths.pointer)
    for (index, part) in parts.enumerated() {
      guard let kernel = kernels[part] else { continue }
      let features = pooled.pointer + cu_pointer(index * width * 4)
      if part == .attention {
        var arguments = attentionArguments(outputs, part: index)
        arguments.features = features
        try gpu.launch(kernel, blocks: lanes, threads: GPU.threads, arguments)
      } else {
        var arguments = poolArguments(part: index)
        arguments.outputs = outputs
        try gpu.launch(kernel, elements: lanes * width, arguments)
      }
    }
    let count = configuration.featureCount
    try normalize(
      pooled, minus: weights.values(normalization.mean), into: features)
    try gpu.multiply(
      matrix(features, count), by: weights.exactMatrix(tensors.weight).transposed,
      into: matrix(logits, classes))
    try gpu.launch(
      addBias, elements: lanes * classes,
      add_bias_arguments(
        values: logits.pointer, bias: weights.values(tensors.bias), rows: Int32(lanes),
        columns: Int32(classes)))
  }

  /// Divides by the features' deviation.
  private func normalize(
    _ values: GPUBuffer, minus mean: cu_pointer, into result: GPUBuffer
  ) throws(CUDAError) {
    let count = configuration.featureCount
    try gpu.launch(
      normalize, elements: lanes * count,
      normalize_arguments(
        in: values.pointer, mean: mean, variance: weights.values(normalization.variance),
        out: result.pointer, rows: Int32(lanes), columns: Int32(count),
        epsilon: ParameterLayout.Normalization.epsilon))
  }

  private func poolArguments(part: Int) -> pool_arguments {
    var arguments = pool_arguments()
    arguments.lengths = lengths.pointer
    arguments.features = pooled.pointer + cu_pointer(part * width * 4)
    arguments.largest = largest?.pointer ?? 0
    arguments.lanes = Int32(lanes)
    arguments.width = Int32(width)
    arguments.stride = Int32(configuration.featureCount)
    arguments.forward = Int32(configuration.hiddenSize)
    return arguments
  }

  private func attentionArguments(_ outputs: cu_pointer, part: Int) -> attention_arguments {
    guard let query = weights.network.layout.attention else {
      preconditionFailure("attention pooling needs its query")
    }
    var arguments = attention_arguments()
    arguments.outputs = outputs
    arguments.lengths = lengths.pointer
    arguments.query = weights.values(query)
    arguments.weights = attention?.pointer ?? 0
    arguments.features = pooled.pointer + cu_pointer(part * width * 4)
    arguments.lanes = Int32(lanes)
    arguments.width = Int32(width)
    arguments.stride = Int32(configuration.featureCount)
    arguments.steps = Int32(steps)
    return arguments
  }

  // MARK: - Loss and gradients

  /// Asks for the weighted losses of the labels, as the CPU's head has it, and overwrites `logits`
  /// with `scale` times its gradients; and for the features' moments. Not before the GPU has been
  /// waited for since the last time.
  /// - Parameters:
  ///   - labels: by lane; lanes after them hold nothing.
  ///   - expected: by lane, what teachers expect, `[C]`; empty where there are none.
  func loss(_ labels: [Int32], expected: [[Float]], _ targets: LabelTargets) throws(CUDAError) {
    guard let training else { preconditionFailure("a workspace for training is needed") }
    for lane in 0..<lanes {
      training.labelsOfTexts.elements[lane] = lane < labels.count ? labels[lane] : -1
    }
    try training.labelsOfTexts.upload(to: training.labels.pointer)
    _ = training.classWeightsOfTexts.elements.update(fromContentsOf: targets.classWeights)
    try training.classWeightsOfTexts.upload(to: training.classWeights.pointer)
    for (lane, row) in expected.enumerated() {
      _ = training.expectedOfTexts.elements[(lane * classes)...].update(fromContentsOf: row)
    }
    if !expected.isEmpty {
      try training.expectedOfTexts.upload(
        expected.count * classes, to: training.expected.pointer)
    }
    let expectedShare = expected.isEmpty ? 0 : targets.expectedShare
    var arguments = class_loss_arguments()
    arguments.logits = logits.pointer
    arguments.labels = training.labels.pointer
    arguments.class_weights = training.classWeights.pointer
    arguments.expected = expectedShare > 0 ? training.expected.pointer : 0
    arguments.losses = training.losses.pointer
    arguments.lanes = Int32(lanes)
    arguments.classes = Int32(classes)
    arguments.scale = targets.scale
    arguments.label_share = (1 - targets.smoothing) * (1 - expectedShare)
    arguments.smoothed_share = (1 - expectedShare) * targets.smoothing / Float(classes)
    arguments.expected_share = expectedShare
    try gpu.launch(training.loss, rows: lanes, vocabulary: classes, arguments)
    try training.lossesOfTexts.download(from: training.losses.pointer)

    let count = configuration.featureCount
    try gpu.launch(
      training.sumMoments, elements: count,
      moments_arguments(
        values: pooled.pointer, sums: training.moments.pointer,
        squares: training.moments.pointer + cu_pointer(count * 4), rows: Int32(lanes),
        columns: Int32(count)))
    try training.momentsOfTexts.download(from: training.moments.pointer)
  }

  /// What has come of the last texts; waits for the GPU.
  func losses() throws(CUDAError) -> TextLosses {
    guard let training else { preconditionFailure("a workspace for training is needed") }
    try gpu.synchronize()
    let count = configuration.featureCount
    let moments = training.momentsOfTexts.elements
    return TextLosses(
      classification: training.lossesOfTexts.elements.reduce(0.0) { $0 + Double($1) },
      featureSums: Array(moments[..<count]),
      featureSquares: Array(moments[count...]))
  }

  /// Writes the gradients of the head's tensors and, added to what is there, of the outputs.
  /// - Parameters:
  ///   - outputs: those of the forward pass.
  ///   - outputGradients: stored `[T, B, D·H]`; nil where the body is not trained.
  ///   - gradients: in the order of the parameters.
  func backward(
    _ outputs: cu_pointer, outputGradients: cu_pointer?, gradients: GPUBuffer
  ) throws(CUDAError) {
    guard let training else { preconditionFailure("a workspace for training is needed") }
    let count = configuration.featureCount
    let errors = matrix(logits, classes)
    try gpu.multiply(
      errors.transposed, by: matrix(features, count),
      into: weights.exactMatrix(tensors.weight, in: gradients))
    try sumColumns(
      logits, classes, training, into: weights.exactPointer(tensors.bias, in: gradients))
    try gpu.multiply(
      errors, by: weights.exactMatrix(tensors.weight),
      into: matrix(training.featureGradients, count))
    try normalize(training.featureGradients, minus: 0, into: training.featureGradients)
    for (index, part) in parts.enumerated() {
      guard let kernel = training.kernels[part] else { continue }
      let featureGradients =
        training.featureGradients.pointer + cu_pointer(index * width * 4)
      if let (scores, query) = training.attention, let tensor = weights.network.layout.attention {
        var arguments = attentionArguments(outputs, part: index)
        arguments.feature_gradients = featureGradients
        arguments.score_gradients = scores.pointer
        arguments.query_gradients = query.pointer
        arguments.output_gradients = outputGradients ?? 0
        try gpu.launch(kernel, blocks: lanes, threads: GPU.threads, arguments)
        try sumColumns(
          query, width, training, into: weights.exactPointer(tensor, in: gradients))
      } else if let outputGradients {
        var arguments = poolArguments(part: index)
        arguments.feature_gradients = featureGradients
        arguments.output_gradients = outputGradients
        try gpu.launch(kernel, elements: lanes * width, arguments)
      }
    }
  }

  private func sumColumns(
    _ values: GPUBuffer, _ columns: Int, _ training: Training, into sums: cu_pointer
  ) throws(CUDAError) {
    try gpu.launch(
      training.columnSums, columns: columns,
      column_sums_arguments(
        values: values.pointer, out: sums, rows: Int32(lanes), columns: Int32(columns),
        stride: Int32(columns)))
  }
}
