import CCUDA
import CPU
import Recurrent

/// The embedding and the recurrent layers on a GPU, with the memory for all lanes over a chunk.
///
/// Shapes: `T` steps, `B` lanes, `E` embedding, `H` hidden, `D` directions, `V` vocabulary. What is
/// called stored is in the precision of products.
final class GPUStack {
  let weights: GPUWeights
  let steps: Int
  let lanes: Int
  let configuration: ModelConfiguration
  /// Nil without n-grams.
  let ngrams: GPUNgramInput?
  private let gpu: GPU
  private let precision: Precision
  private let layers: [[GPUDirection]]
  /// What each layer reads, and the head at the end, where that is neither a table nor the outputs
  /// below as they are: stored `[T·B, K]`, with both directions side by side and dropout done.
  private let inputs: [GPUBuffer?]
  private let masks: GPUMasks
  private let training: Training?
  private let gather: Kernel
  private let mask: Kernel
  private let copyColumns: Kernel

  /// What only training needs.
  private struct Training {
    /// Stored `[T·B, D·H]`: the gradient of a layer's outputs, for each layer in turn.
    var outputGradients: GPUBuffer
    /// In both directions, stored `[T·B, H]`: those of one direction.
    var directionGradients: GPUBuffer?
    /// Without a table, stored `[T·B, E]`.
    var embeddingGradients: GPUBuffer?
    /// With a table, `[V, G·H]`.
    var tableGradient: GPUBuffer?
    var sumsBySymbol: Kernel
  }

  init(
    _ weights: GPUWeights, steps: Int, lanes: Int, dropout: Dropout = .none, isTrained: Bool
  ) throws(CUDAError) {
    let gpu = weights.gpu
    let configuration = weights.network.configuration
    let precision = weights.precision
    precondition(
      (dropout.embedding == 0 && weights.network.layout.ngrams == nil)
        || !weights.usesInputTable)
    self.weights = weights
    self.steps = steps
    self.lanes = lanes
    self.configuration = configuration
    self.gpu = gpu
    self.precision = precision
    let rows = steps * lanes
    let width = configuration.cell.gateCount * configuration.hiddenSize
    let last = configuration.layers - 1

    let recurrentProducts = try GPUBuffer(gpu, bytes: lanes * width * 4)
    var layers: [[GPUDirection]] = []
    for _ in 0...last {
      var directions: [GPUDirection] = []
      for direction in 0..<configuration.directions {
        directions.append(
          try GPUDirection(
            configuration, on: gpu, precision: precision, steps: steps, lanes: lanes,
            reversed: direction == 1, isTrained: isTrained, recurrentProducts: recurrentProducts))
      }
      layers.append(directions)
    }
    self.layers = layers
    masks = try GPUMasks(dropout, configuration, lanes: lanes, on: gpu)
    var inputs: [GPUBuffer?] = []
    for layer in 0...last + 1 {
      let isNeeded =
        layer == 0
        ? !weights.usesInputTable : masks[layer] != nil || configuration.bidirectional
      inputs.append(
        isNeeded
          ? try GPUBuffer(
            gpu, bytes: rows * configuration.inputSize(ofLayer: layer) * precision.bytes) : nil)
    }
    self.inputs = inputs
    ngrams = try GPUNgramInput(weights, steps: steps, lanes: lanes, isTrained: isTrained)
    gather = try gpu.kernel("gather_\(precision.suffix)")
    mask = try gpu.kernel("mask_\(precision.suffix)")
    copyColumns = try gpu.kernel("copy_columns_\(precision.suffix)")
    guard isTrained else {
      training = nil
      return
    }
    let table = weights.usesInputTable
    training = Training(
      outputGradients: try GPUBuffer(
        gpu, bytes: rows * configuration.outputSize * precision.bytes),
      directionGradients: configuration.bidirectional
        ? try GPUBuffer(gpu, bytes: rows * configuration.hiddenSize * precision.bytes) : nil,
      embeddingGradients: table
        ? nil : try GPUBuffer(gpu, bytes: rows * configuration.embeddingSize * precision.bytes),
      tableGradient: table
        ? try GPUBuffer(gpu, bytes: configuration.vocabularySize * width * 4) : nil,
      sumsBySymbol: try gpu.kernel("sums_by_symbol_\(precision.suffix)"))
  }

