import CKernels
import Recurrent

/// The embedding and the recurrent layers, with the memory for one worker's lanes over a chunk.
///
/// Shapes: `T` steps, `B` lanes, `E` embedding, `H` hidden, `D` directions, `V` vocabulary. What is
/// called stored is in the precision of `weights.use`. One thread at a time may use a stack, or all
/// shares of its work at once; stacks of several workers share the weights, which none of them writes.
struct RecurrentStack: ~Copyable {
  let weights: PackedWeights
  let steps: Int
  let lanes: Int
  let dropout: Dropout
  let configuration: ModelConfiguration
  let layers: [[DirectionWorkspace]]
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
  let embeddingGradients: UnsafeMutableRawPointer
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
    precondition(use.shares == 1 || !packed && !configuration.bidirectional)
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

    let shape = ChunkProduct.Shape(
      steps: steps, lanes: lanes, varies: packed, shares: use.shares)
    products = (0...last).map { layer in
      weights.layers[layer].indices.map { direction in
        InputProducts(weights, layer: layer, direction: direction, shape)
      }
    }
    self.arena = arena
  }

  /// The rows of the n-grams' table that the last backward pass has written gradients of; nil where
  /// there is none to train.
  var touchedRows: TouchedRows? { ngrams?.touched }

  /// Stored `[T·B, K]`: what a layer above the first reads, or the head.
  private func input(ofLayer layer: Int) -> UnsafeMutableRawPointer {
    inputs[layer] ?? layers[layer - 1][0].outputsOfSteps
  }

  /// Stored `[T, B, D·H]`: what the head reads after a forward pass.
  var headInput: UnsafeMutableRawPointer { input(ofLayer: layers.count) }

  /// A share's part of a chunk's rows: those of whole steps.
  private func rows(ofSteps count: Int, _ share: Share) -> Range<Int> {
    let steps = share.range(of: count)
    return steps.lowerBound * lanes..<steps.upperBound * lanes
  }

  /// Makes what a layer above the first reads, or the head, of the outputs below.
  private func gather(intoLayer layer: Int, steps count: Int, _ share: Share) {
    guard inputs[layer] != nil else { return }
    let range = rows(ofSteps: count, share)
    let rows = Int64(range.count)
    let element = weights.use.precision.element
    let hidden = configuration.hiddenSize
    let size = Int64(configuration.outputSize)
    let offset = range.lowerBound * configuration.outputSize * weights.use.precision.size
    let input = self.input(ofLayer: layer) + offset
    defer { share.meet() }
    var source = layers[layer - 1][0].outputsOfSteps + offset
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
  func forward(_ symbols: UnsafePointer<Int32>, steps active: StepLanes, _ share: Share = .whole) {
    precondition(share.count == weights.use.shares)
    let count = active.steps
    precondition(
      count <= steps && (count == steps || active.arePacked || !configuration.bidirectional))
    let precision = weights.use.precision
    let element = precision.element
    let filled = active.arePacked ? count : steps
    for (layer, directions) in layers.enumerated() {
      if layer > 0 {
        gather(intoLayer: layer, steps: filled, share)
      } else if let input = inputs[0] {
        let rows = rows(ofSteps: filled, share)
        ck_gather(
          element, Int64(rows.count), Int64(configuration.embeddingSize),
          weights.values(of: weights.layout.embedding), symbols + rows.lowerBound, Int64(lanes),
          masks[0], input + rows.lowerBound * configuration.embeddingSize * precision.size)
        ngrams?.add(
          to: input, symbols: symbols, count: rows.count, weights: weights, mask: masks[0])
        share.meet()
      }
      for (direction, workspace) in directions.enumerated() {
        let source: DirectionWorkspace.Input
        if let product = products[layer][direction].forward,
          let matrix = weights.layers[layer][direction].input
        {
          product(input(ofLayer: layer), matrix, into: workspace.gates, steps: count, share)
          share.meet()
          source = .products
        } else {
          source = .table(weights.inputTables[direction].rows, symbols: symbols)
        }
        workspace.forward(
          source, steps: active, weights: weights.layers[layer][direction].recurrent,
          bias: weights.biases(ofLayer: layer, direction), share)
      }
    }
    gather(intoLayer: layers.count, steps: filled, share)
  }

  /// Masks a share's rows of the gradients of a layer's outputs.
  private func maskGradients(_ mask: UnsafeMutablePointer<Float>?, steps count: Int, _ share: Share)
  {
    guard let mask else { return }
    share.meet()
    let size = configuration.outputSize
    let rows = rows(ofSteps: count, share)
    let gradients = outputGradients + rows.lowerBound * size * weights.use.precision.size
    ck_mask(
      weights.use.precision.element, Int64(rows.count), Int64(size), Int64(lanes), mask, gradients,
      gradients)
  }

  /// Writes the gradients of the embedding and the layers, from the gradient of `headInput` in
  /// `outputGradients`, which is overwritten, and is zero past the ends of packed texts. Streams must
  /// have run all steps.
  /// - Parameters:
  ///   - symbols: those of the forward pass, `[T, B]`.
  ///   - active: that of the forward pass.
  ///   - lowest: the layer to end with, 0 for all and the embedding; gradients of what lies below
  ///     are not written.
  ///   - gradients: nil where only `embeddingGradients` are wanted.
  ///   - finished: told of each segment (`ParameterLayout.segments`) when the next one begins, and of the
  ///     last at the end.
  func backward(
    _ symbols: UnsafePointer<Int32>, steps active: StepLanes, to lowest: Int = 0,
    into gradients: FloatBuffer?, finished: ((_ segment: Int) -> Void)? = nil,
    _ share: Share = .whole
  ) {
    let element = weights.use.precision.element
    let count = active.steps
    let rows = Int64(count * lanes)
    let outputSize = Int64(configuration.outputSize)
    maskGradients(masks[layers.count], steps: count, share)
    for layer in layers.indices.reversed() where layer >= lowest {
      share.meet()
      if share.index == 0 { finished?(layers.count - 1 - layer) }
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
        let tensors = weights.layout.layers[layer][direction]
        workspace.backward(
          steps: active, tensors: tensors, outputGradients: outputGradients, gradients: gradients,
          share)
        if weights.use.weightDrop > 0, let gradients {
          share.meet()
          if share.index == 0 { weights.dropGradient(of: tensors.weightHH, in: gradients) }
        }
      }
      for direction in layers[layer].indices {
        backwardInput(
          symbols, steps: count, layer: layer, direction: direction,
          givesInput: layer == 0 || layer > lowest, into: gradients, share)
      }
      if layer > 0 { maskGradients(masks[layer], steps: count, share) }
    }
    if let gradients, !weights.use.inputTable && lowest == 0 {
      scatterEmbeddingGradients(symbols, steps: active, into: gradients, share)
    }
    guard let finished else { return }
    share.meet()
    if share.index == 0 { finished(layers.count) }
  }

  /// Writes the gradients of a layer's input weights and, where wanted, of its input, from those of the
  /// input products, of which every share has its own columns.
  private func backwardInput(
    _ symbols: UnsafePointer<Int32>, steps count: Int, layer: Int, direction: Int, givesInput: Bool,
    into gradients: FloatBuffer?, _ share: Share
  ) {
    let workspace = layers[layer][direction]
    let tensors = weights.layout.layers[layer][direction]
    switch products[layer][direction].backward {
    case .matrix(let matrix, let input, let weight):
      if let gradients {
        weight(
          workspace.gates, self.input(ofLayer: layer),
          into: gradients.pointer + tensors.weightIH.range.lowerBound, steps: count, share)
      }
      guard givesInput else { return }
      input(
        workspace.gates, matrix, into: layer == 0 ? embeddingGradients : outputGradients,
        steps: count, share)
    case .table(let embedding, let weight):
      guard let gradients else { preconditionFailure("embeddings have gradients by a matrix") }
      // The gradients of the input products are summed symbol by symbol, [V, G·H]; what is left is two
      // small products in single precision.
      let vocabulary = configuration.vocabularySize
      let width = configuration.cell.gateCount * configuration.hiddenSize
      let columns = share.range(of: width, unit: configuration.cell.gateCount * GateOrder.block)
      for symbol in 0..<vocabulary {
        (tableGradient + symbol * width + columns.lowerBound).update(
          repeating: 0, count: columns.count)
      }
      ck_scatter_add(
        weights.use.precision.element, Int64(count * lanes), Int64(columns.count), Int64(width),
        workspace.gates + columns.lowerBound * weights.use.precision.size, symbols, Int64(lanes),
        nil, tableGradient + columns.lowerBound)
      weight(
        tableGradient, weights.values(of: weights.layout.embedding),
        into: gradients.pointer + tensors.weightIH.range.lowerBound, steps: vocabulary, share)
      share.meet()
      embedding(
        tableGradient, weights.values(of: tensors.weightIH),
        into: gradients.pointer + weights.layout.embedding.range.lowerBound, steps: vocabulary,
        share)
    case nil:
      preconditionFailure("a stack for training is needed")
    }
  }

  /// Adds the gradients of the first layer's input to those of the symbols' embeddings.
  private func scatterEmbeddingGradients(
    _ symbols: UnsafePointer<Int32>, steps active: StepLanes, into gradients: FloatBuffer,
    _ share: Share
  ) {
    let element = weights.use.precision.element
    let size = configuration.embeddingSize
    let columns = share.range(of: size, unit: GateOrder.block)
    let destination =
      gradients.pointer + weights.layout.embedding.range.lowerBound + columns.lowerBound
    share.meet()
    for symbol in 0..<configuration.vocabularySize {
      (destination + symbol * size).update(repeating: 0, count: columns.count)
    }
    ck_scatter_add(
      element, Int64(active.steps * lanes), Int64(columns.count), Int64(size),
      embeddingGradients + columns.lowerBound * weights.use.precision.size, symbols, Int64(lanes),
      masks[0].map { $0 + columns.lowerBound }, destination)
    ngrams?.backward(
      embeddingGradients, steps: active, precision: weights.use.precision, mask: masks[0],
      into: gradients)
  }
}
