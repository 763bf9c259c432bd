import CCUDA
import Recurrent
import CPU

/// One direction of one layer on a GPU: its activations over a chunk, and the steps that make them.
///
/// Shapes: `T` steps, `B` lanes, `H` hidden, `G` gates. What is called stored is in the precision
/// of products.
final class GPUDirection {
  private let gpu: GPU
  private let precision: Precision
  private let steps: Int
  private let lanes: Int
  private let hidden: Int
  /// `G·H`
  private let width: Int
  private let reversed: Bool
  private let hasCellState: Bool
  /// Stored `[T + 2, B, H]`: step t's output is in slot t + 1; the state before the first step that
  /// is read is in slot 0, or for the reversed direction in the slot after the last step's.
  private let outputs: GPUBuffer
  /// Stored `[T, B, G·H]`: input products, then activations, then gradients, each in place of the
  /// last.
  let gates: GPUBuffer
  /// Stored `[T + 2, B, H]`: cell states, of cells that have one.
  private let cells: GPUBuffer?
  /// Stored `[T, B, H]`: what else a GRU's backward steps need.
  private let kept: GPUBuffer?
  /// `[B, H]`: the cell state, or the hidden state of cells that have no other.
  private let carry: GPUBuffer
  /// `[B, G·H]`, shared by all layers.
  private let recurrentProducts: GPUBuffer
  private let forwardKernel: Kernel
  /// The same with its recurrent products, where that should be faster.
  private let fusedKernel: Kernel?
  private let training: Training?

  /// What only training needs.
  private struct Training {
    /// Stored `[T, B, G·H]`: gradients of the recurrent products; nil where they are those of the
    /// input products.
    var productGradients: GPUBuffer?
    /// `[B, H]`
    var carryGradient: GPUBuffer
    /// `[B, H]`
    var recurrentGradient: GPUBuffer
    var backwardKernel: Kernel
    var columnSums: Kernel
  }

  init(
    _ configuration: ModelConfiguration, on gpu: GPU, precision: Precision, steps: Int, lanes: Int,
    reversed: Bool, isTrained: Bool, recurrentProducts: GPUBuffer
  ) throws(CUDAError) {
    self.gpu = gpu
    self.precision = precision
    self.steps = steps
    self.lanes = lanes
    self.reversed = reversed
    self.recurrentProducts = recurrentProducts
    hidden = configuration.hiddenSize
    width = configuration.cell.gateCount * hidden
    hasCellState = configuration.cell.hasCellState
    let cell = configuration.cell
    let state = lanes * hidden
    outputs = try GPUBuffer(gpu, zeroed: (steps + 2) * state * precision.bytes)
    gates = try GPUBuffer(gpu, bytes: steps * lanes * width * precision.bytes)
    cells = hasCellState ? try GPUBuffer(gpu, zeroed: (steps + 2) * state * precision.bytes) : nil
    kept = cell == .gru ? try GPUBuffer(gpu, bytes: steps * state * precision.bytes) : nil
    carry = try GPUBuffer(gpu, zeroed: state * 4)
    forwardKernel = try gpu.kernel("\(cell.rawValue)_forward_\(precision.suffix)")
    fusedKernel =
      Self.isFused(cell, precision, lanes: lanes, hidden: hidden)
      ? try gpu.kernel("lstm_step_bf16", shared: Self.fusedShared) : nil
    training =
      isTrained
      ? Training(
        productGradients: cell == .gru
          ? try GPUBuffer(gpu, bytes: steps * lanes * width * precision.bytes) : nil,
        carryGradient: try GPUBuffer(gpu, bytes: state * 4),
        recurrentGradient: try GPUBuffer(gpu, bytes: state * 4),
        backwardKernel: try gpu.kernel("\(cell.rawValue)_backward_\(precision.suffix)"),
        columnSums: try gpu.kernel("column_sums_\(precision.suffix)")) : nil
  }

  /// Lanes up to which a step is one kernel. Reckoned, not measured: a block of its threads reads
  /// the weights of 16 cells for 32 lanes, so that more lanes read them again, and from about 128
  /// on a product of its own should be faster.
  private static let mostFusedLanes = 96
  /// What `lstm_step.cu` is launched with.
  private static let fusedShared = 98304

