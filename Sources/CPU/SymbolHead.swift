import CKernels
import Recurrent

/// The linear layer from the last outputs to logits, with softmax and cross-entropy behind it, for
/// one worker's `T·B` rows.
///
/// Rows are taken in blocks, so that logits of a large vocabulary need no more than a few megabytes.
struct SymbolHead: ~Copyable {
  private let weights: PackedWeights
  private let head: PackedWeights.Head
  private let vocabulary: Int
  private let inputSize: Int
  private let blocks: [Block]
  /// `[rows of a block, V]`
  private let logits: UnsafeMutablePointer<Float>
  /// In training, stored `[rows of a block, V]`.
  private let logitGradients: UnsafeMutableRawPointer
  private var arena: Arena

  private struct Block {
    var rows: Range<Int>
    /// `[rows, D·H] · [D·H, V]`
    var logits: MatrixMultiply
    var backward: Backward?

    struct Backward {
      var weights: PackedMatrix
      /// `[rows, V] · [V, D·H]`
      var input: MatrixMultiply
      /// `[V, rows] · [rows, D·H]`, added to what earlier blocks gave
      var weight: MatrixMultiply
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
    blocks = stride(from: 0, to: rows, by: most).map { first in
      let count = min(most, rows - first)
      let input = MatrixLayout.rowMajor(count, inputSize)
      let output = MatrixLayout.rowMajor(count, vocabulary)
      return Block(
        rows: first..<first + count,
        logits: MatrixMultiply(input, by: head.logits, into: output, .float32),
        backward: head.backward.map { matrix in
          Block.Backward(
            weights: matrix,
            input: MatrixMultiply(output, by: matrix, into: input, use.precision),
            weight: MatrixMultiply(
              output.transposed, by: input, into: .rowMajor(vocabulary, inputSize), use.precision,
              accumulate: first > 0))
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
    let block = blocks[0]
    block.logits(input, head.logits, into: logits)
    let bias = weights.values(of: head.tensors.bias)
    for row in block.rows {
      let values = logits + row * vocabulary
      for symbol in 0..<vocabulary { values[symbol] += bias[symbol] }
    }
    return logits
  }

  /// The sum over the first `count` rows of the targets' surprisal, in nats.
  /// - Parameters:
  ///   - losses: each row's, `[count]`, where wanted.
  ///   - distributions: where to add the softmax of each row, where wanted.
  func loss(
    _ input: UnsafeRawPointer, targets: UnsafePointer<Int32>, rows count: Int,
    losses: UnsafeMutablePointer<Float>? = nil, distributions: SoftTargets.Rows? = nil
  ) -> Double {
    var total = 0.0
    for block in blocks where block.rows.lowerBound < count {
      let first = block.rows.lowerBound
      block.logits(input + offset(first), head.logits, into: logits)
      total += ck_cross_entropy(
        weights.use.precision.element, Int64(min(block.rows.count, count - first)),
        Int64(vocabulary), logits, weights.values(of: head.tensors.bias), targets + first, 0, nil,
        losses.map { $0 + first })
      if let distributions {
        ck_add_softmax(
          Int64(min(block.rows.count, count - first)), Int64(vocabulary), logits,
          distributions.index + first, distributions.share, distributions.targets.table)
      }
    }
    return total
  }

  /// The sum over the first `count` rows of the targets' surprisal in nats; writes `scale` times its
  /// gradients. Targets below 0 count for nothing; those from `count` to the end of a block must be
  /// such.
  /// - Parameters:
  ///   - softTargets: a part of each target for the gradients; without it `targets` are all of it.
  ///   - inputGradients: stored `[rows, D·H]`.
  func lossAndGradients(
    _ input: UnsafeRawPointer, targets: UnsafePointer<Int32>, softTargets: SoftTargets.Rows? = nil,
    rows count: Int, scale: Float, inputGradients: UnsafeMutableRawPointer, gradients: FloatBuffer
  ) -> Double {
    let element = weights.use.precision.element
    let bias = gradients.pointer + head.tensors.bias.range.lowerBound
    bias.update(repeating: 0, count: vocabulary)
    var total = 0.0
    for block in blocks where block.rows.lowerBound < count {
      guard let backward = block.backward else {
        preconditionFailure("weights for training are needed")
      }
      let first = block.rows.lowerBound
      let rows = Int64(block.rows.count)
      let input = input + offset(first)
      block.logits(input, head.logits, into: logits)
      total += ck_cross_entropy(
        element, rows, Int64(vocabulary), logits, weights.values(of: head.tensors.bias),
        targets + first,
        scale, logitGradients, nil)
      if let softTargets {
        ck_soften_targets(
          element, rows, Int64(vocabulary), targets + first, softTargets.index + first,
          softTargets.targets.table, scale * softTargets.share, logitGradients)
      }
      backward.weight(
        logitGradients, input, into: gradients.pointer + head.tensors.weight.range.lowerBound)
      ck_add_column_sums(element, rows, Int64(vocabulary), logitGradients, bias)
      backward.input(logitGradients, backward.weights, into: inputGradients + offset(first))
    }
    return total
  }
}
