import CKernels
import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// One direction of one layer for a worker's lanes: its activations over a chunk and the products
/// that make them.
///
/// Shapes: `T` steps, `B` lanes, `H` hidden, `G` gates, `D` directions. What is called stored is in
/// the workspace's precision.
///
/// A class, as each step of a text reaches for it, and to copy it would count references.
final class DirectionWorkspace {
  let steps: Int
  let lanes: Int
  let hidden: Int
  let reversed: Bool
  let precision: Precision
  private let cell: CellKernels
  private let hasCellState: Bool
  /// `G·H`
  private let width: Int

  /// Stored `[T + 2, B, H]`: step t's output is in slot t + 1; the state before the first step that is
  /// read is in slot 0, or for the reversed direction in the slot after the last step's.
  let outputs: UnsafeMutableRawPointer
  /// Stored `[T, B, G·H]`: input products, then activations, then gradients, each in place of the
  /// last.
  let gates: UnsafeMutableRawPointer
  /// Stored `[T + 2, B, H]` as the outputs are: the cell states; nothing where the cell has none.
  let cells: UnsafeMutableRawPointer
  /// Stored `[T, B, keptCount·H]`: what else the cell's backward steps need.
  private let kept: UnsafeMutableRawPointer
  /// `[B, H]` in full precision: the cell state; where there is none, the hidden state.
  let carry: UnsafeMutablePointer<Float>
  /// `[B, G·H]`, shared by all layers.
  let recurrentProducts: UnsafeMutablePointer<Float>

  /// By share: the units that it computes.
  private let units: [Range<Int>]
  /// By share: `[B, H] · [H, G·H]`, the columns of its units.
  private let recur: [LaneProduct]
  private let backward: Backward?

  /// What only training needs.
  private struct Backward {
    /// Stored `[T, B, G·H]`: gradients of the recurrent products. Nil where they are those of the
    /// input products.
    var productGradients: UnsafeMutableRawPointer?
    /// `[B, H]`: the gradient of `carry`.
    var carryGradient: UnsafeMutablePointer<Float>
    /// `[B, H]`, shared by all layers.
    var recurrentGradient: UnsafeMutablePointer<Float>
    /// By share: the columns of its units of `[G·H, H]`.
    var weights: [PackedMatrix]
    /// By share: `[B, G·H] · [G·H, H]`, the columns of its units.
    var recur: [LaneProduct]
    /// `[G·H, T·B] · [T·B, H]`
    var weightGradient: ChunkProduct
  }

  init(
    _ configuration: ModelConfiguration, weights: PackedWeights.Direction, use: PackedWeights.Use,
    steps: Int, lanes: Int, packed: Bool, reversed: Bool, arena: inout Arena,
    recurrentProducts: UnsafeMutablePointer<Float>,
    recurrentGradient: UnsafeMutablePointer<Float>?
  ) {
    let cell = configuration.cell.kernels
    self.cell = cell
    hasCellState = configuration.cell.hasCellState
    hidden = configuration.hiddenSize
    precision = use.precision
    self.steps = steps
    self.lanes = lanes
    self.reversed = reversed
    self.recurrentProducts = recurrentProducts

    width = configuration.cell.gateCount * hidden
    let rows = steps * lanes
    outputs = arena.elements((steps + 2) * lanes * hidden, precision)
    gates = arena.elements(rows * width, precision)
    cells = arena.elements(hasCellState ? (steps + 2) * lanes * hidden : 0, precision)
    kept = arena.elements(rows * cell.keptCount * hidden, precision)
    carry = arena.floats(lanes * hidden)

    let hidden = hidden
    let width = width
    let gates = width / hidden
    let units = use.units(of: hidden)
    self.units = units
    recur = zip(weights.recurrent, units).map { matrix, units in
      LaneProduct(lanes: lanes, varies: packed) { lanes in
        MatrixMultiply(
          .rowMajor(lanes, hidden), by: matrix,
          into: .rowMajor(lanes, gates * units.count, stride: width), .float32)
      }
    }
    backward = recurrentGradient.map { recurrentGradient in
      Backward(
        productGradients: cell.hasOwnProductGradients
          ? arena.elements(rows * width, use.precision) : nil,
        carryGradient: arena.floats(lanes * hidden), recurrentGradient: recurrentGradient,
        weights: weights.recurrentBackward,
        recur: zip(weights.recurrentBackward, units).map { matrix, units in
          LaneProduct(lanes: lanes, varies: packed) { lanes in
            MatrixMultiply(
              .rowMajor(lanes, width), by: matrix,
              into: .rowMajor(lanes, units.count, stride: hidden), .float32)
          }
        },
        weightGradient: ChunkProduct(
          .init(steps: steps, lanes: lanes, varies: packed, shares: use.shares),
          columns: units.map { gates * $0.lowerBound..<gates * $0.upperBound }, of: width,
          by: hidden, use.precision))
    }
  }

  // MARK: - Where things are

