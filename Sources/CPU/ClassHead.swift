import CKernels
import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// Pooling over the steps of one worker's texts, normalisation, the linear layer from features to
/// the classes' logits, and softmax with cross-entropy behind it. All of it in single precision.
///
/// Shapes: `T` steps, `B` lanes, `D·H` outputs, `F` features, `C` classes.
struct ClassHead: ~Copyable {
  private let weights: PackedWeights
  private let tensors: ParameterLayout.Linear
  private let normalization: ParameterLayout.Normalization
  private let configuration: ModelConfiguration
  private let parts: [Pooling]
  private let lanes: Int
  private let classes: Int
  private let width: Int
  /// `[B]`
  private let lengths: UnsafeMutablePointer<Int32>
  /// `[B, F]`
  private let pooled: UnsafeMutablePointer<Float>
  /// `[B, F]`: the same, normalised.
  private let features: UnsafeMutablePointer<Float>
  /// `[B, C]`
  let logits: UnsafeMutablePointer<Float>
  /// `[B, F]`
  private let featureGradients: UnsafeMutablePointer<Float>
  /// `[B, D·H]`: the steps of the largest values.
  private let largest: UnsafeMutablePointer<Int32>
  /// `[T, B]`: attention's weights.
  private let attention: UnsafeMutablePointer<Float>

  /// `[B, F] · [F, C]`
  private let product: MatrixMultiply
  /// `[B, C] · [C, F]`
  private let featureProduct: MatrixMultiply
  /// `[C, B] · [B, F]`
  private let weightProduct: MatrixMultiply
  private var arena: Arena

  init(_ weights: PackedWeights, steps: Int, lanes: Int) {
    guard let tensors = weights.layout.classifier,
      let normalization = weights.layout.normalization,
      let classifier = weights.configuration.classifier
    else { preconditionFailure("a classifier is needed") }
    self.weights = weights
    self.tensors = tensors
    self.normalization = normalization
    self.lanes = lanes
    configuration = weights.configuration
    parts = classifier.pooling.parts
    classes = classifier.classes
    width = configuration.outputSize
    let count = configuration.featureCount
    var arena = Arena()
    lengths = arena.integers(lanes)
    pooled = arena.floats(lanes * count)
    features = arena.floats(lanes * count)
    logits = arena.floats(lanes * classes)
    featureGradients = arena.floats(weights.use.training ? lanes * count : 0)
    largest = arena.integers(parts.contains(.max) ? lanes * width : 0)
    attention = arena.floats(parts.contains(.attention) ? steps * lanes : 0)
    self.arena = arena
    let input = MatrixLayout.rowMajor(lanes, count)
    let weight = MatrixLayout.rowMajor(classes, count)
    let output = MatrixLayout.rowMajor(lanes, classes)
    product = MatrixMultiply(
      input, by: weight.transposed, into: output, .float32)
    featureProduct = MatrixMultiply(output, by: weight, into: input, .float32)
    weightProduct = MatrixMultiply(output.transposed, by: input, into: weight, .float32)
  }

  private func pool() -> ck_pool {
    ck_pool(
      element: weights.use.precision.element, lanes: Int64(lanes), width: Int64(width),
      stride: Int64(configuration.featureCount), lengths: UnsafePointer(lengths))
  }

  /// Where the output after a text's last step lies, of the backward direction after its first.
  private func lastOutput(_ lane: Int, direction: Int) -> Int {
    let step = direction == 0 ? Int(lengths[lane]) - 1 : 0
    return ((step * lanes + lane) * configuration.directions + direction)
      * configuration.hiddenSize * weights.use.precision.size
  }

  /// Leaves the classes' logits `[B, C]` in `logits`. A lane without steps has those of features
  /// that are zero before they are normalised.
  /// - Parameter outputs: stored `[T, B, D·H]`.
  func forward(_ outputs: UnsafeRawPointer, lengths given: [Int]) {
    for lane in 0..<lanes { lengths[lane] = lane < given.count ? Int32(given[lane]) : 0 }
    var pool = pool()
    for (index, part) in parts.enumerated() {
      let pooled = pooled + index * width
      switch part {
      case .last: takeLast(outputs, into: pooled)
      case .max: ck_pool_max(&pool, outputs, pooled, largest)
      case .attention: ck_pool_attention(&pool, outputs, query, attention, pooled)
      case .mean, .concat: ck_pool_mean(&pool, outputs, pooled)
      }
    }
    normalize()
    product(features, weights.values(of: tensors.weight), into: logits)
    let bias = weights.values(of: tensors.bias)
    for lane in 0..<lanes {
      for label in 0..<classes { logits[lane * classes + label] += bias[label] }
    }
  }

  /// The factor on a feature's difference from its mean.
  private func scale(_ feature: Int) -> Float {
    let variance = weights.values(of: normalization.variance)[feature]
    return 1 / (variance + ParameterLayout.Normalization.epsilon).squareRoot()
  }

  private func normalize() {
    let count = configuration.featureCount
    let mean = weights.values(of: normalization.mean)
    for feature in 0..<count {
      let scale = scale(feature)
      for index in stride(from: feature, to: lanes * count, by: count) {
        features[index] = (pooled[index] - mean[feature]) * scale
      }
    }
  }

