import CCUDA
import Recurrent

/// Passes through a classifier on a GPU: up to `B` texts of up to `T` symbols, each from its
/// beginning to its end, longest first.
///
/// They are not recorded, as what they do at each step depends on the texts' lengths.
final class GPUTextWorkspace {
  /// Of the last batch that was trained on, in the order of the parameters; nil where nothing is
  /// trained.
  let gradients: GPUBuffer?
  private let gpu: GPU
  private let weights: GPUWeights
  private let lanes: Int
  private let configuration: ModelConfiguration
  private let texts: PackedTexts
  private let stack: GPUStack
  private let head: GPUClassHead
  private let languageModel: LanguageModel?
  /// `[T, B]`
  private let symbols: GPUBuffer
  /// `[B, C]`
  private let logitsOfTexts: PinnedBuffer<Float>

  /// The next-character loss beside that of the labels.
  private struct LanguageModel {
    var head: GPUSymbolHead
    var tensors: ParameterLayout.Linear
    /// `[T, B]`
    var targets: GPUBuffer
    /// `[T·B]`
    var losses: GPUBuffer
    var sum: GPUSum
    var sumFloats: Kernel
  }

  init(
    _ weights: GPUWeights, steps: Int, lanes: Int, dropout: Dropout = .none, isTrained: Bool
  ) throws(CUDAError) {
    let gpu = weights.gpu
    self.gpu = gpu
    self.weights = weights
    self.lanes = lanes
    configuration = weights.network.configuration
    let rows = steps * lanes
    texts = PackedTexts(steps: steps, lanes: lanes)
    stack = try GPUStack(
      weights, steps: steps, lanes: lanes, dropout: dropout, isTrained: isTrained)
    head = try GPUClassHead(weights, steps: steps, lanes: lanes, isTrained: isTrained)
    symbols = try GPUBuffer(gpu, bytes: rows * 4)
    logitsOfTexts = try PinnedBuffer(
      gpu, count: lanes * (configuration.classifier?.classes ?? 0))
    gradients = isTrained ? try GPUBuffer(gpu, zeroed: weights.network.layout.count * 4) : nil
    if isTrained, let tensors = weights.network.layout.head {
      languageModel = LanguageModel(
        head: try GPUSymbolHead(tensors, of: weights, rows: rows, isTrained: true),
        tensors: tensors, targets: try GPUBuffer(gpu, bytes: rows * 4),
        losses: try GPUBuffer(gpu, bytes: rows * 4), sum: try GPUSum(on: gpu),
        sumFloats: try gpu.kernel("sum_floats"))
    } else {
      languageModel = nil
    }
  }

  /// The rows of the n-grams' table whose gradients the last pass has written; nil where there is
  /// none to train.
  var touchedRows: GPUTouchedRows? { stack.ngrams?.touched }

  /// Reads texts, which is asked for but not waited for.
  /// - Returns: how many of them take part in each step.
  private func forward(_ texts: [[Int32]]) throws(CUDAError) -> StepLanes {
    self.texts.fill(texts)
    let active = StepLanes(lengths: self.texts.lengths)
    try upload(self.texts.symbols, steps: active.steps, to: symbols)
    if let first = self.texts.symbols.baseAddress {
      try stack.ngrams?.take(first, steps: active.steps)
    }
    try stack.forward(symbols.pointer, steps: active)
    try head.forward(stack.headInput(rows: 0).pointer, lengths: self.texts.lengths)
    return active
  }

  private func upload(
    _ values: UnsafeMutableBufferPointer<Int32>, steps: Int, to buffer: GPUBuffer
  ) throws(CUDAError) {
    guard let first = values.baseAddress else { return }
    try gpu.copy(from: first, to: buffer.pointer, bytes: steps * lanes * 4)
  }

  /// The logits of each text's classes, `[texts][C]`.
  /// - Parameter texts: longest first.
  func logits(of texts: [[Int32]]) throws(CUDAError) -> [[Float]] {
    _ = try forward(texts)
    try logitsOfTexts.download(from: head.logits.pointer)
    try gpu.synchronize()
    let classes = logitsOfTexts.elements.count / lanes
    return texts.indices.map {
      Array(logitsOfTexts.elements[$0 * classes..<($0 + 1) * classes])
    }
  }

  /// Computes the gradients of the scaled losses of a batch's texts; of none they are zero.
  func train(
    _ batch: TextBatch, masks random: (_ text: Int) -> Xoshiro256
  ) throws(CUDAError) -> TextLosses {
    guard let gradients else { preconditionFailure("a workspace for training is needed") }
    try stack.ngrams?.begin(in: gradients)
    guard !batch.texts.isEmpty else {
      try gpu.zero(gradients.pointer, bytes: gradients.bytes)
      let none = [Float](repeating: 0, count: configuration.featureCount)
      return TextLosses(featureSums: none, featureSquares: none)
    }
    try stack.drawMasks(random)
    let active = try forward(batch.texts)
    if active.steps == 0 { try gpu.zero(gradients.pointer, bytes: gradients.bytes) }
    try head.loss(batch.labels, expected: batch.expected, batch.targets)
    let hasLanguageModel = try predictSymbols(
      active, scale: batch.languageModelScale, into: gradients)
    let trainsBody = batch.lowestLayer < configuration.layers
    let rows = active.steps * lanes
    let outputGradients = stack.outputGradients.pointer
    if !hasLanguageModel, trainsBody {
      try gpu.zero(
        outputGradients, bytes: rows * configuration.outputSize * weights.precision.bytes)
    }
    try head.backward(
      stack.headInput(rows: rows).pointer, outputGradients: trainsBody ? outputGradients : nil,
      gradients: gradients)
    if trainsBody, active.steps > 0 {
      try stack.backward(
        symbols.pointer, steps: active, to: batch.lowestLayer, into: gradients)
      try weights.dropGradients(from: batch.lowestLayer, in: gradients)
    }
    var losses = try head.losses()
    if hasLanguageModel { losses.languageModel = try languageModel?.sum.value() ?? 0 }
    return losses
  }

  /// Asks for the next characters' loss and writes its gradients, those of the outputs too, where
  /// there is any of it; else those of its head are zero.
  private func predictSymbols(
    _ active: StepLanes, scale: Float, into gradients: GPUBuffer
  ) throws(CUDAError) -> Bool {
    guard let languageModel else { return false }
    guard scale > 0, active.steps > 0 else {
      for tensor in [languageModel.tensors.weight, languageModel.tensors.bias] {
        try gpu.zero(weights.exactPointer(tensor, in: gradients), bytes: tensor.range.count * 4)
      }
      return false
    }
    let rows = active.steps * lanes
    try upload(texts.targets, steps: active.steps, to: languageModel.targets)
    try languageModel.head.lossAndGradients(
      stack.headInput(rows: rows), targets: languageModel.targets.pointer, scale: scale,
      losses: languageModel.losses.pointer, inputGradients: stack.outputGradients.pointer,
      gradients: gradients)
    try languageModel.sum.add(
      languageModel.sumFloats, languageModel.losses.pointer, count: rows)
    return true
  }
}