  /// Bytes of a slot of outputs.
  private var slotSize: Int { lanes * hidden * precision.size }
  /// Bytes of a slot of cell states: 0 where there are none.
  private var cellSlot: Int { hasCellState ? slotSize : 0 }
  private var keptSlot: Int { cell.keptCount * slotSize }
  private var gateSlot: Int { lanes * width * precision.size }

  /// Stored `[T, B, H]`: the outputs of all steps.
  var outputsOfSteps: UnsafeMutableRawPointer { outputs + slotSize }

  /// The slot of the state that step t starts from.
  private func previousSlot(_ step: Int) -> Int { reversed ? step + 2 : step }

  private func makeStep(
    _ bias: (ih: UnsafePointer<Float>, hh: UnsafePointer<Float>)?, _ units: Range<Int>
  ) -> ck_step {
    ck_step(
      element: precision.element, lanes: Int64(lanes), hidden: Int64(hidden),
      first: Int64(units.lowerBound), end: Int64(units.upperBound), bias_ih: bias?.ih,
      bias_hh: bias?.hh)
  }

  // MARK: - Forward

  /// What the steps of a pass read.
  enum Input {
    /// The input products are in `gates`.
    case products
    /// They are rows of a table, chosen by symbols `[T, B]`.
    case table(UnsafeRawPointer, symbols: UnsafePointer<Int32>)
  }

  /// Makes the state zero in which packed texts begin, and in which a text that ends early begins
  /// backward: that of every lane past its text's end.
  private func clear(_ active: StepLanes) {
    carry.update(repeating: 0, count: lanes * hidden)
    for states in hasCellState ? [outputs, cells] : [outputs] {
      memset(states + (reversed ? active.steps + 1 : 0) * slotSize, 0, slotSize)
      for t in 0..<active.steps {
        let dead = (lanes - active(t, of: lanes)) * hidden * precision.size
        memset(states + (t + 2) * slotSize - dead, 0, dead)
      }
    }
  }

  /// Runs the chunk's steps, from the state in the outputs' first slot and in `carry`, or of packed
  /// texts from zero. All shares meet after every step.
  ///
  /// - Parameter weights: the recurrent ones, by share.
  func forward(
    _ input: Input, steps active: StepLanes, weights: [PackedMatrix],
    bias: (ih: UnsafePointer<Float>, hh: UnsafePointer<Float>), _ share: Share
  ) {
    let units = units[share.index]
    let recur = recur[share.index]
    let matrix = weights[share.index]
    let columns = width / hidden * units.lowerBound
    var step = makeStep(bias, units)
    let count = active.steps
    if active.arePacked { clear(active) }
    for index in 0..<count {
      let t = reversed ? count - 1 - index : index
      let lanes = active(t, of: self.lanes)
      step.lanes = Int64(lanes)
      recur[lanes](
        outputs + previousSlot(t) * slotSize, matrix, into: recurrentProducts + columns)
      let gates = gates + t * gateSlot
      let source: UnsafeRawPointer
      let rows: UnsafePointer<Int32>?
      switch input {
      case .products:
        source = UnsafeRawPointer(gates)
        rows = nil
      case .table(let table, let symbols):
        source = table
        rows = symbols + t * self.lanes
      }
      cell.forward(
        &step,
        .init(
          input: source, rows: rows, recurrentProducts: recurrentProducts, carry: carry,
          gates: gates, cellState: cells + (t + 1) * cellSlot, kept: kept + t * keptSlot,
          output: outputs + (t + 1) * slotSize))
      share.meet()
    }
  }

  /// Makes the state after the first `count` steps the one before the next chunk.
  func carryOver(steps count: Int) {
    guard count > 0 else { return }
    outputs.copyMemory(from: outputs + count * slotSize, byteCount: slotSize)
    cells.copyMemory(from: cells + count * cellSlot, byteCount: cellSlot)
  }

  // MARK: - Backward

