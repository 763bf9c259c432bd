import CKernels
import Recurrent

/// The embedding and the recurrent layers, with the memory for one worker's lanes over a chunk.
///
/// Shapes: `T` steps, `B` lanes, `E` embedding, `H` hidden, `D` directions, `V` vocabulary. What is
/// called stored is in the precision of `weights.use`. One thread at a time may use a stack; stacks
/// of several workers share the weights, which none of them writes.
struct RecurrentStack: ~Copyable {
  let weights: PackedWeights
  let steps: Int
  let lanes: Int
  let dropout: Dropout
  private let configuration: ModelConfiguration
  private let layers: [[DirectionWorkspace]]
  /// What each layer reads, and the head at the end, where that is neither a table nor the outputs
  /// below as they are: stored `[T·B, K]`, with both directions side by side and dropout done.
  private let inputs: [UnsafeMutableRawPointer?]
  /// Nil without n-grams.
  private let ngrams: NgramInput?
  /// `[B, K]` by layer, and the output's at the end.
  private let masks: [UnsafeMutablePointer<Float>?]
  /// In training, stored `[T·B, D·H]`: the gradient of a layer's outputs, for each layer in turn.
  let outputGradients: UnsafeMutableRawPointer
  /// In training in both directions, stored `[T·B, H]`: those of one direction.
  private let directionGradients: UnsafeMutableRawPointer
  /// In training without a table, stored `[T·B, E]`.
  private let embeddingGradients: UnsafeMutableRawPointer
  /// In training with a table, `[V, G·H]`.
  private let tableGradient: UnsafeMutablePointer<Float>

  /// By layer and direction.
  private let products: [[InputProducts]]
  private var arena: Arena

  /// - Parameter packed: whether chunks hold texts of different lengths (`StepLanes`).
  init(
    _ weights: PackedWeights, steps: Int, lanes: Int, packed: Bool = false,
    dropout: Dropout = .none
  ) {
    self.weights = weights
    self.steps = steps
    self.lanes = lanes
    self.dropout = dropout
    let configuration = weights.configuration
    let use = weights.use
    let precision = use.precision
    let training = use.training
    let ngrams = weights.layout.ngrams
    precondition((dropout.embedding == 0 && ngrams == nil) || !use.inputTable)
    precondition(packed || ngrams == nil, "a chunk's beginning would need the symbols before it")
    self.configuration = configuration

    var arena = Arena()
    let rows = steps * lanes
    let width = configuration.cell.gateCount * configuration.hiddenSize
    let outputSize = configuration.outputSize
    let last = configuration.layers - 1

    let recurrentProducts = arena.floats(lanes * width)
    let recurrentGradient = training ? arena.floats(lanes * configuration.hiddenSize) : nil
    layers = (0...last).map { layer in
      (0..<configuration.directions).map { direction in
        DirectionWorkspace(
          configuration, weights: weights.layers[layer][direction], use: use, steps: steps,
          lanes: lanes, packed: packed, reversed: direction == 1, arena: &arena,
          recurrentProducts: recurrentProducts, recurrentGradient: recurrentGradient)
      }
    }

    func probability(_ layer: Int) -> Float {
      dropout.probability(before: layer, of: last + 1)
    }
    masks = (0...last + 1).map { layer in
      probability(layer) > 0 ? arena.floats(lanes * configuration.inputSize(ofLayer: layer)) : nil
    }
    inputs = (0...last + 1).map { layer in
      let needed =
        layer == 0 ? !use.inputTable : probability(layer) > 0 || configuration.bidirectional
      return needed
        ? arena.elements(rows * configuration.inputSize(ofLayer: layer), precision) : nil
    }

    self.ngrams = NgramInput(weights, steps: steps, lanes: lanes, arena: &arena)
    let table = training && use.inputTable
    outputGradients = arena.elements(training ? rows * outputSize : 0, precision)
    directionGradients = arena.elements(
      training && configuration.bidirectional ? rows * configuration.hiddenSize : 0, precision)
    embeddingGradients = arena.elements(
      training && !table ? rows * configuration.embeddingSize : 0, precision)
    tableGradient = arena.floats(table ? configuration.vocabularySize * width : 0)

    products = (0...last).map { layer in
      let size = configuration.inputSize(ofLayer: layer)
      return weights.layers[layer].enumerated().map { direction, weights in
        var products = InputProducts()
        if let input = weights.input {
          let inputStep = lanes * size * precision.size
          let gateStep = lanes * width * precision.size
          products.forward = ChunkProduct(
            steps: steps, varies: packed, leftStep: inputStep, resultStep: gateStep
          ) {
            MatrixMultiply(
              .rowMajor($0 * lanes, size), by: input, into: .rowMajor($0 * lanes, width), precision)
          }
          if let matrix = weights.inputBackward {
            // The second direction adds to the gradient that the first one wrote.
            products.backward = .matrix(
              matrix,
              input: ChunkProduct(
                steps: steps, varies: packed, leftStep: gateStep, resultStep: inputStep
              ) {
                MatrixMultiply(
                  .rowMajor($0 * lanes, width), by: matrix, into: .rowMajor($0 * lanes, size),
                  precision, accumulate: direction > 0)
              },
              weight: ChunkProduct(
                steps: steps, varies: packed, leftStep: gateStep, rightStep: inputStep
              ) { steps, accumulate in
                MatrixMultiply(
                  .rowMajor(steps * lanes, width).transposed, by: .rowMajor(steps * lanes, size),
                  into: .rowMajor(width, size), precision, accumulate: accumulate)
              })
          }
        } else if training {
          let table = MatrixLayout.rowMajor(configuration.vocabularySize, width)
          let embedding = MatrixLayout.rowMajor(configuration.vocabularySize, size)
          let weight = MatrixLayout.rowMajor(width, size)
          products.backward = .table(
            embedding: MatrixMultiply(
              table, by: weight, into: embedding, .float32, accumulate: direction > 0),
            weight: MatrixMultiply(
              table.transposed, by: embedding, into: weight, .float32))
        }
        return products
      }
    }
    self.arena = arena
  }