  /// About the bytes that a lane takes for each step it has room for, without training.
  static func bytes(ofStep configuration: ModelConfiguration, _ precision: Precision) -> Int {
    // Gates, outputs, and cell states or what a GRU keeps.
    let states = configuration.cell.gateCount + 2
    let layer = configuration.directions * configuration.hiddenSize * states
    let inputs = (0...configuration.layers).reduce(0) { $0 + configuration.inputSize(ofLayer: $1) }
    return (configuration.layers * layer + inputs) * precision.bytes
  }

  /// Stored `[T·B, K]`: what a layer above the first reads, or the head.
  private func input(ofLayer layer: Int) -> cu_pointer {
    inputs[layer]?.pointer ?? layers[layer - 1][0].outputsOfSteps
  }

  /// Stored `[T, B, D·H]`: what the head reads after a forward pass.
  func headInput(rows: Int) -> GPUMatrix {
    GPUMatrix(input(ofLayer: layers.count), rows, configuration.outputSize, precision)
  }

  /// Stored `[T, B, D·H]`: where the gradient of that is to be.
  var outputGradients: GPUBuffer {
    guard let training else { preconditionFailure("a workspace for training is needed") }
    return training.outputGradients
  }

  /// Draws the masks of a chunk, from random numbers of each lane.
  func drawMasks(_ random: (_ lane: Int) -> Xoshiro256) throws(CUDAError) {
    try masks.draw(random)
  }

  // MARK: - Forward

  /// Reads the first steps of `symbols`, `[T, B]`, from the current states, or packed texts from
  /// zero, whose n-grams must have been told.
  func forward(_ symbols: cu_pointer, steps active: StepLanes) throws(CUDAError) {
    let rows = active.steps * lanes
    for (layer, directions) in layers.enumerated() {
      if layer > 0 {
        try gatherOutputs(intoLayer: layer, rows: rows)
      } else if let input = inputs[0] {
        try embed(symbols, rows: rows, into: input)
      }
      for (direction, workspace) in directions.enumerated() {
        let tensors = weights.network.layout.layers[layer][direction]
        let source: GPUDirection.Input
        if layer == 0, weights.usesInputTable {
          source = .table(weights.inputTables[direction].pointer, symbols: symbols)
        } else {
          let size = configuration.inputSize(ofLayer: layer)
          try gpu.multiply(
            GPUMatrix(input(ofLayer: layer), rows, size, precision),
            by: weights.matrix(tensors.weightIH).transposed,
            into: GPUMatrix(workspace.gates.pointer, rows, tensors.weightIH.shape[0], precision))
          source = .products
        }
        try workspace.forward(
          source, steps: active, weight: weights.matrix(tensors.weightHH),
          bias: (weights.values(tensors.biasIH), weights.values(tensors.biasHH)))
      }
    }
    try gatherOutputs(intoLayer: layers.count, rows: rows)
  }

  private func embed(_ symbols: cu_pointer, rows: Int, into input: GPUBuffer) throws(CUDAError) {
    let size = configuration.embeddingSize
    try gpu.launch(
      gather, elements: rows * size,
      gather_arguments(
        table: weights.values(weights.network.layout.embedding), index: symbols,
        mask: masks[0]?.pointer ?? 0, out: input.pointer, rows: Int32(rows), columns: Int32(size),
        lanes: Int32(lanes)))
    try ngrams?.add(to: input, rows: rows, mask: masks[0]?.pointer ?? 0)
  }

  /// Makes what a layer above the first reads, or the head, of the outputs below.
  private func gatherOutputs(intoLayer layer: Int, rows: Int) throws(CUDAError) {
    guard let input = inputs[layer] else { return }
    let hidden = configuration.hiddenSize
    var source = layers[layer - 1][0].outputsOfSteps
    if configuration.bidirectional {
      for (direction, workspace) in layers[layer - 1].enumerated() {
        try gpu.launch(
          copyColumns, elements: rows * hidden,
          copy_columns_arguments(
            in: workspace.outputsOfSteps,
            out: input.pointer + cu_pointer(direction * hidden * precision.bytes),
            rows: Int32(rows), columns: Int32(hidden), in_stride: Int32(hidden),
            out_stride: Int32(configuration.outputSize)))
      }
      source = input.pointer
    }
    try applyMask(ofLayer: layer, to: source, into: input.pointer, rows: rows)
  }

