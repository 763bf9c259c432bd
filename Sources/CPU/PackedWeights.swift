import CKernels
import Recurrent

/// A network's matrices packed for oneDNN, shared by all workers and packed anew when the weights
/// change: once per optimizer step, not once per time step.
package final class PackedWeights: @unchecked Sendable {
  /// What products will be asked of the matrices.
  package struct Use: Equatable, Sendable {
    package var precision: Precision
    /// Lanes of the recurrent products, to choose the packed layout for.
    package var lanes: Int
    /// Whether the backward pass is run.
    package var training: Bool
    /// Whether the first layer's input product is looked up symbol by symbol: `embedding · W_ihᵀ`
    /// has only V rows. Not with dropout on the embedding, whose masks differ from lane to lane.
    package var inputTable: Bool
    /// The probability with which a recurrent weight is dropped (`WeightDrop`), in training.
    package var weightDrop: Float
    /// How many workers divide the hidden units among them, at most as many as there are blocks of
    /// units (`GateOrder`).
    package var shares: Int

    package init(
      precision: Precision, lanes: Int, training: Bool, inputTable: Bool, weightDrop: Float = 0,
      shares: Int = 1
    ) {
      self.precision = precision
      self.lanes = lanes
      self.training = training
      self.inputTable = inputTable
      self.weightDrop = weightDrop
      self.shares = shares
    }

    /// The hidden units of each share: whole blocks of a row of gate values, whose columns are together.
    package func units(of hidden: Int) -> [Range<Int>] {
      (0..<shares).map { Share.range($0, of: shares, hidden, unit: GateOrder.block) }
    }
  }

  struct Direction {
    /// `[K, G·H]`; nil where a table stands for it.
    var input: PackedMatrix?
    /// By share: its columns of `[H, G·H]`.
    var recurrent: [PackedMatrix]
    /// `[G·H, K]`
    var inputBackward: PackedMatrix?
    /// By share: its columns of `[G·H, H]`; none without training.
    var recurrentBackward: [PackedMatrix]
  }

  struct Head {
    /// `[D·H, V]`
    var logits: PackedMatrix
    /// `[V, D·H]`
    var backward: PackedMatrix?
    var tensors: ParameterLayout.Linear
  }

  package let use: Use
  package let configuration: ModelConfiguration
  let layout: ParameterLayout
  let layers: [[Direction]]
  /// Nil for a classifier that does not predict symbols.
  let head: Head?
  /// One per direction of the first layer, none without `use.inputTable`.
  let inputTables: [InputTable]
  /// The biases are read where they lie.
  private(set) var parameters: FloatBuffer
  private let tasks: [Task]
  private var drop: WeightDrop?

  private enum Task {
    /// From an element of the tensor on.
    case pack(PackedMatrix, ParameterLayout.Tensor, from: Int = 0)
    /// With what is left of the weights after `drop`.
    case packDropped([(matrix: PackedMatrix, from: Int)], ParameterLayout.Tensor, left: FloatBuffer)
    case tabulate(InputTable)
  }

  package init(_ model: Network, for use: Use) {
    precondition(use.precision != .int8 || !use.training, "int8 is for inference")
    self.use = use
    configuration = model.configuration
    layout = model.layout
    parameters = model.parameters
    drop = use.weightDrop > 0 ? WeightDrop(probability: use.weightDrop) : nil
    var tasks: [Task] = []

    func pack(_ tensor: ParameterLayout.Tensor, forward: Bool) -> PackedMatrix {
      let plain = MatrixLayout.rowMajor(tensor.shape[0], tensor.shape[1])
      let matrix = PackedMatrix(
        forward ? plain.transposed : plain, precision: use.precision, rows: use.lanes)
      tasks.append(.pack(matrix, tensor))
      return matrix
    }

    func packShares(_ tensor: ParameterLayout.Tensor, forward: Bool) -> [PackedMatrix] {
      let (width, hidden) = (tensor.shape[0], tensor.shape[1])
      let gates = width / hidden
      let parts = use.units(of: hidden).map { units in
        forward
          ? (
            matrix: PackedMatrix(
              .rowMajor(gates * units.count, hidden).transposed, precision: use.precision,
              rows: use.lanes), from: gates * units.lowerBound * hidden
          )
          : (
            matrix: PackedMatrix(
              .rowMajor(width, units.count, stride: hidden), precision: use.precision,
              rows: use.lanes), from: units.lowerBound
          )
      }
      if use.weightDrop > 0 {
        tasks.append(
          .packDropped(parts, tensor, left: FloatBuffer(count: tensor.range.count)))
      } else {
        tasks += parts.map { .pack($0.matrix, tensor, from: $0.from) }
      }
      return parts.map(\.matrix)
    }

    layers = layout.layers.enumerated().map { layer, directions in
      directions.map { direction in
        let tabulated = layer == 0 && use.inputTable
        return Direction(
          input: tabulated ? nil : pack(direction.weightIH, forward: true),
          recurrent: packShares(direction.weightHH, forward: true),
          inputBackward: tabulated || !use.training
            ? nil : pack(direction.weightIH, forward: false),
          recurrentBackward: use.training ? packShares(direction.weightHH, forward: false) : [])
      }
    }
    head = layout.head.map { tensors in
      Head(
        logits: pack(tensors.weight, forward: true),
        backward: use.training ? pack(tensors.weight, forward: false) : nil, tensors: tensors)
    }
    let configuration = configuration
    inputTables =
      use.inputTable
      ? layout.layers[0].map { InputTable(configuration, $0.weightIH, precision: use.precision) }
      : []
    // Large matrices first, dealt out in turn, so that workers finish together.
    self.tasks =
      tasks.sorted { a, b in Self.size(of: a) > Self.size(of: b) }
      + inputTables.map { Task.tabulate($0) }
    packShare(of: 0, workers: 1)
  }

  private static func size(of task: Task) -> Int {
    switch task {
    case .pack(_, let tensor, _), .packDropped(_, let tensor, _): tensor.range.count
    case .tabulate: 0
    }
  }

  /// Chooses what is dropped of the recurrent weights when they are packed the next time. Not while
  /// a worker packs or runs.
  package func drawWeightDrop(using random: inout Xoshiro256) {
    drop?.key = random.next()
  }

  /// Takes what was dropped out of the gradient of a tensor of recurrent weights.
  func dropGradient(of tensor: ParameterLayout.Tensor, in gradients: FloatBuffer) {
    let gradient = gradients.pointer + tensor.range.lowerBound
    drop?.apply(to: tensor, from: gradient, into: gradient)
  }

  /// Packs all matrices, which drops what `random` draws, if anything is dropped at all. Not while a
  /// worker runs.
  package func pack(on team: WorkerTeam, workers: Int, dropping random: Xoshiro256? = nil) {
    if var random { drawWeightDrop(using: &random) }
    team.run(workers: workers) { worker in self.packShare(of: worker, workers: workers) }
  }

  /// Has other weights of the same network packed the next time. Not while a worker packs or runs.
  func replace(_ parameters: FloatBuffer) {
    precondition(parameters.count == layout.count)
    self.parameters = parameters
  }

  /// Packs one worker's share of the matrices from the weights as they are now.
  package func packShare(of worker: Int, workers: Int) {
    for index in stride(from: worker, to: tasks.count, by: workers) {
      switch tasks[index] {
      case .pack(let matrix, let tensor, let first):
        matrix.pack(from: parameters.pointer + tensor.range.lowerBound + first)
      case .packDropped(let matrices, let tensor, let left):
        drop?.apply(
          to: tensor, from: parameters.pointer + tensor.range.lowerBound, into: left.pointer)
        for (matrix, first) in matrices { matrix.pack(from: left.pointer + first) }
      case .tabulate(let table):
        table.fill(embedding: layout.embedding, from: parameters)
      }
    }
  }

  /// What a direction's products by the input and by the state are added to.
  func biases(
    ofLayer layer: Int, _ direction: Int
  ) -> (ih: UnsafePointer<Float>, hh: UnsafePointer<Float>) {
    // Of the tensors, whose names and shapes a step has no use for, only where they are.
    let ih = layout.layers[layer][direction].biasIH.range.lowerBound
    let hh = layout.layers[layer][direction].biasHH.range.lowerBound
    return (UnsafePointer(parameters.pointer + ih), UnsafePointer(parameters.pointer + hh))
  }

  /// A tensor's values, in memory's order.
  func values(of tensor: ParameterLayout.Tensor) -> UnsafePointer<Float> {
    UnsafePointer(parameters.pointer + tensor.range.lowerBound)
  }
}