  /// Stored `[T·B, K]`: what a layer above the first reads, or the head.
  private func input(ofLayer layer: Int) -> UnsafeMutableRawPointer {
    inputs[layer] ?? layers[layer - 1][0].outputsOfSteps
  }

  /// Stored `[T, B, D·H]`: what the head reads after a forward pass.
  var headInput: UnsafeMutableRawPointer { input(ofLayer: layers.count) }

  /// Makes what a layer above the first reads, or the head, of the outputs below.
  private func gather(intoLayer layer: Int, rows: Int64) {
    guard let input = inputs[layer] else { return }
    let element = weights.use.precision.element
    let hidden = configuration.hiddenSize
    let size = Int64(configuration.outputSize)
    var source = layers[layer - 1][0].outputsOfSteps
    if configuration.bidirectional {
      for (direction, workspace) in layers[layer - 1].enumerated() {
        ck_copy_columns(
          element, rows, Int64(hidden), workspace.outputsOfSteps, Int64(hidden),
          input + direction * hidden * weights.use.precision.size, size)
      }
      source = input
    }
    if let mask = masks[layer] {
      ck_mask(element, rows, size, Int64(lanes), mask, source, input)
    }
  }

  /// Draws the masks of a chunk. Each lane has random numbers of its own, so that its masks do not
  /// depend on the division of lanes among workers.
  func drawMasks(_ random: (_ lane: Int) -> Xoshiro256) {
    guard masks.contains(where: { $0 != nil }) else { return }
    for lane in 0..<lanes {
      var random = random(lane)
      for (site, mask) in masks.enumerated() {
        guard let mask else { continue }
        let probability = dropout.probability(before: site, of: layers.count)
        let kept = 1 / (1 - probability)
        let size = configuration.inputSize(ofLayer: site)
        for index in lane * size..<(lane + 1) * size {
          mask[index] = random.uniform() < probability ? 0 : kept
        }
      }
    }
  }

  /// Reads the first steps of `symbols`, `[T, B]`, from the current states, or packed texts from
  /// zero, and leaves the outputs in `headInput`. All symbols of those steps must be valid, and of
  /// streams all `T · B`.
  func forward(_ symbols: UnsafePointer<Int32>, steps active: StepLanes) {
    let count = active.steps
    precondition(
      count <= steps && (count == steps || active.arePacked || !configuration.bidirectional))
    let precision = weights.use.precision
    let element = precision.element
    let rows = Int64((active.arePacked ? count : steps) * lanes)
    for (layer, directions) in layers.enumerated() {
      if layer > 0 {
        gather(intoLayer: layer, rows: rows)
      } else if let input = inputs[0] {
        ck_gather(
          element, rows, Int64(configuration.embeddingSize),
          weights.values(of: weights.layout.embedding), symbols, Int64(lanes), masks[0], input)
        ngrams?.add(to: input, symbols: symbols, count: Int(rows), weights: weights, mask: masks[0])
      }
      for (direction, workspace) in directions.enumerated() {
        let packed = weights.layers[layer][direction]
        let tensors = weights.layout.layers[layer][direction]
        let source: DirectionWorkspace.Input
        if let product = products[layer][direction].forward, let matrix = packed.input {
          product(input(ofLayer: layer), matrix, into: workspace.gates, steps: count)
          source = .products
        } else {
          source = .table(weights.inputTables[direction].rows, symbols: symbols)
        }
        workspace.forward(
          source, steps: active, weights: packed,
          bias: (weights.values(of: tensors.biasIH), weights.values(of: tensors.biasHH)))
      }
    }
    gather(intoLayer: layers.count, rows: rows)
  }