  private func applyMask(
    ofLayer layer: Int, to source: cu_pointer, into destination: cu_pointer, rows: Int
  ) throws(CUDAError) {
    guard let values = masks[layer] else { return }
    let size = configuration.inputSize(ofLayer: layer)
    try gpu.launch(
      mask, elements: rows * size,
      mask_arguments(
        mask: values.pointer, in: source, out: destination, rows: Int32(rows),
        columns: Int32(size), lanes: Int32(lanes)))
  }

  /// Makes the states after the first `count` steps those before the next chunk; a reversed
  /// direction reads from a chunk's end and has none to carry on.
  func carryOver(steps count: Int) throws(CUDAError) {
    for directions in layers { try directions[0].carryOver(steps: count) }
  }

  // MARK: - Backward

  /// Writes the gradients of all weights of the layers from `lowest` on, and with 0 of the
  /// embedding, from those of the outputs, which are overwritten; of recurrent weights as if none
  /// were dropped.
  func backward(
    _ symbols: cu_pointer, steps active: StepLanes, to lowest: Int = 0, into gradients: GPUBuffer
  ) throws(CUDAError) {
    guard let training else { preconditionFailure("a workspace for training is needed") }
    let rows = active.steps * lanes
    let outputGradients = training.outputGradients.pointer
    try applyMask(ofLayer: layers.count, to: outputGradients, into: outputGradients, rows: rows)
    for layer in layers.indices.reversed() where layer >= lowest {
      for (direction, workspace) in layers[layer].enumerated() {
        let tensors = weights.network.layout.layers[layer][direction]
        try workspace.backward(
          steps: active, weight: weights.matrix(tensors.weightHH),
          outputGradients: try gradientsOfOutputs(
            ofDirection: direction, rows: rows, training),
          weightGradient: weights.exactMatrix(tensors.weightHH, in: gradients),
          biases: (
            weights.exactPointer(tensors.biasIH, in: gradients),
            weights.exactPointer(tensors.biasHH, in: gradients)
          ))
      }
      for direction in layers[layer].indices {
        try backwardInput(
          symbols, rows: rows, layer: layer, direction: direction,
          givesInput: layer == 0 || layer > lowest, training, into: gradients)
      }
      if layer > 0 {
        try applyMask(ofLayer: layer, to: outputGradients, into: outputGradients, rows: rows)
      }
    }
    guard lowest == 0, let embeddingGradients = training.embeddingGradients else { return }
    let embedding = weights.network.layout.embedding
    try sum(
      embeddingGradients.pointer, bySymbol: symbols, mask: masks[0]?.pointer ?? 0, rows: rows,
      columns: configuration.embeddingSize, training,
      into: weights.exactPointer(embedding, in: gradients))
    try ngrams?.backward(
      embeddingGradients, steps: active, mask: masks[0]?.pointer ?? 0, into: gradients)
  }

  /// Stored `[T·B, H]`: the gradients of the outputs of a direction.
  private func gradientsOfOutputs(
    ofDirection direction: Int, rows: Int, _ training: Training
  ) throws(CUDAError) -> cu_pointer {
    guard let part = training.directionGradients else { return training.outputGradients.pointer }
    let hidden = configuration.hiddenSize
    try gpu.launch(
      copyColumns, elements: rows * hidden,
      copy_columns_arguments(
        in: training.outputGradients.pointer + cu_pointer(direction * hidden * precision.bytes),
        out: part.pointer, rows: Int32(rows), columns: Int32(hidden),
        in_stride: Int32(configuration.outputSize), out_stride: Int32(hidden)))
    return part.pointer
  }