  /// Adds up the features of the texts of the last forward pass, before they were normalised, and
  /// their squares: `[F]` each.
  func addMoments(
    _ sums: UnsafeMutablePointer<Float>, _ squares: UnsafeMutablePointer<Float>
  ) {
    let count = configuration.featureCount
    for lane in 0..<lanes where lengths[lane] > 0 {
      let row = pooled + lane * count
      for feature in 0..<count {
        sums[feature] += row[feature]
        squares[feature] += row[feature] * row[feature]
      }
    }
  }

  /// The query of attention pooling, `[D·H]`.
  private var query: UnsafePointer<Float> {
    guard let tensor = weights.layout.attention else {
      preconditionFailure("attention pooling needs its query")
    }
    return weights.values(of: tensor)
  }

  private func takeLast(_ outputs: UnsafeRawPointer, into features: UnsafeMutablePointer<Float>) {
    let hidden = configuration.hiddenSize
    for lane in 0..<lanes {
      for direction in 0..<configuration.directions {
        let feature = features + lane * configuration.featureCount + direction * hidden
        if lengths[lane] == 0 {
          feature.update(repeating: 0, count: hidden)
        } else {
          ck_load(
            weights.use.precision.element, Int64(hidden),
            outputs + lastOutput(lane, direction: direction), feature)
        }
      }
    }
  }

  /// The weighted sum of the labels' surprisal in nats, as PyTorch's `cross_entropy` has it before it
  /// divides; overwrites `logits` with `scale` times its gradients.
  /// - Parameters:
  ///   - labels: by lane; lanes after them hold nothing.
  ///   - expected: by lane, what teachers expect, `[C]`; empty where there are none.
  func loss(_ labels: [Int32], expected: [[Float]], _ targets: LabelTargets) -> Double {
    var total = 0.0
    let expectedShare = expected.isEmpty ? 0 : targets.expectedShare
    let share = (1 - expectedShare) * targets.smoothing / Float(classes)
    for lane in 0..<lanes {
      let row = logits + lane * classes
      guard lane < labels.count else {
        row.update(repeating: 0, count: classes)
        continue
      }
      let label = Int(labels[lane])
      let weight = targets.classWeights[label] * (1 - targets.smoothing) * (1 - expectedShare)
      func target(_ index: Int) -> Float {
        let taught = expectedShare > 0 ? expectedShare * expected[lane][index] : 0
        return (index == label ? weight : 0) + targets.classWeights[index] * (share + taught)
      }
      var largest = row[0]
      for index in 1..<classes { largest = max(largest, row[index]) }
      var sum: Float = 0
      for index in 0..<classes { sum += exp(row[index] - largest) }
      let logSum = largest + log(sum)
      // Σ over classes of target weight · -log p, whose gradient is (Σ target weights) p - target.
      var mass: Float = 0
      for index in 0..<classes {
        let target = target(index)
        total += Double(target * (logSum - row[index]))
        mass += target
      }
      for index in 0..<classes {
        let target = target(index)
        row[index] = targets.scale * (mass * exp(row[index] - logSum) - target)
      }
    }
    return total
  }

  /// Writes the gradients of the head's tensors and, added to what is there, of the outputs.
  /// - Parameters:
  ///   - outputs: those of the forward pass.
  ///   - outputGradients: stored `[T, B, D·H]`; nil where the body is not trained.
  func backward(
    _ outputs: UnsafeRawPointer, outputGradients: UnsafeMutableRawPointer?, gradients: FloatBuffer
  ) {
    weightProduct(
      logits, features, into: gradients.pointer + tensors.weight.range.lowerBound)
    let bias = gradients.pointer + tensors.bias.range.lowerBound
    bias.update(repeating: 0, count: classes)
    ck_add_column_sums(
      CK_F32, Int64(lanes), Int64(classes), Int64(classes), logits, bias)
    featureProduct(logits, weights.values(of: tensors.weight), into: featureGradients)
    let count = configuration.featureCount
    for feature in 0..<count {
      let scale = scale(feature)
      for index in stride(from: feature, to: lanes * count, by: count) {
        featureGradients[index] *= scale
      }
    }
    var pool = pool()
    for (index, part) in parts.enumerated() {
      let featureGradients = featureGradients + index * width
      switch part {
      case .attention:
        guard let tensor = weights.layout.attention else { continue }
        let queryGradient = gradients.pointer + tensor.range.lowerBound
        queryGradient.update(repeating: 0, count: width)
        ck_pool_attention_backward(
          &pool, outputs, query, attention, pooled + index * width, featureGradients,
          queryGradient, outputGradients)
      case .last: outputGradients.map { giveLast(featureGradients, to: $0) }
      case .max:
        outputGradients.map { ck_pool_max_backward(&pool, largest, featureGradients, $0) }
      case .mean, .concat:
        outputGradients.map { ck_pool_mean_backward(&pool, featureGradients, $0) }
      }
    }
  }

  private func giveLast(
    _ featureGradients: UnsafePointer<Float>, to outputGradients: UnsafeMutableRawPointer
  ) {
    let hidden = configuration.hiddenSize
    for lane in 0..<lanes where lengths[lane] > 0 {
      for direction in 0..<configuration.directions {
        ck_add_to_stored(
          weights.use.precision.element, Int64(hidden),
          featureGradients + lane * configuration.featureCount + direction * hidden,
          outputGradients + lastOutput(lane, direction: direction))
      }
    }
  }
}