  /// Writes the gradients of the embedding and the layers, from the gradient of `headInput` in
  /// `outputGradients`, which is overwritten, and is zero past the ends of packed texts. Streams must
  /// have run all steps.
  /// - Parameters:
  ///   - symbols: those of the forward pass, `[T, B]`.
  ///   - active: that of the forward pass.
  ///   - lowest: the layer to end with, 0 for all and the embedding; gradients of what lies below
  ///     are not written.
  func backward(
    _ symbols: UnsafePointer<Int32>, steps active: StepLanes, to lowest: Int = 0,
    into gradients: FloatBuffer
  ) {
    let element = weights.use.precision.element
    let count = active.steps
    let rows = Int64(count * lanes)
    let outputSize = Int64(configuration.outputSize)
    if let mask = masks[layers.count] {
      ck_mask(
        element, rows, outputSize, Int64(lanes), mask, outputGradients, outputGradients)
    }
    for layer in layers.indices.reversed() where layer >= lowest {
      for (direction, workspace) in layers[layer].enumerated() {
        var outputGradients = outputGradients
        if configuration.bidirectional {
          let hidden = configuration.hiddenSize
          ck_copy_columns(
            element, rows, Int64(hidden),
            outputGradients + direction * hidden * weights.use.precision.size, outputSize,
            directionGradients, Int64(hidden))
          outputGradients = directionGradients
        }
        workspace.backward(
          steps: active, tensors: weights.layout.layers[layer][direction],
          outputGradients: outputGradients, gradients: gradients)
        weights.dropGradient(of: weights.layout.layers[layer][direction].weightHH, in: gradients)
      }
      for (direction, workspace) in layers[layer].enumerated() {
        let tensors = weights.layout.layers[layer][direction]
        let weightGradient = gradients.pointer + tensors.weightIH.range.lowerBound
        switch products[layer][direction].backward {
        case .matrix(let matrix, let input, let weight):
          weight(workspace.gates, self.input(ofLayer: layer), into: weightGradient, steps: count)
          guard layer == 0 || layer > lowest else { continue }
          input(
            workspace.gates, matrix, into: layer == 0 ? embeddingGradients : outputGradients,
            steps: count)
        case .table(let embedding, let weight):
          // The gradients of the input products are summed symbol by symbol, [V, G·H]; what is left
          // is two small products in single precision.
          let width = configuration.cell.gateCount * configuration.hiddenSize
          tableGradient.update(repeating: 0, count: configuration.vocabularySize * width)
          ck_scatter_add(
            element, rows, Int64(width), workspace.gates, symbols, Int64(lanes), nil,
            tableGradient)
          weight(tableGradient, weights.values(of: weights.layout.embedding), into: weightGradient)
          embedding(
            tableGradient, weights.values(of: tensors.weightIH),
            into: gradients.pointer + weights.layout.embedding.range.lowerBound)
        case nil:
          preconditionFailure("a stack for training is needed")
        }
      }
      if layer > 0, let mask = masks[layer] {
        ck_mask(element, rows, outputSize, Int64(lanes), mask, outputGradients, outputGradients)
      }
    }
    if !weights.use.inputTable && lowest == 0 {
      let embedding = weights.layout.embedding.range
      let destination = gradients.pointer + embedding.lowerBound
      destination.update(repeating: 0, count: embedding.count)
      ck_scatter_add(
        element, rows, Int64(configuration.embeddingSize), embeddingGradients, symbols,
        Int64(lanes), masks[0], destination)
      ngrams?.backward(
        embeddingGradients, count: Int(rows), element: element, mask: masks[0], into: gradients)
    }
  }

  // MARK: - State

  /// Makes the states after the first `count` steps those before the next chunk; a reversed
  /// direction reads from a chunk's end and has none to carry on.
  func carryOver(steps count: Int) {
    for directions in layers { directions[0].carryOver(steps: count) }
  }

  /// Puts a stream's state into a lane, before the next chunk.
  func load(_ state: RecurrentState, lane: Int) {
    state.hidden.withUnsafeBufferPointer { hidden in
      state.cell.withUnsafeBufferPointer { cell in
        forEachDirection { part, workspace in
          workspace.load(hidden: hidden[part], cell: cell.isEmpty ? nil : cell[part], lane: lane)
        }
      }
    }
  }

  /// Copies a lane's state out.
  func save(lane: Int, into state: inout RecurrentState) {
    state.hidden.withUnsafeMutableBufferPointer { hidden in
      state.cell.withUnsafeMutableBufferPointer { cell in
        forEachDirection { part, workspace in
          workspace.save(hidden: hidden[part], cell: cell.isEmpty ? nil : cell[part], lane: lane)
        }
      }
    }
  }

  /// `part` is where a direction's values stand in a state's.
  private func forEachDirection(
    _ body: (_ part: Range<Int>, DirectionWorkspace) -> Void
  ) {
    let hidden = configuration.hiddenSize
    for (layer, directions) in layers.enumerated() {
      for (direction, workspace) in directions.enumerated() {
        let first = (layer * directions.count + direction) * hidden
        body(first..<first + hidden, workspace)
      }
    }
  }
}