/// The first layer's input product for every symbol: `embedding · W_ihᵀ`, `[V, G·H]`.
final class InputTable {
  /// In the precision of activations.
  let rows: UnsafeMutableRawPointer
  private let weight: ParameterLayout.Tensor
  private let precision: Precision
  private let product: MatrixMultiply
  private let full: FloatBuffer
  private var arena = Arena()

  init(_ configuration: ModelConfiguration, _ weight: ParameterLayout.Tensor, precision: Precision)
  {
    let count = configuration.vocabularySize * weight.shape[0]
    self.weight = weight
    self.precision = precision
    full = FloatBuffer(count: count)
    rows =
      precision.element == CK_F32
      ? UnsafeMutableRawPointer(full.pointer) : arena.elements(count, precision)
    product = MatrixMultiply(
      .rowMajor(configuration.vocabularySize, configuration.embeddingSize),
      by: .rowMajor(weight.shape[0], weight.shape[1]).transposed,
      into: .rowMajor(configuration.vocabularySize, weight.shape[0]), .float32)
  }

  func fill(embedding: ParameterLayout.Tensor, from parameters: FloatBuffer) {
    product(
      parameters.pointer + embedding.range.lowerBound,
      parameters.pointer + weight.range.lowerBound, into: full.pointer)
    if precision.element != CK_F32 {
      ck_store(precision.element, Int64(full.count), full.pointer, rows)
    }
  }
}
