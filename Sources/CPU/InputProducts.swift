import Recurrent

/// The products by the input weights of one direction of a layer, over a whole chunk.
struct InputProducts {
  /// `[T·B, K] · [K, G·H]`
  let forward: ChunkProduct?
  let backward: Backward?

  enum Backward {
    /// `[T·B, G·H] · [G·H, K]` and `[G·H, T·B] · [T·B, K]`
    case matrix(PackedMatrix, input: ChunkProduct, weight: ChunkProduct)
    /// `[V, G·H] · [G·H, E]` and `[G·H, V] · [V, E]`
    case table(embedding: ChunkProduct, weight: ChunkProduct)
  }

  init(_ weights: PackedWeights, layer: Int, direction: Int, _ shape: ChunkProduct.Shape) {
    let configuration = weights.configuration
    let packed = weights.layers[layer][direction]
    let precision = weights.use.precision
    let gates = configuration.cell.gateCount
    let width = gates * configuration.hiddenSize
    let size = configuration.inputSize(ofLayer: layer)
    let columns = weights.use.units(of: configuration.hiddenSize).map {
      gates * $0.lowerBound..<gates * $0.upperBound
    }
    // The second direction adds to the gradient that the first one wrote.
    let accumulate = direction > 0

    forward = packed.input.map { matrix in
      ChunkProduct(shape, leftRow: size * precision.size, resultRow: width * precision.size) {
        MatrixMultiply(.rowMajor($0, size), by: matrix, into: .rowMajor($0, width), precision)
      }
    }
    if let matrix = packed.inputBackward {
      backward = .matrix(
        matrix,
        input: ChunkProduct(
          shape, leftRow: width * precision.size, resultRow: size * precision.size
        ) {
          MatrixMultiply(
            .rowMajor($0, width), by: matrix, into: .rowMajor($0, size), precision,
            accumulate: accumulate)
        },
        weight: ChunkProduct(shape, columns: columns, of: width, by: size, precision))
    } else if weights.use.training {
      // The table's gradients are summed in single precision.
      let rows = ChunkProduct.Shape(
        steps: configuration.vocabularySize, lanes: 1, varies: false, shares: shape.shares)
      let float = MemoryLayout<Float>.size
      backward = .table(
        embedding: ChunkProduct(rows, leftRow: width * float, resultRow: size * float) {
          MatrixMultiply(
            .rowMajor($0, width), by: .rowMajor(width, size), into: .rowMajor($0, size), .float32,
            accumulate: accumulate)
        },
        weight: ChunkProduct(rows, columns: columns, of: width, by: size, .float32))
    } else {
      backward = nil
    }
  }
}