  private static func isFused(
    _ cell: Cell, _ precision: Precision, lanes: Int, hidden: Int
  ) -> Bool {
    cell == .lstm && precision == .bfloat16 && hidden % 8 == 0 && lanes <= mostFusedLanes
  }

  /// Bytes of a slot of outputs, or of cell states.
  private var slot: Int { lanes * hidden * precision.bytes }
  private var gateSlot: Int { lanes * width * precision.bytes }

  private func at(_ buffer: GPUBuffer?, _ offset: Int) -> cu_pointer {
    buffer.map { $0.pointer + cu_pointer(offset) } ?? 0
  }

  /// Stored `[T, B, H]`: the outputs of all steps.
  var outputsOfSteps: cu_pointer { at(outputs, slot) }

  /// The slot of the state that step t starts from.
  private func previousSlot(_ step: Int) -> Int { reversed ? step + 2 : step }

  // MARK: - Forward

  /// What the steps of a pass read.
  enum Input {
    /// The input products are in `gates`.
    case products
    /// They are rows of a table, chosen by symbols `[T, B]`.
    case table(cu_pointer, symbols: cu_pointer)
  }

  /// Runs the chunk's steps, from the state before it, or of packed texts from zero.
  func forward(
    _ input: Input, steps active: StepLanes, weight: GPUMatrix,
    bias: (ih: cu_pointer, hh: cu_pointer)
  ) throws(CUDAError) {
    if active.arePacked {
      // Texts begin in a state of zero, and backward those that end early do too.
      for buffer in [outputs, carry] + (cells.map { [$0] } ?? []) {
        try gpu.zero(buffer.pointer, bytes: buffer.bytes)
      }
    }
    let count = active.steps
    for index in 0..<count {
      let t = reversed ? count - 1 - index : index
      let lanes = active(t, of: self.lanes)
      let gates = at(gates, t * gateSlot)
      let source: (rows: cu_pointer, values: cu_pointer) =
        switch input {
        case .products: (0, gates)
        case .table(let table, let symbols): (symbols + cu_pointer(t * self.lanes * 4), table)
        }
      let previous = at(outputs, previousSlot(t) * slot)
      if let fusedKernel {
        try gpu.launch(
          fusedKernel, blocks: ((hidden + 15) / 16) * ((lanes + 31) / 32), threads: 128,
          lstm_step_arguments(
            previous: previous, weights: weight.pointer, input: source.values, rows: source.rows,
            bias_ih: bias.ih, bias_hh: bias.hh, carry: carry.pointer, gates: gates,
            cells: at(cells, (t + 1) * slot), output: at(outputs, (t + 1) * slot),
            lanes: Int32(lanes), hidden: Int32(hidden)))
        continue
      }
      try gpu.multiply(
        GPUMatrix(previous, lanes, hidden, precision), by: weight.transposed,
        into: GPUMatrix(recurrentProducts.pointer, lanes, width, .float32))
      try gpu.launch(
        forwardKernel, lanes: lanes, hidden: hidden,
        cell_forward_arguments(
          input: source.values, rows: source.rows, recurrent: recurrentProducts.pointer,
          bias_ih: bias.ih, bias_hh: bias.hh, carry: carry.pointer, gates: gates,
          cells: at(cells, (t + 1) * slot), kept: at(kept, t * slot),
          output: at(outputs, (t + 1) * slot), lanes: Int32(lanes), hidden: Int32(hidden)))
    }
  }

  /// Makes the state after the first `count` steps the one before the next chunk.
  func carryOver(steps count: Int) throws(CUDAError) {
    guard count > 0 else { return }
    for buffer in [outputs, cells] {
      guard let buffer else { continue }
      try gpu.copy(from: at(buffer, count * slot), to: buffer.pointer, bytes: slot)
    }
  }

  // MARK: - Backward