  /// Turns the activations in `gates` into the gradients of the input products, and writes the
  /// gradients of the recurrent weights and biases. All shares meet after every step.
  ///
  /// The gradient stops at the chunk's beginning (truncated backpropagation through time).
  /// - Parameters:
  ///   - outputGradients: stored `[T, B, H]`.
  ///   - gradients: nil where only the input products' are wanted.
  func backward(
    steps active: StepLanes, tensors: ParameterLayout.Direction,
    outputGradients: UnsafeMutableRawPointer, gradients: FloatBuffer?, _ share: Share
  ) {
    guard let backward else { preconditionFailure("a workspace for training is needed") }
    let units = units[share.index]
    let recur = backward.recur[share.index]
    let matrix = backward.weights[share.index]
    var step = makeStep(nil, units)
    let carryGradient = backward.carryGradient
    let recurrentGradient = backward.recurrentGradient
    for lane in 0..<lanes {
      let first = lane * hidden + units.lowerBound
      (carryGradient + first).update(repeating: 0, count: units.count)
      (recurrentGradient + first).update(repeating: 0, count: units.count)
    }

    let count = active.steps
    for index in 0..<count {
      let t = reversed ? index : count - 1 - index
      let lanes = active(t, of: self.lanes)
      step.lanes = Int64(lanes)
      let dead = (self.lanes - lanes) * width * precision.size
      let gates = gates + t * gateSlot
      let products = backward.productGradients.map { $0 + t * gateSlot } ?? gates
      cell.backward(
        &step,
        .init(
          gates: gates, previousCellState: cells + previousSlot(t) * cellSlot,
          cellState: cells + (t + 1) * cellSlot, kept: kept + t * keptSlot,
          previousOutput: outputs + previousSlot(t) * slotSize,
          outputGradient: outputGradients + t * slotSize, recurrentGradient: recurrentGradient,
          carryGradient: carryGradient, productGradients: products))
      // Lanes past their text's end have no gradient, nor has what they join later.
      memset(gates + gateSlot - dead, 0, dead)
      if products != gates { memset(products + gateSlot - dead, 0, dead) }
      share.meet()
      if index < count - 1 {
        recur[lanes](products, matrix, into: recurrentGradient + units.lowerBound)
      }
    }

    guard let gradients else { return }
    let bias = gradients.pointer + tensors.biasIH.range.lowerBound
    let recurrentBias = gradients.pointer + tensors.biasHH.range.lowerBound
    let rows = Int64(count * lanes)
    let products = backward.productGradients ?? gates
    backward.weightGradient(
      products, outputs + previousSlot(0) * slotSize,
      into: gradients.pointer + tensors.weightHH.range.lowerBound, steps: count, share)
    let first = width / hidden * units.lowerBound
    let columns = width / hidden * units.count
    func sum(_ values: UnsafeMutableRawPointer, into bias: UnsafeMutablePointer<Float>) {
      bias.update(repeating: 0, count: columns)
      let values = values + first * precision.size
      ck_add_column_sums(precision.element, rows, Int64(columns), Int64(width), values, bias)
    }
    sum(gates, into: bias + first)
    if products == gates {
      (recurrentBias + first).update(from: bias + first, count: columns)
    } else {
      sum(products, into: recurrentBias + first)
    }
  }

  // MARK: - State

  /// Puts a lane's state before the next chunk.
  func load(
    hidden values: Slice<UnsafeBufferPointer<Float>>,
    cell cellValues: Slice<UnsafeBufferPointer<Float>>?, lane: Int
  ) {
    let place = (reversed ? steps + 1 : 0) * slotSize + lane * hidden * precision.size
    store(values, at: outputs + place)
    for (index, value) in (cellValues ?? values).enumerated() {
      carry[lane * hidden + index] = value
    }
    if let cellValues { store(cellValues, at: cells + place) }
  }

  /// Reads a lane's state before the next chunk; of the reversed direction, after its last step.
  func save(
    hidden values: Slice<UnsafeMutableBufferPointer<Float>>,
    cell cellValues: Slice<UnsafeMutableBufferPointer<Float>>?, lane: Int
  ) {
    let carried = UnsafeBufferPointer(start: carry + lane * hidden, count: hidden)
    guard let cellValues else {
      _ = UnsafeMutableBufferPointer(rebasing: values).update(from: carried)
      return
    }
    _ = UnsafeMutableBufferPointer(rebasing: cellValues).update(from: carried)
    let place = (reversed ? 1 : 0) * slotSize + lane * hidden * precision.size
    ck_load(
      precision.element, Int64(hidden), outputs + place,
      UnsafeMutableBufferPointer(rebasing: values).baseAddress)
  }

  /// Copies what the cells did for a lane at a step of the last chunk, `[H]`.
  func copy(
    _ activity: Activity, step: Int, lane: Int, into values: UnsafeMutablePointer<Float>
  ) {
    let row = lane * hidden * precision.size
    switch activity {
    case .hidden:
      ck_load(precision.element, Int64(hidden), outputs + (step + 1) * slotSize + row, values)
    case .cell:
      precondition(hasCellState, "a cell without a cell state")
      ck_load(precision.element, Int64(hidden), cells + (step + 1) * slotSize + row, values)
    case .gate(let gate):
      let count = width / hidden
      for first in stride(from: 0, to: hidden, by: GateOrder.block) {
        let place = GateOrder.row(gate: gate, cell: first, gates: count, hidden: hidden)
        ck_load(
          precision.element, Int64(min(GateOrder.block, hidden - first)),
          gates + (step * lanes + lane) * width * precision.size + place * precision.size,
          values + first)
      }
    }
  }

  private func store(
    _ values: Slice<UnsafeBufferPointer<Float>>, at destination: UnsafeMutableRawPointer
  ) {
    ck_store(
      precision.element, Int64(hidden), UnsafeBufferPointer(rebasing: values).baseAddress,
      destination)
  }
}