  /// Writes the gradients of a direction's input weights and, where wanted, of its input, from
  /// those of the input products.
  private func backwardInput(
    _ symbols: cu_pointer, rows: Int, layer: Int, direction: Int, givesInput: Bool,
    _ training: Training, into gradients: GPUBuffer
  ) throws(CUDAError) {
    let tensors = weights.network.layout.layers[layer][direction]
    let width = tensors.weightIH.shape[0]
    let products = layers[layer][direction].gates
    let weightGradient = weights.exactMatrix(tensors.weightIH, in: gradients)
    // The second direction adds to the gradient that the first one wrote.
    let adds = direction > 0
    if layer == 0, let table = training.tableGradient {
      // The gradients of the input products are summed symbol by symbol, [V, G·H]; what is left is
      // two small products in single precision.
      let vocabulary = configuration.vocabularySize
      try sum(
        products.pointer, bySymbol: symbols, mask: 0, rows: rows, columns: width, training,
        into: table.pointer)
      let embedding = weights.network.layout.embedding
      let sums = GPUMatrix(table.pointer, vocabulary, width, .float32)
      try gpu.multiply(
        sums.transposed, by: weights.exactMatrix(embedding), into: weightGradient)
      try gpu.multiply(
        sums, by: weights.exactMatrix(tensors.weightIH),
        into: weights.exactMatrix(embedding, in: gradients), accumulate: adds)
      return
    }
    let size = configuration.inputSize(ofLayer: layer)
    let gates = GPUMatrix(products.pointer, rows, width, precision)
    try gpu.multiply(
      gates.transposed, by: GPUMatrix(input(ofLayer: layer), rows, size, precision),
      into: weightGradient)
    guard givesInput else { return }
    let destination =
      layer == 0 ? training.embeddingGradients?.pointer : training.outputGradients.pointer
    try gpu.multiply(
      gates, by: weights.matrix(tensors.weightIH),
      into: GPUMatrix(destination ?? 0, rows, size, precision), accumulate: adds)
  }

  private func sum(
    _ values: cu_pointer, bySymbol symbols: cu_pointer, mask: cu_pointer, rows: Int, columns: Int,
    _ training: Training, into sums: cu_pointer
  ) throws(CUDAError) {
    let vocabulary = configuration.vocabularySize
    try gpu.launch(
      training.sumsBySymbol, blocks: vocabulary * ((columns + 255) / 256), threads: GPU.threads,
      sums_by_symbol_arguments(
        values: values, symbols: symbols, mask: mask, out: sums, rows: Int32(rows),
        columns: Int32(columns), lanes: Int32(lanes), vocabulary: Int32(vocabulary)))
  }

  // MARK: - State

  /// Puts a stream's state into a lane, before the next chunk.
  func load(_ state: RecurrentState, lane: Int) throws(CUDAError) {
    let hidden = configuration.hiddenSize
    for (index, direction) in layers.joined().enumerated() {
      let part = index * hidden..<(index + 1) * hidden
      try direction.load(
        hidden: Array(state.hidden[part]), cell: state.cell.isEmpty ? nil : Array(state.cell[part]),
        lane: lane)
    }
  }

  /// Copies a lane's state out.
  func save(lane: Int, into state: inout RecurrentState) throws(CUDAError) {
    let hidden = configuration.hiddenSize
    let count = state.hidden.count
    let carries = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    let outputs = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * precision.bytes, alignment: 16)
    defer {
      carries.deallocate()
      outputs.deallocate()
    }
    guard let carry = carries.baseAddress, let output = outputs.baseAddress else { return }
    for (index, direction) in layers.joined().enumerated() {
      try direction.save(
        lane: lane,
        into: .init(
          carry: carry + index * hidden, output: output + index * hidden * precision.bytes))
    }
    try gpu.synchronize()
    guard configuration.cell.hasCellState else {
      state.hidden = Array(carries)
      return
    }
    state.cell = Array(carries)
    state.hidden =
      precision == .bfloat16
      ? outputs.bindMemory(to: UInt16.self).map { Float(bfloat16: $0) }
      : Array(outputs.bindMemory(to: Float.self))
  }
}

extension GPUWeights {
  /// A tensor in a buffer laid out as the parameters.
  func exactPointer(_ tensor: ParameterLayout.Tensor, in buffer: GPUBuffer) -> cu_pointer {
    buffer.pointer + cu_pointer(tensor.range.lowerBound * 4)
  }
}
