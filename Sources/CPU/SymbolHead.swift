import CKernels
import Recurrent

/// The linear layer from the last outputs to logits, with softmax and cross-entropy behind it, for
/// one worker's `T·B` rows, or all shares of its work.
///
/// Rows are taken in blocks, so that logits of a large vocabulary need no more than a few megabytes.
struct SymbolHead: ~Copyable {
  private let weights: PackedWeights
  private let head: PackedWeights.Head
  private let vocabulary: Int
  private let inputSize: Int
  private let blocks: [Block]
  /// By share: those of its part of the weights' gradient.
  private let columns: [Range<Int>]
  /// `[rows of a block, V]`
  private let logits: UnsafeMutablePointer<Float>
  /// In training, stored `[rows of a block, V]`.
  private let logitGradients: UnsafeMutableRawPointer
  private var arena: Arena

  private struct Block {
    var rows: Range<Int>
    /// `[rows, D·H] · [D·H, V]`
    var logits: ChunkProduct
    var backward: Backward?

    struct Backward {
      var weights: PackedMatrix
      /// `[rows, V] · [V, D·H]`
      var input: ChunkProduct
      /// By share: `[V, rows] · [rows, D·H]`, some columns of it, added to what earlier blocks gave.
      var weight: [MatrixMultiply]
    }

    /// A share's rows, in the block.
    func rows(_ share: Share) -> Range<Int> {
      share.range(of: rows.count, unit: ChunkProduct.rowUnit)
    }
  }

  /// - Parameter head: that of `weights`.
  init(_ head: PackedWeights.Head, of weights: PackedWeights, rows: Int) {
    self.weights = weights
    self.head = head
    let use = weights.use
    let vocabulary = weights.configuration.vocabularySize
    let inputSize = weights.configuration.outputSize
    self.vocabulary = vocabulary
    self.inputSize = inputSize
    let most = min(rows, max(16, (1 << 20) / vocabulary))
    let columns = (0..<use.shares).map {
      Share.range($0, of: use.shares, inputSize, unit: GateOrder.block)
    }
    self.columns = columns
    blocks = stride(from: 0, to: rows, by: most).map { first in
      let count = min(most, rows - first)
      let shape = ChunkProduct.Shape(steps: count, lanes: 1, varies: false, shares: use.shares)
      let inputRow = inputSize * use.precision.size
      return Block(
        rows: first..<first + count,
        logits: ChunkProduct(
          shape, leftRow: inputRow, resultRow: vocabulary * MemoryLayout<Float>.size
        ) {
          MatrixMultiply(
            .rowMajor($0, inputSize), by: head.logits, into: .rowMajor($0, vocabulary), .float32)
        },
        backward: head.backward.map { matrix in
          Block.Backward(
            weights: matrix,
            input: ChunkProduct(
              shape, leftRow: vocabulary * use.precision.size, resultRow: inputRow
            ) {
              MatrixMultiply(
                .rowMajor($0, vocabulary), by: matrix, into: .rowMajor($0, inputSize),
                use.precision)
            },
            weight: columns.map { columns in
              MatrixMultiply(
                .rowMajor(count, vocabulary).transposed,
                by: .rowMajor(count, columns.count, stride: inputSize),
                into: .rowMajor(vocabulary, columns.count, stride: inputSize), use.precision,
                accumulate: first > 0)
            })
        })
    }
    var arena = Arena()
    logits = arena.floats(most * vocabulary)
    logitGradients = arena.elements(use.training ? most * vocabulary : 0, use.precision)
    self.arena = arena
  }

  private func offset(_ row: Int) -> Int { row * inputSize * weights.use.precision.size }

  /// Logits with bias, `[rows, V]`, valid until the next call; all rows must fit one block.
  func computeLogits(_ input: UnsafeRawPointer) -> UnsafeMutablePointer<Float> {
    precondition(blocks.count == 1, "rows beyond a block have no logits of their own")
    let rows = blocks[0].rows
    blocks[0].logits(input, head.logits, into: logits, steps: rows.count, .whole)
    let bias = weights.values(of: head.tensors.bias)
    for row in rows {
      let values = logits + row * vocabulary
      for symbol in 0..<vocabulary { values[symbol] += bias[symbol] }
    }
    return logits
  }

