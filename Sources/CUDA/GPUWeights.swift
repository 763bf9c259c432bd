import CCUDA
import Recurrent

/// A network's weights on a GPU: in single precision, and matrices as products take them.
///
/// Unchecked: used as its GPU is.
final class GPUWeights: @unchecked Sendable {
  let gpu: GPU
  let network: Network
  let precision: Precision
  /// Whether the first layer's input products are looked up symbol by symbol: `embedding · W_ihᵀ`
  /// has only V rows.
  let usesInputTable: Bool
  /// In single precision, in the order of the layout.
  let parameters: GPUBuffer
  /// Of the first layer's directions, stored `[V, G·H]`; none without a table.
  let inputTables: [GPUBuffer]
  /// All weights as products take them, at the same places; `parameters` where that is the same.
  private let stored: GPUBuffer
  /// The part of the GPU's memory that tables may take.
  private static let tablesShareOfMemory = 16
  private let weightDrop: Float
  private var dropKey: UInt64 = 0
  private let store: Kernel
  private let drop: Kernel
  private let dropGradient: Kernel

  init(
    _ network: Network, on gpu: GPU, precision: Precision, usesInputTable: Bool,
    weightDrop: Float = 0
  ) throws(CUDAError) {
    self.gpu = gpu
    self.network = network
    self.precision = precision
    let configuration = network.configuration
    let row = configuration.cell.gateCount * configuration.hiddenSize * precision.bytes
    let table = configuration.directions * configuration.vocabularySize * row
    self.usesInputTable = usesInputTable && table <= gpu.memory / Self.tablesShareOfMemory
    self.weightDrop = weightDrop
    let count = network.layout.count
    parameters = try GPUBuffer(gpu, bytes: count * 4)
    stored =
      precision == .float32 && weightDrop == 0
      ? parameters : try GPUBuffer(gpu, bytes: count * precision.bytes)
    var tables: [GPUBuffer] = []
    if self.usesInputTable {
      for _ in 0..<configuration.directions {
        tables.append(try GPUBuffer(gpu, bytes: configuration.vocabularySize * row))
      }
    }
    inputTables = tables
    store = try gpu.kernel("store_\(precision.suffix)")
    drop = try gpu.kernel("drop_\(precision.suffix)")
    dropGradient = try gpu.kernel("drop_f32")
    try load(network.parameters)
  }

  private var layout: ParameterLayout { network.layout }

  /// Takes other weights of the same network.
  func load(_ values: FloatBuffer) throws(CUDAError) {
    precondition(values.count == layout.count)
    try gpu.copy(from: values.pointer, to: parameters.pointer, bytes: values.count * 4)
    try refresh()
  }

  /// Makes what products take of the weights as they are now.
  func refresh() throws(CUDAError) {
    if stored !== parameters {
      try gpu.launch(
        store, elements: layout.count,
        store_arguments(in: parameters.pointer, out: stored.pointer, count: Int64(layout.count)))
    }
    if weightDrop > 0 {
      for direction in layout.layers.joined() {
        try applyDrop(
          drop, to: direction.weightHH, from: parameters.pointer, into: stored.pointer,
          precision.bytes)
      }
    }
    for (table, direction) in zip(inputTables, layout.layers[0]) {
      try gpu.multiply(
        matrix(layout.embedding), by: matrix(direction.weightIH).transposed,
        into: GPUMatrix(
          table.pointer, layout.embedding.shape[0], direction.weightIH.shape[0], precision))
    }
  }

  /// Chooses what is dropped of the recurrent weights, as the CPU does.
  func refresh(dropping random: Xoshiro256) throws(CUDAError) {
    var random = random
    if weightDrop > 0 { dropKey = random.next() }
    try refresh()
  }

  /// Takes what is dropped out of the gradients of the recurrent weights, of the layers from
  /// `lowest` on. Not to be recorded: what that is changes from step to step.
  func dropGradients(from lowest: Int = 0, in gradients: GPUBuffer) throws(CUDAError) {
    guard weightDrop > 0 else { return }
    for direction in layout.layers[lowest...].joined() {
      try applyDrop(
        dropGradient, to: direction.weightHH, from: gradients.pointer, into: gradients.pointer, 4)
    }
  }

  private func applyDrop(
    _ kernel: Kernel, to tensor: ParameterLayout.Tensor, from source: cu_pointer,
    into destination: cu_pointer, _ bytes: Int
  ) throws(CUDAError) {
    let first = tensor.range.lowerBound
    try gpu.launch(
      kernel, elements: tensor.range.count,
      drop_arguments(
        in: source + cu_pointer(first * 4), out: destination + cu_pointer(first * bytes),
        count: Int64(tensor.range.count), first: UInt64(first), key: dropKey,
        threshold: UInt32(Double(weightDrop) * 0x1p32), scale: 1 / (1 - weightDrop)))
  }

  /// A tensor in single precision.
  func values(_ tensor: ParameterLayout.Tensor) -> cu_pointer {
    parameters.pointer + cu_pointer(tensor.range.lowerBound * 4)
  }

  /// A matrix as products take it.
  func matrix(_ tensor: ParameterLayout.Tensor) -> GPUMatrix {
    GPUMatrix(
      stored.pointer + cu_pointer(tensor.range.lowerBound * precision.bytes), tensor.shape[0],
      tensor.shape[1], precision)
  }

  /// A matrix in single precision, of the weights or of what else is in their order.
  func exactMatrix(
    _ tensor: ParameterLayout.Tensor, in buffer: GPUBuffer? = nil
  ) -> GPUMatrix {
    let start = (buffer ?? parameters).pointer + cu_pointer(tensor.range.lowerBound * 4)
    return GPUMatrix(start, tensor.shape[0], tensor.shape[1], .float32)
  }
}