  /// Turns the activations in `gates` into the gradients of the input products, and writes the
  /// gradients of the recurrent weights and biases.
  ///
  /// The gradient stops at the chunk's beginning (truncated backpropagation through time).
  /// - Parameters:
  ///   - outputGradients: stored `[T, B, H]`.
  ///   - weightGradient: of `W_hh`, in single precision.
  ///   - biases: where the gradients of both are written, `[G·H]` each.
  func backward(
    steps active: StepLanes, weight: GPUMatrix, outputGradients: cu_pointer,
    weightGradient: GPUMatrix, biases: (ih: cu_pointer, hh: cu_pointer)
  ) throws(CUDAError) {
    guard let training else { preconditionFailure("a workspace for training is needed") }
    let (carryGradient, recurrentGradient) = (training.carryGradient, training.recurrentGradient)
    for buffer in [carryGradient, recurrentGradient] {
      try gpu.zero(buffer.pointer, bytes: buffer.bytes)
    }
    let products = training.productGradients ?? gates
    let count = active.steps
    for index in 0..<count {
      let t = reversed ? index : count - 1 - index
      let lanes = active(t, of: self.lanes)
      try gpu.launch(
        training.backwardKernel, lanes: self.lanes, hidden: hidden,
        cell_backward_arguments(
          gates: at(gates, t * gateSlot), previous_cells: at(cells, previousSlot(t) * slot),
          cells: at(cells, (t + 1) * slot), kept: at(kept, t * slot),
          previous_output: at(outputs, previousSlot(t) * slot),
          output_gradient: outputGradients + cu_pointer(t * slot),
          recurrent_gradient: recurrentGradient.pointer, carry_gradient: carryGradient.pointer,
          product_gradients: at(products, t * gateSlot), lanes: Int32(self.lanes),
          active: Int32(lanes), hidden: Int32(hidden)))
      if index < count - 1 {
        try gpu.multiply(
          GPUMatrix(at(products, t * gateSlot), lanes, width, precision), by: weight,
          into: GPUMatrix(recurrentGradient.pointer, lanes, hidden, .float32))
      }
    }

    let rows = count * lanes
    try gpu.multiply(
      GPUMatrix(products.pointer, rows, width, precision).transposed,
      by: GPUMatrix(at(outputs, previousSlot(0) * slot), rows, hidden, precision),
      into: weightGradient)
    func sum(_ values: GPUBuffer, into bias: cu_pointer) throws(CUDAError) {
      try gpu.launch(
        training.columnSums, columns: width,
        column_sums_arguments(
          values: values.pointer, out: bias, rows: Int32(rows), columns: Int32(width),
          stride: Int32(width)))
    }
    try sum(gates, into: biases.ih)
    try sum(products, into: biases.hh)
  }

  // MARK: - State

  /// Puts a lane's state before the next chunk.
  func load(hidden values: [Float], cell cellValues: [Float]?, lane: Int) throws(CUDAError) {
    let place = (reversed ? steps + 1 : 0) * slot + lane * hidden * precision.bytes
    try store(values, at: at(outputs, place))
    try store(cellValues ?? values, at: at(carry, lane * hidden * 4), .float32)
    if let cellValues { try store(cellValues, at: at(cells, place)) }
  }

  private func store(
    _ values: [Float], at destination: cu_pointer, _ precision: Precision? = nil
  ) throws(CUDAError) {
    switch precision ?? self.precision {
    case .bfloat16:
      let rounded = values.map(\.bfloat16)
      try gpu.copy(from: rounded, to: destination, bytes: rounded.count * 2)
    default:
      try gpu.copy(from: values, to: destination, bytes: values.count * 4)
    }
  }

  /// Copies a lane's state before the next chunk; of the reversed direction, after its last step.
  /// Valid once the GPU has been waited for.
  func save(lane: Int, into state: LaneState) throws(CUDAError) {
    try gpu.copy(
      from: at(carry, lane * hidden * 4), to: state.carry, bytes: hidden * 4)
    guard hasCellState else { return }
    try gpu.copy(
      from: at(outputs, (reversed ? 1 : 0) * slot + lane * hidden * precision.bytes),
      to: state.output, bytes: hidden * precision.bytes)
  }

  /// Room for what a lane's state is made of.
  struct LaneState {
    /// `[H]`
    var carry: UnsafeMutablePointer<Float>
    /// Stored `[H]`
    var output: UnsafeMutableRawPointer
  }
}

extension Float {
  /// Rounded to nearest, ties to even, as kernels do.
  var bfloat16: UInt16 {
    if isNaN { return UInt16(bitPattern >> 16 | 0x40) }
    return UInt16((bitPattern + 0x7fff + (bitPattern >> 16 & 1)) >> 16)
  }

  init(bfloat16: UInt16) { self.init(bitPattern: UInt32(bfloat16) << 16) }
}