  /// The sum over a share's part of the first `count` rows of the targets' surprisal, in nats.
  /// - Parameters:
  ///   - losses: each row's, `[count]`, where wanted.
  ///   - distributions: where to add the softmax of each row, where wanted.
  func loss(
    _ input: UnsafeRawPointer, targets: UnsafePointer<Int32>, rows count: Int,
    losses: UnsafeMutablePointer<Float>? = nil, distributions: SoftTargets.Rows? = nil,
    _ share: Share = .whole
  ) -> Double {
    var total = 0.0
    for block in blocks where block.rows.lowerBound < count {
      let rows = block.rows(share).clamped(to: 0..<count - block.rows.lowerBound)
      let first = block.rows.lowerBound + rows.lowerBound
      let logits = logits + rows.lowerBound * vocabulary
      // Of blocks that differ in size a share has other rows, in which logits are still read.
      share.meet()
      block.logits(
        input + offset(block.rows.lowerBound), head.logits, into: self.logits,
        steps: block.rows.count, share)
      total += ck_cross_entropy(
        weights.use.precision.element, Int64(rows.count), Int64(vocabulary), logits,
        weights.values(of: head.tensors.bias), targets + first, 0, nil, losses.map { $0 + first })
      if let distributions {
        ck_add_softmax(
          Int64(rows.count), Int64(vocabulary), logits, distributions.index + first,
          distributions.share, distributions.targets.table)
      }
    }
    return total
  }

  /// The sum over a share's part of the first `count` rows of the targets' surprisal in nats; writes
  /// `scale` times its gradients. Targets below 0 count for nothing; those from `count` to the end of a
  /// block must be such.
  /// - Parameters:
  ///   - softTargets: a part of each target for the gradients; without it `targets` are all of it.
  ///   - inputGradients: stored `[rows, D·H]`.
  ///   - gradients: nil where those of the weights are not wanted.
  func lossAndGradients(
    _ input: UnsafeRawPointer, targets: UnsafePointer<Int32>, softTargets: SoftTargets.Rows? = nil,
    rows count: Int, scale: Float, inputGradients: UnsafeMutableRawPointer, gradients: FloatBuffer?,
    _ share: Share = .whole
  ) -> Double {
    let element = weights.use.precision.element
    let symbols = share.range(of: vocabulary)
    let bias = gradients.map {
      $0.pointer + head.tensors.bias.range.lowerBound + symbols.lowerBound
    }
    bias?.update(repeating: 0, count: symbols.count)
    let columns = columns[share.index]
    let weightGradient = gradients.map {
      $0.pointer + head.tensors.weight.range.lowerBound + columns.lowerBound
    }
    var total = 0.0
    for block in blocks where block.rows.lowerBound < count {
      guard let backward = block.backward else {
        preconditionFailure("weights for training are needed")
      }
      let rows = block.rows(share)
      let first = block.rows.lowerBound + rows.lowerBound
      let input = input + offset(block.rows.lowerBound)
      let logits = logits + rows.lowerBound * vocabulary
      let logitGradients =
        logitGradients + rows.lowerBound * vocabulary * weights.use.precision.size
      // What the last block left is still read.
      share.meet()
      block.logits(input, head.logits, into: self.logits, steps: block.rows.count, share)
      total += ck_cross_entropy(
        element, Int64(rows.count), Int64(vocabulary), logits,
        weights.values(of: head.tensors.bias), targets + first, scale, logitGradients, nil)
      if let softTargets {
        ck_soften_targets(
          element, Int64(rows.count), Int64(vocabulary), targets + first, softTargets.index + first,
          softTargets.targets.table, scale * softTargets.share, logitGradients)
      }
      backward.input(
        self.logitGradients, backward.weights,
        into: inputGradients + offset(block.rows.lowerBound), steps: block.rows.count, share)
      share.meet()
      guard let bias, let weightGradient else { continue }
      backward.weight[share.index](
        self.logitGradients, input + columns.lowerBound * weights.use.precision.size,
        into: weightGradient)
      ck_add_column_sums(
        element, Int64(block.rows.count), Int64(symbols.count), Int64(vocabulary),
        self.logitGradients + symbols.lowerBound * weights.use.precision.size, bias)
    }
    return total
  }
}
